package emulator

import (
	"fmt"
	"io/fs"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
)

// Option sets something of a [Server] when it is made.
type Option func(*settings) error

type settings struct {
	org        fs.FS
	orgID      string
	orgName    string
	username   string
	name       string
	sandbox    bool
	clock      func() time.Time
	latency    time.Duration
	faults     []Fault
	behaviours behaviour.Set
	seed       int64
	jwtKeys    [][]byte
	size       int
	sizeSeed   int64
	hooks      []func(s *Server, call string, nth int)
}

// WithOrg serves the folder: any folder in metadata format, with or without
// package.xml. Without this option the org is empty.
func WithOrg(fsys fs.FS) Option {
	return func(s *settings) error { s.org = fsys; return nil }
}

// MaxGenerated is the most components that [WithGenerated] makes up.
const MaxGenerated = 1_000_000

// WithGenerated makes an org of n components up, children counted and folders not,
// beside what the folder of [WithOrg] holds. Its make-up is that of a real large
// org; the same n and seed give the same org, and everything that it refers to is
// there. A file is made when it is taken in, but the org is in memory: some 6 KB a
// component.
func WithGenerated(n int, seed int64) Option {
	return func(s *settings) error {
		if n < 0 || n > MaxGenerated {
			return fmt.Errorf("an org of %d components cannot be made up, 0 to %d can", n, MaxGenerated)
		}
		s.size, s.sizeSeed = n, seed
		return nil
	}
}

// WithOrgID sets the org's id, 15 or 18 characters that begin with 00D. Two
// servers that stand for different orgs need different ids.
func WithOrgID(id string) Option {
	return func(s *settings) error {
		if (len(id) != 15 && len(id) != 18) || id[:3] != "00D" {
			return fmt.Errorf("org id %q is not 15 or 18 characters that begin with 00D", id)
		}
		s.orgID = id
		return nil
	}
}

// WithOrgName sets the name that the Organization record carries.
func WithOrgName(name string) Option {
	return func(s *settings) error { s.orgName = name; return nil }
}

// WithUsername sets the administrator, as whom clients sign in. The sf CLI keeps
// one login per username, so orgs that it should hold apart need distinct ones.
func WithUsername(username string) Option {
	return func(s *settings) error { s.username = username; return nil }
}

// WithUserFullName sets the administrator's name as people read it.
func WithUserFullName(name string) Option {
	return func(s *settings) error { s.name = name; return nil }
}

// WithSandbox says whether the org is a sandbox; it is one unless told otherwise.
func WithSandbox(sandbox bool) Option {
	return func(s *settings) error { s.sandbox = sandbox; return nil }
}

// WithClock sets the server's clock, which dates changes and ends jobs.
func WithClock(now func() time.Time) Option {
	return func(s *settings) error { s.clock = now; return nil }
}

// WithLatency sets how long a retrieve or a deploy takes on the server's clock.
// Without it a job is done when its state is first asked.
func WithLatency(d time.Duration) Option {
	return func(s *settings) error { s.latency = d; return nil }
}

// WithFaults injects failures; see [Fault].
func WithFaults(faults ...Fault) Option {
	return func(s *settings) error {
		for _, f := range faults {
			if err := f.check(); err != nil {
				return err
			}
		}
		s.faults = append(s.faults, faults...)
		return nil
	}
}

// WithHook calls f before each call is answered, with the call's name as [Call] has
// it and its count from 1, faults included. It runs outside of the server's lock:
// it may edit the org, as people do between a listing and a retrieve.
func WithHook(f func(s *Server, call string, nth int)) Option {
	return func(s *settings) error { s.hooks = append(s.hooks, f); return nil }
}

// WithBehaviour chooses among what is known to differ between orgs or is not
// known at all; [Behaviours] lists names and values.
func WithBehaviour(name, value string) Option {
	return func(s *settings) error { return s.behaviours.Put(name, value) }
}

// WithSeed sets what ids, tokens and shuffled orders are drawn from.
func WithSeed(seed int64) Option {
	return func(s *settings) error { s.seed = seed; return nil }
}

// WithJWTKey accepts JWT bearer assertions signed with the private half of this
// key: PEM of a certificate or of a public key.
func WithJWTKey(pem []byte) Option {
	return func(s *settings) error { s.jwtKeys = append(s.jwtKeys, pem); return nil }
}

// Behaviour is a switch: what is known to differ between orgs, or is not known.
type Behaviour struct {
	Name         string   `json:"name"`
	Default      string   `json:"default"`
	Alternatives []string `json:"alternatives"`
	Meaning      string   `json:"meaning"`
}

// Behaviours lists every switch that [WithBehaviour] takes.
func Behaviours() []Behaviour {
	rows := behaviour.Table()
	out := make([]Behaviour, len(rows))
	for i, b := range rows {
		out[i] = Behaviour(b)
	}
	return out
}

// ErrUnknownBehaviour is what [WithBehaviour] returns for a name or a value that
// is not in the list.
var ErrUnknownBehaviour = behaviour.ErrUnknown
