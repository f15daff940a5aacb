package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/orgkeep/orgkeep/internal/auth"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// Factory gives commands what they need, opened when it is asked for. Tests
// replace its functions.
type Factory struct {
	IO     *iostreams.Streams
	Sys    System
	Env    config.Env
	Global *Globals
	Now    func() time.Time

	// OpenStore opens the repository that the command stands in.
	OpenStore func(ctx context.Context) (*snapshot.Store, *config.Config, error)
	// OpenOrg signs in to an org and asks it who it is.
	OpenOrg func(ctx context.Context, alias string) (*mdapi.Client, OrgInfo, error)
	// HTTP is the client for everything that is called.
	HTTP func() (*http.Client, error)
	// Logins keeps the sign-ins.
	Logins func() *auth.Store
}

// Globals are the flags that every command has.
type Globals struct {
	Dir     string
	JSON    bool
	JQ      string
	Quiet   bool
	Verbose bool
	NoColor bool
}

func newFactory(io *iostreams.Streams, sys System) *Factory {
	f := &Factory{IO: io, Sys: sys, Env: sys.env(), Global: &Globals{}, Now: sys.Now}
	f.HTTP = sync.OnceValues(f.newHTTP)
	f.OpenStore = f.openStore
	f.OpenOrg = f.openOrg
	f.Logins = f.openLogins
	return f
}

// Dir is the folder that the command works in: -C, or the process's own.
func (f *Factory) Dir() string { return resolve(f.Sys.Dir, f.Global.Dir) }

// Path makes a path that the user gave absolute.
func (f *Factory) Path(name string) string { return resolve(f.Dir(), name) }

func resolve(base, name string) string {
	if name == "" {
		return base
	}
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(base, name)
}

// JSON tells whether the result is wanted as a JSON document.
func (f *Factory) JSON() bool { return f.Global.JSON || f.Global.JQ != "" }

// Log is where requests are logged: stderr with --verbose, else nowhere.
func (f *Factory) Log() *slog.Logger {
	if !f.Global.Verbose {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(f.IO.Err, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.String(slog.TimeKey, f.Now().UTC().Format("15:04:05.000"))
			}
			return a
		},
	}))
}

func (f *Factory) openStore(ctx context.Context) (*snapshot.Store, *config.Config, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	store, err := snapshot.Open(f.Dir(), f.snapshotOptions())
	if err != nil {
		return nil, nil, fmt.Errorf("open the repository: %w", err)
	}
	settings, err := config.Load(store.Dir())
	if err != nil {
		return nil, nil, err
	}
	return store, settings, nil
}

func (f *Factory) snapshotOptions() snapshot.Options {
	return snapshot.Options{FS: f.Sys.FS, Now: f.Now, Env: f.Env.Get}
}
