package snapshot

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/http"
	"github.com/go-git/go-git/v5/plumbing/transport/ssh"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"golang.org/x/crypto/ssh/knownhosts"
)

// Remote says which remote is meant and how it is reached. Without user, password
// and key a host over https is asked without, and one over ssh by the user's agent.
type Remote struct {
	Name           string // empty is origin, or the only one
	User, Password string // for https; the password may be a token
	KeyFile        string // for ssh
	KeyPassword    string
	Roots          []byte // certificates in PEM to trust besides the system's
	AllowLocal     bool   // folders of this machine too, which otherwise are refused
}

// ErrNoRemote is returned when the repository has no remote of that name.
var ErrNoRemote = errors.New("the repository has no such remote")

// ErrRemoteURL is returned for a remote that is reached in a way that is not secure.
var ErrRemoteURL = errors.New("remotes are reached by https or ssh only")

// ErrRemoteSignIn is returned when a remote does not know who asks, or does not let
// him.
var ErrRemoteSignIn = errors.New("the remote lets nobody in without a token or key, or not with this one")

// refusal tells what a remote answers to somebody that it does not let in.
func refusal(err error) error {
	var unknownHost *knownhosts.KeyError
	switch {
	case errors.Is(err, transport.ErrAuthenticationRequired), errors.Is(err, transport.ErrAuthorizationFailed):
		return fmt.Errorf("%w: %w", ErrRemoteSignIn, err)
	case err != nil && (strings.Contains(err.Error(), "ssh: unable to authenticate") || strings.Contains(err.Error(), "SSH agent")):
		// These have no type.
		return fmt.Errorf("%w: %w", ErrRemoteSignIn, err)
	case errors.As(err, &unknownHost):
		return fmt.Errorf("its host key is not in known_hosts, or is another: %w", err)
	}
	return err
}

// link is a remote that is ready to be talked to.
type link struct {
	name   string
	remote *gogit.Remote
	auth   transport.AuthMethod
	roots  []byte
	refs   *refRecorder
}

func (s *Store) link(r Remote) (*link, error) {
	name := r.Name
	if name == "" {
		names := s.remotes()
		if len(names) == 0 || names[0] != "origin" && len(names) > 1 {
			return nil, ErrNoRemote
		}
		name = names[0]
	}
	refs := newRefRecorder(s)
	settings, err := refs.Config()
	if err != nil {
		return nil, fmt.Errorf("read git's configuration: %w", err)
	}
	c, ok := settings.Remotes[name]
	if !ok || len(c.URLs) == 0 {
		return nil, fmt.Errorf("%s: %w", name, ErrNoRemote)
	}
	auth, err := r.auth(c.URLs[0])
	if err != nil {
		return nil, fmt.Errorf("remote %s: %w", name, err)
	}
	return &link{name, gogit.NewRemote(refs, c), auth, r.Roots, refs}, nil
}

// auth gives what go-git signs in with; nil leaves it to its defaults.
func (r Remote) auth(url string) (transport.AuthMethod, error) {
	endpoint, err := transport.NewEndpoint(url)
	if err != nil {
		return nil, ErrRemoteURL // its own error may show a password
	}
	switch endpoint.Protocol {
	case "https":
		if r.Password == "" {
			return nil, nil
		}
		// Hosts that take a token take any name with it.
		return &http.BasicAuth{Username: first(r.User, endpoint.User, "orgkeep"), Password: r.Password}, nil
	case "ssh":
		if r.KeyFile == "" {
			return nil, nil
		}
		key, err := ssh.NewPublicKeysFromFile(first(endpoint.User, "git"), r.KeyFile, r.KeyPassword)
		if err != nil {
			return nil, fmt.Errorf("read the key: %w", err)
		}
		return key, nil
	case "file":
		if r.AllowLocal {
			return nil, nil
		}
	}
	return nil, ErrRemoteURL
}

// refRecorder is go-git's storage with the refs taken out of its hands: what it
// would write is only recorded, and moved under our locks afterwards.
type refRecorder struct {
	*filesystem.Storage
	store *Store

	mu   sync.Mutex
	refs map[string]ID
}

func newRefRecorder(s *Store) *refRecorder {
	const cacheBytes = 16 << 20 // go-git's own default is six times that
	objects := filesystem.NewStorage(osfs.New(s.gitDir), cache.NewObjectLRU(cacheBytes))
	return &refRecorder{Storage: objects, store: s, refs: map[string]ID{}}
}

// SetReference records a ref.
func (r *refRecorder) SetReference(ref *plumbing.Reference) error {
	if ref.Type() != plumbing.HashReference {
		return nil // where the remote's HEAD is does not matter here
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refs[ref.Name().String()] = ID(ref.Hash())
	return nil
}

// CheckAndSetReference records a ref; the value before is compared when it is
// moved.
func (r *refRecorder) CheckAndSetReference(ref, _ *plumbing.Reference) error {
	return r.SetReference(ref)
}

// Reference gives a ref as it would be.
func (r *refRecorder) Reference(name plumbing.ReferenceName) (*plumbing.Reference, error) {
	r.mu.Lock()
	id, ok := r.refs[name.String()]
	r.mu.Unlock()
	if ok {
		return plumbing.NewHashReference(name, plumbing.Hash(id)), nil
	}
	v, err := r.store.readRef(name.String())
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, plumbing.ErrReferenceNotFound
	case err != nil:
		return nil, err
	case v.target != "":
		return plumbing.NewSymbolicReference(name, plumbing.ReferenceName(v.target)), nil
	}
	return plumbing.NewHashReference(name, plumbing.Hash(v.id)), nil
}

var errRefs = errors.New("go-git must not change refs")

// RemoveReference refuses: nothing that is fetched takes a ref away.
func (*refRecorder) RemoveReference(plumbing.ReferenceName) error { return errRefs }

// PackRefs refuses.
func (*refRecorder) PackRefs() error { return errRefs }

// SetShallow refuses: how far the history goes is never changed.
func (*refRecorder) SetShallow([]plumbing.Hash) error { return errRefs }

// recorded gives what go-git would have written.
func (r *refRecorder) recorded() map[string]ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refs
}
