package statetest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/orgkeep/orgkeep/internal/state"
)

// Op is one operation that changes a disk.
type Op struct {
	N    int    // counted from 1
	Do   string // "open", "write", "sync", "close", "rename", "remove", "mkdir", "touch", "syncdir"
	Name string
	// Grows tells that the operation may need room on the disk.
	Grows bool
}

// String is for messages of tests.
func (o Op) String() string { return fmt.Sprintf("operation %d: %s %s", o.N, o.Do, o.Name) }

// Changes tells whether the operation makes a difference to the next process.
func (o Op) Changes() bool {
	switch o.Do {
	case "sync", "close", "syncdir", "touch":
		return false
	}
	return true
}

// Effect is what a fault does to an operation.
type Effect struct {
	Err  error // nil lets it pass
	Torn bool  // of a write half is done
	Dead bool  // nothing is done from here on
}

// Fault decides what happens at an operation.
type Fault func(op Op) Effect

// ErrKilled is what operations return after a kill; nobody is there to see it.
var ErrKilled = errors.New("the process is dead")

// None lets everything pass, for counting.
func None() Fault { return func(Op) Effect { return Effect{} } }

// Kill ends the process at operation n, which is not done; of a write half is.
func Kill(n int) Fault {
	return func(op Op) Effect {
		if op.N < n {
			return Effect{}
		}
		return Effect{ErrKilled, true, true}
	}
}

// Once makes operation n fail, and no other; of a write half is done.
func Once(n int, err error) Fault {
	return func(op Op) Effect {
		if op.N != n {
			return Effect{}
		}
		return Effect{Err: err, Torn: true}
	}
}

// Full is a disk on which no operation has room from the n-th on.
func Full(n int, err error) Fault {
	return func(op Op) Effect {
		if op.N < n || !op.Grows {
			return Effect{}
		}
		return Effect{Err: err, Torn: true}
	}
}

// From makes operation n and all after it fail: a disk that went read-only.
func From(n int, err error) Fault {
	return func(op Op) Effect {
		if op.N < n {
			return Effect{}
		}
		return Effect{Err: err}
	}
}

// Disk is a state.FS with faults. It is safe for concurrent use.
type Disk struct {
	inner state.FS
	fault Fault

	mu   sync.Mutex
	ops  []Op
	hit  *Op
	dead bool
}

// New puts faults on a file system.
func New(inner state.FS, f Fault) *Disk { return &Disk{inner: inner, fault: f} }

// Ops gives what was done or tried, in order.
func (d *Disk) Ops() []Op {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Op(nil), d.ops...)
}

// Hit gives the first operation that failed, if any did.
func (d *Disk) Hit() (Op, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.hit == nil {
		return Op{}, false
	}
	return *d.hit, true
}

func (d *Disk) op(do, name string, grows bool) (torn bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return false, ErrKilled
	}
	op := Op{N: len(d.ops) + 1, Do: do, Name: name, Grows: grows}
	d.ops = append(d.ops, op)
	effect := d.fault(op)
	d.dead = effect.Dead
	if effect.Err == nil {
		return false, nil
	}
	if d.hit == nil {
		d.hit = &op
	}
	return effect.Torn, &fs.PathError{Op: do, Path: name, Err: effect.Err}
}

// OpenFile opens a file.
func (d *Disk) OpenFile(name string, flag int, perm fs.FileMode) (state.File, error) {
	if _, err := d.op("open", name, flag&os.O_CREATE != 0); err != nil {
		return nil, err
	}
	f, err := d.inner.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return &file{f, d}, nil
}

// Rename renames.
func (d *Disk) Rename(oldName, newName string) error {
	if _, err := d.op("rename", newName, true); err != nil {
		return err
	}
	return d.inner.Rename(oldName, newName)
}

// Remove removes.
func (d *Disk) Remove(name string) error {
	if _, err := d.op("remove", name, false); err != nil {
		return err
	}
	return d.inner.Remove(name)
}

// MkdirAll makes folders.
func (d *Disk) MkdirAll(name string, perm fs.FileMode) error {
	if _, err := d.op("mkdir", name, true); err != nil {
		return err
	}
	return d.inner.MkdirAll(name, perm)
}

// Touch gives a file the present date.
func (d *Disk) Touch(name string) error {
	if _, err := d.op("touch", name, false); err != nil {
		return err
	}
	return d.inner.Touch(name)
}

// SyncDir syncs a folder.
func (d *Disk) SyncDir(name string) error {
	if _, err := d.op("syncdir", name, true); err != nil {
		return err
	}
	return d.inner.SyncDir(name)
}

type file struct {
	state.File
	disk *Disk
}

// Write writes, or half of it.
func (f *file) Write(p []byte) (int, error) {
	torn, err := f.disk.op("write", f.Name(), true)
	if err == nil {
		return f.File.Write(p)
	}
	n := 0
	if torn {
		n, _ = f.File.Write(p[:len(p)/2]) // the fault is what is reported
	}
	return n, err
}

// Sync syncs.
func (f *file) Sync() error {
	if _, err := f.disk.op("sync", f.Name(), true); err != nil {
		return err
	}
	return f.File.Sync()
}

// Close closes, whatever it says: the system closes the files of the dead too.
func (f *file) Close() error {
	_, err := f.disk.op("close", f.Name(), false)
	return errors.Join(err, f.File.Close())
}
