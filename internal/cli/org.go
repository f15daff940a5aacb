package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"

	"github.com/orgkeep/orgkeep/internal/auth"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// OrgInfo is what an org said about itself when it was opened.
type OrgInfo struct {
	auth.Login
	// Settings are those of the repository, or the defaults.
	Settings config.Org
}

// clientName tells the org who calls, in the form that it logs.
const clientName = "orgkeep"

func (f *Factory) openLogins() *auth.Store {
	s := &auth.Store{Env: f.Env, FS: f.Sys.FS, Secret: f.IO.Redactor.Add}
	if f.Env.Get("ORGKEEP_KEYRING") != "off" {
		s.Keyring = auth.SystemKeyring()
	}
	return s
}

// signedIn gives the aliases of all sign-ins, as far as they can be read.
func (f *Factory) signedIn() []string {
	logins, err := f.Logins().List()
	if err != nil {
		return nil
	}
	var aliases []string
	for _, l := range logins {
		aliases = append(aliases, l.Alias)
	}
	return aliases
}

// connection says how orgs are called.
func (f *Factory) connection() (auth.Connection, error) {
	client, err := f.HTTP()
	if err != nil {
		return auth.Connection{}, err
	}
	return auth.Connection{
		Flow: auth.Flow{HTTP: client, Now: f.Now, Trusted: auth.TrustedHosts(f.Env), SF: f.sf},
		Log:  f.Log(), ClientName: clientName, TempDir: f.tempDir(),
	}, nil
}

// tempDir is the repository's private folder where there is one; zips must
// outlive the process.
func (f *Factory) tempDir() string {
	store, err := snapshot.Open(f.Dir(), f.snapshotOptions())
	if err == nil {
		if dir, err := store.PrivateDir(); err == nil {
			return dir
		}
	}
	return os.TempDir()
}

// sf runs the sf CLI with the environment that was handed in.
func (f *Factory) sf(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "sf", args...)
	cmd.Env = f.Sys.Environ
	cmd.Dir = f.Dir()
	return cmd.Output()
}

func (f *Factory) openOrg(ctx context.Context, alias string) (*mdapi.Client, OrgInfo, error) {
	settings, err := f.settings(ctx)
	if err != nil {
		return nil, OrgInfo{}, err
	}
	logins := f.Logins()
	login, secrets, err := logins.Load(alias)
	if err != nil {
		return nil, OrgInfo{}, ForOrg(alias, err)
	}
	conn, err := f.connection()
	if err != nil {
		return nil, OrgInfo{}, err
	}
	info := OrgInfo{Settings: settings.Org(alias)}
	source := auth.NewSource(conn.Flow, logins, login, secrets)
	client, err := conn.Open(ctx, source, pinned(info.Settings, login))
	if err != nil {
		return nil, OrgInfo{}, ForOrg(alias, err)
	}
	if info.Login, err = auth.Identify(ctx, client, source.Login()); err != nil {
		return nil, OrgInfo{}, ForOrg(alias, err)
	}
	info.APIVersion = client.Version()
	return client, info, nil
}

// pinned gives the API version that is set for an org, zero when none is.
func pinned(org config.Org, login auth.Login) metadata.Version {
	if org.APIVersion != 0 {
		return org.APIVersion
	}
	return login.APIVersion
}

// settings are those of the repository, or the defaults outside of one.
func (f *Factory) settings(ctx context.Context) (*config.Config, error) {
	_, settings, err := f.OpenStore(ctx)
	if errors.Is(err, snapshot.ErrNotRepository) {
		return &config.Config{}, nil
	}
	return settings, err
}

// ForOrg says which org an error is about. The hint then names it.
func ForOrg(alias string, err error) error {
	if err == nil {
		return nil
	}
	return &orgError{alias: alias, err: err}
}

type orgError struct {
	alias string
	err   error
}

// Error names the org once, as packages that know it do so too.
func (e *orgError) Error() string {
	text := e.err.Error()
	if prefix := e.alias + ": "; len(text) >= len(prefix) && text[:len(prefix)] == prefix {
		return text
	}
	return fmt.Sprintf("%s: %s", e.alias, text)
}

func (e *orgError) Unwrap() error { return e.err }

// hostOf is the host of an address, for people.
func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return address
}
