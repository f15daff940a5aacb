package statetest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/orgkeep/orgkeep/internal/state"
)

// Power is the system's file system on a machine whose power may fail. It
// remembers what was not synced, and Cut takes that away.
type Power struct {
	unsynced

	mu sync.Mutex
	// synced is what a file that was written to held when it was synced last.
	synced map[string][]byte
	names  []nameChange
}

// nameChange is a change of a folder that was not synced, and how it is undone.
type nameChange struct {
	dir  string
	undo func() error
}

// NewPower begins with everything synced.
func NewPower() *Power {
	return &Power{unsynced: unsynced{state.OS()}, synced: map[string][]byte{}}
}

// Cut leaves on the disk what a cut of the power may leave: of contents that were
// not synced nothing, and the names of files as they are, or with lost as they were
// when their folders were synced last. Real systems leave anything in between.
func (p *Power) Cut(lost bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.names) - 1; lost && i >= 0; i-- {
		// What it came from may have been synced away.
		if err := p.names[i].undo(); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for name, content := range p.synced {
		if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
			continue
		}
		if err := replace(name, content); err != nil {
			return err
		}
	}
	return nil
}

// replace goes by a new file, as packs are read-only.
func replace(name string, content []byte) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.WriteFile(name, content, 0o600)
}

func (p *Power) changed(dir string, undo func() error) {
	p.names = append(p.names, nameChange{dir, undo})
}

// OpenFile opens a file; what it holds counts as synced when it was there before.
func (p *Power) OpenFile(name string, flag int, perm fs.FileMode) (state.File, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before, readErr := os.ReadFile(name)
	f, err := p.unsynced.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	if flag&(os.O_WRONLY|os.O_RDWR) != 0 {
		if _, known := p.synced[name]; !known {
			p.synced[name] = before
		}
		if errors.Is(readErr, fs.ErrNotExist) {
			p.changed(filepath.Dir(name), func() error { return os.Remove(name) })
		}
	}
	return &powered{File: f, power: p, name: name}, nil
}

// Rename renames.
func (p *Power) Rename(oldName, newName string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	before, readErr := os.ReadFile(newName)
	synced, written := p.synced[newName]
	if err := p.unsynced.Rename(oldName, newName); err != nil {
		return err
	}
	if content, ok := p.synced[oldName]; ok {
		p.synced[newName] = content
		delete(p.synced, oldName)
	} else {
		delete(p.synced, newName)
	}
	p.changed(filepath.Dir(newName), func() error {
		if content, ok := p.synced[newName]; ok {
			p.synced[oldName] = content
			delete(p.synced, newName)
		}
		if written {
			p.synced[newName] = synced
		}
		if err := os.Rename(newName, oldName); err != nil || readErr != nil {
			return err
		}
		return replace(newName, before)
	})
	return nil
}

// Remove removes.
func (p *Power) Remove(name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	before, readErr := os.ReadFile(name)
	if err := p.unsynced.Remove(name); err != nil {
		return err
	}
	p.changed(filepath.Dir(name), func() error {
		if readErr != nil { // a folder
			return os.MkdirAll(name, 0o700)
		}
		return replace(name, before)
	})
	return nil
}

// MkdirAll makes folders; they are there at once.
func (p *Power) MkdirAll(name string, perm fs.FileMode) error {
	return p.unsynced.MkdirAll(name, perm)
}

// SyncDir makes the names in a folder durable.
func (p *Power) SyncDir(name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var left []nameChange
	for _, c := range p.names {
		if c.dir != name {
			left = append(left, c)
		}
	}
	p.names = left
	return nil
}

type powered struct {
	state.File
	power *Power
	name  string // when it was opened
}

// Sync makes the content durable.
func (f *powered) Sync() error {
	f.power.mu.Lock()
	defer f.power.mu.Unlock()
	content, err := os.ReadFile(f.name)
	if err != nil {
		return err
	}
	f.power.synced[f.name] = content
	return nil
}
