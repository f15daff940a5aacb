package emulator

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/large"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/refs"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Server is one org behind the Metadata API. It is an [http.Handler] and safe
// for concurrent use.
type Server struct {
	set   settings
	orgID string
	url   string // as told by Start; empty: the Host header of each request

	mu       sync.Mutex
	state    *orgstate.State
	ids      *orgstate.IDs
	users    orgstate.Users
	without  []string            // user permissions that the org does not know
	lacks    map[string][]string // rights by the id of the user who lacks them
	profiles map[string]string   // by the id of the user whose it is
	admin    orgstate.User
	warnings []string
	extra    map[string][]byte
	script   script
	signIn   signIn
	jobs     jobs
	audit    []auditRow
	calls    []Call
	asked    map[string]int // calls by name, those that are being answered included
	flying   map[string]int // of them, those that are being answered
	faults   faultBook
	rnd      *rand.Rand
	cursors  map[string]cursor
	settling settling
	binned   []Binned
	// destroyed are data categories that are gone.
	destroyed []Destroyed
	// records are counted by object, by field (those with a value), by data
	// category and by use of a group of these (those that are categorized).
	records map[string]int
	moved   time.Time // when what describe global tells of last changed
	used    int       // API calls counted against the daily limit
	assumed refs.Set

	http *http.Server
	done chan struct{}
}

// New makes a server. It listens only after [Server.Start]; until then it can be
// used as a handler.
func New(opts ...Option) (*Server, error) {
	set := settings{
		org: embed.FS{}, orgID: "00DKa000000Demo", orgName: "Emulated Org", username: "admin@emulator.example",
		name: "Ada Admin", sandbox: true, clock: time.Now,
	}
	for _, opt := range opts {
		if err := opt(&set); err != nil {
			return nil, err
		}
	}
	s := &Server{set: set, ids: orgstate.NewIDs(set.seed), cursors: map[string]cursor{}, asked: map[string]int{}, flying: map[string]int{}, lacks: map[string][]string{}, profiles: map[string]string{}}
	s.orgID = orgstate.ID18(set.orgID)
	s.rnd = rand.New(rand.NewPCG(uint64(set.seed), 1)) //nolint:gosec // orders of rows, nothing to guess
	s.admin = s.users.Add(s.ids, set.username, set.name)
	s.jobs = newJobs()
	s.faults = newFaultBook(set.faults)
	if err := s.load(); err != nil {
		return nil, err
	}
	if err := s.signIn.init(s.set, s.orgID); err != nil {
		return nil, err
	}
	s.signIn.begin(s.admin)
	return s, nil
}

func (s *Server) load() error {
	loaded, err := orgstate.Load(s.set.org, large.Files(s.set.size, s.set.sizeSeed), metadata.Default(), s.ids, s.admin, s.set.clock())
	if err != nil {
		return err
	}
	s.state, s.warnings, s.extra = loaded.State, loaded.Warnings, loaded.Extra
	if s.script, err = readScript(loaded.Extra); err != nil {
		return err
	}
	for _, u := range s.script.Users {
		user := s.users.Add(s.ids, u.Username, u.Name)
		s.lacks[user.ID], s.profiles[user.ID] = u.Lacks, u.Profile
	}
	if err := s.script.hide(s.state); err != nil {
		return err
	}
	s.moved = s.now()
	s.script.interviews(s.state)
	s.settling.takes = time.Duration(s.script.Settle)
	s.records = map[string]int{}
	maps.Copy(s.records, s.script.Records)
	keys, err := s.script.keys(loaded.Extra)
	s.set.jwtKeys = append(s.set.jwtKeys, keys...)
	return err
}

// Warnings names the files of the org's folder that could not be placed.
func (s *Server) Warnings() []string { return s.warnings }

// Start listens on an address ("127.0.0.1:0") and serves until the context ends
// or [Server.Close] is called. It returns once the server listens.
func (s *Server) Start(ctx context.Context, listen string) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", listen, err)
	}
	s.url = "http://" + l.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 30 * time.Second}
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		_ = s.http.Serve(l) // ends with ErrServerClosed
	}()
	context.AfterFunc(ctx, func() { _ = s.Close() })
	return nil
}

// URL is where the server listens: http://127.0.0.1:PORT, without a final slash.
func (s *Server) URL() string { return s.url }

// Close stops listening and drops every connection. It may be called twice.
func (s *Server) Close() error {
	if s.http == nil {
		return nil
	}
	err := s.http.Close()
	<-s.done
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Credentials is what a client needs to sign in.
type Credentials struct {
	URL          string `json:"url"`
	AccessToken  string `json:"access_token"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	RefreshToken string `json:"refresh_token"`
	Username     string `json:"username"`
	OrgID        string `json:"org_id"`
}

// Credentials gives a session of the administrator and the app that clients may
// sign in with. They are no secrets.
func (s *Server) Credentials() Credentials {
	return Credentials{
		URL: s.url, AccessToken: s.signIn.adminToken, ClientID: s.signIn.clientID, ClientSecret: s.signIn.clientSecret,
		RefreshToken: s.signIn.adminRefresh, Username: s.admin.Username, OrgID: s.orgID,
	}
}

// now is the server's clock.
func (s *Server) now() time.Time { return s.set.clock().UTC() }

// base is the address that replies point to.
func (s *Server) base(r *http.Request) string {
	if s.url != "" {
		return s.url
	}
	return "http://" + r.Host
}
