package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// ErrLocked is what every *LockedError is, for errors.Is.
var ErrLocked = errors.New("locked by another process")

// LockedError says who holds a lock. Its fields are empty as far as the holder
// has not said.
type LockedError struct {
	PID   int
	Host  string
	What  string    // what the holder does: "snapshot"
	Since time.Time // when it began
}

// Error names the holder as far as it is known.
func (e *LockedError) Error() string {
	if e.PID == 0 {
		return "locked by another process"
	}
	text := fmt.Sprintf("locked by process %d", e.PID)
	if e.Host != "" {
		text += " on " + e.Host
	}
	if e.What != "" {
		text += " (" + e.What + ")"
	}
	return text
}

// Is makes every LockedError an ErrLocked.
func (*LockedError) Is(target error) bool { return target == ErrLocked }

// The files of a lock in its folder. The system's lock is on the first; what the
// holder says of itself is in the second, as a locked file cannot be read
// everywhere.
const (
	lockName   = "lock"
	holderName = "lock.json"
)

// Lock is held until Release, or until the process ends in whatever way.
type Lock struct {
	flock *flock.Flock
	dir   string
}

type holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	What  string    `json:"what"`
	Since time.Time `json:"since"`
}

// Acquire takes the lock in dir, which must exist, or returns a *LockedError at
// once. What says in a word what it is for.
func Acquire(dir, what string) (*Lock, error) {
	l := &Lock{flock: newFlock(dir), dir: dir}
	got, err := l.flock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	if !got {
		return nil, heldBy(dir)
	}
	// Who holds it is a courtesy to others: a full disk must not make the lock fail.
	_ = l.sayWho(what)
	return l, nil
}

// sayWho writes the holder's file whole, but does not wait for the disk: after a
// crash nobody holds the lock.
func (l *Lock) sayWho(what string) error {
	host, _ := os.Hostname() // said where it is known
	text, err := json.Marshal(holder{PID: os.Getpid(), Host: host, What: what, Since: time.Now().UTC()})
	if err != nil {
		return err
	}
	f, err := CreateTemp(OS(), l.dir, TempPrefix, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(l.dir, holderName))
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

func newFlock(dir string) *flock.Flock {
	return flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
}

func heldBy(dir string) *LockedError {
	text, err := os.ReadFile(filepath.Join(dir, holderName))
	if err != nil {
		return &LockedError{}
	}
	var h holder
	if err := json.Unmarshal(text, &h); err != nil {
		return &LockedError{}
	}
	return &LockedError{PID: h.PID, Host: h.Host, What: h.What, Since: h.Since}
}

// Release frees the lock. A second call does nothing.
func (l *Lock) Release() error {
	if !l.flock.Locked() {
		return nil
	}
	_ = os.Remove(filepath.Join(l.dir, holderName)) // see Acquire
	if err := l.flock.Unlock(); err != nil {
		return fmt.Errorf("unlock %s: %w", l.dir, err)
	}
	return nil
}

// Break takes away a lock that no living process can give back. The system frees
// a lock when its holder dies, so that this is for file systems that do not: a
// lock that is held by a process of another host, or one that is gone. It
// returns a *LockedError when the holder lives.
func Break(dir string) error {
	l, err := Acquire(dir, "break-lock")
	if err == nil {
		return l.Release()
	}
	var locked *LockedError
	if !errors.As(err, &locked) {
		return err
	}
	host, _ := os.Hostname() // an unknown host has no processes to ask for
	if locked.PID == 0 || (locked.Host == host && alive(locked.PID)) {
		return locked
	}
	// Those who come next lock a file of their own.
	name := filepath.Join(dir, lockName)
	if err := os.Remove(name); err != nil {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	_ = os.Remove(filepath.Join(dir, holderName))
	return nil
}
