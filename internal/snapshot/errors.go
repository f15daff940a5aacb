package snapshot

import (
	"errors"
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/state"
)

// Errors that decide what a caller does next.
var (
	// ErrNotRepository: there is no Git repository here or above.
	ErrNotRepository = errors.New("not a git repository (nor any of the folders above)")
	// ErrUnsupported: the repository is of a kind that orgkeep cannot write. The
	// message says which and what to do.
	ErrUnsupported = errors.New("this kind of git repository is not supported")
	// ErrNoSnapshot: the branch does not exist, or has no snapshot.
	ErrNoSnapshot = errors.New("there is no snapshot yet")
	// ErrNoSuchRevision is what every *RevisionError is.
	ErrNoSuchRevision = errors.New("no such revision")
	// ErrUnchanged: the commit would have the tree of its parent.
	ErrUnchanged = errors.New("nothing changed")
	// ErrMoved: the ref no longer has the value that the caller saw.
	ErrMoved = errors.New("the ref was moved by someone else")
	// ErrNotLocked: the caller writes without holding Store.Lock.
	ErrNotLocked = errors.New("the repository is not locked by this process")
	// ErrExists: a tag of that name is there, and tags are not moved.
	ErrExists = errors.New("already exists")
	// ErrNotFound: the repository has no such object, or the commit no such file.
	ErrNotFound = errors.New("not found in the repository")
	// ErrCorrupt: an object is there, and not what its name says.
	ErrCorrupt = errors.New("damaged object")
	// ErrNoIdentity: Git does not know who commits. The message names the commands
	// that tell it.
	ErrNoIdentity = errors.New(`git does not know who you are; run: git config user.name "Your Name" and git config user.email you@example.com`)
)

// DamagedError says that the history of a branch is not what it was: its ref is
// empty or broken, gone, or does not descend from the newest anchor.
type DamagedError struct {
	Branch string
	Reason string // "the ref is empty"
	Anchor ID     // the newest good head that is known; zero for none
}

// Error says what the anchors know and which command repairs it.
func (e *DamagedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "history of %s is damaged: %s", e.Branch, e.Reason)
	if !e.Anchor.IsZero() {
		fmt.Fprintf(&b, ", the anchor says %s", e.Anchor.Short())
	}
	b.WriteString("; run: orgkeep fsck --repair")
	return b.String()
}

// RevisionError names a revision that does not exist, and those that look like
// it.
type RevisionError struct {
	Revision string
	Near     []string // best first
}

// Error names the nearest names too.
func (e *RevisionError) Error() string {
	text := fmt.Sprintf("no such revision: %q", e.Revision)
	if len(e.Near) > 0 {
		text += "; the nearest are " + strings.Join(e.Near, ", ")
	}
	return text
}

// Is makes every RevisionError an ErrNoSuchRevision.
func (*RevisionError) Is(target error) bool { return target == ErrNoSuchRevision }

// GitLockError says that a lock of git's own stands in the way. It is a
// state.ErrLocked.
type GitLockError struct {
	File string
}

// Error says what to do when no git is running.
func (e *GitLockError) Error() string {
	return fmt.Sprintf("%s is there: another git process is at work; if none is, remove the file", e.File)
}

// Is makes every GitLockError a state.ErrLocked.
func (*GitLockError) Is(target error) bool { return target == state.ErrLocked }
