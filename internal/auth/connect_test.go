package auth_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/auth"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// start starts an org that knows a key, and gives the key.
func start(t *testing.T) (org *emulator.Server, key string) {
	t.Helper()
	pair, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(pair.Public())
	if err != nil {
		t.Fatal(err)
	}
	org, err = emulator.New(emulator.WithUsername("ada@acme.example"), emulator.WithOrgName("Acme"), emulator.WithSandbox(true),
		emulator.WithJWTKey(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})))
	if err != nil {
		t.Fatal(err)
	}
	if err := org.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = org.Close() })
	return org, string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(pair)}))
}

func open(t *testing.T, login auth.Login, secrets auth.Secrets) (*mdapi.Client, *auth.Source, error) {
	t.Helper()
	store := &auth.Store{Env: config.NewEnv([]string{"ORGKEEP_CONFIG_DIR=" + t.TempDir()}), FS: state.OS()}
	conn := auth.Connection{
		Flow:       auth.Flow{HTTP: &http.Client{}, Now: time.Now, Sleep: func(context.Context, time.Duration) error { return nil }},
		ClientName: "orgkeep", TempDir: t.TempDir(),
	}
	login.Secrets = auth.InEnvironment
	source := auth.NewSource(conn.Flow, store, login, secrets)
	client, err := conn.Open(t.Context(), source, 0)
	return client, source, err
}

func TestEveryWayInLeadsToTheSameOrg(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		method auth.Method
		renews bool
	}{
		"an access token":    {auth.AccessToken, false},
		"client credentials": {auth.ClientCredentials, true},
		"a refresh token":    {auth.RefreshToken, true},
		"a key":              {auth.JWT, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, key := start(t)
			can := org.Credentials()
			login := auth.Login{Alias: "prod", Method: tc.method, InstanceURL: can.URL, ClientID: can.ClientID, Username: can.Username}
			client, source, err := open(t, login, auth.Secrets{
				AccessToken: can.AccessToken, ClientSecret: can.ClientSecret, RefreshToken: can.RefreshToken, PrivateKey: key,
			})
			if err != nil {
				t.Fatal(err)
			}
			got, err := auth.Identify(t.Context(), client, source.Login())
			if err != nil {
				t.Fatal(err)
			}
			want := source.Login()
			want.OrgID, want.Username, want.OrgName, want.Production = can.OrgID, "ada@acme.example", "Acme", false
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if client.Version() != metadata.MaxVersion {
				t.Errorf("version %s", client.Version())
			}
			org.ExpireSessions()
			_, err = client.DescribeMetadata(t.Context())
			if tc.renews && err != nil || !tc.renews && !errors.Is(err, mdapi.ErrNoRefresh) {
				t.Errorf("after the session's end: %v", err)
			}
		})
	}
}

func TestAnAliasThatAnswersAsAnotherOrgIsRefused(t *testing.T) {
	t.Parallel()
	org, _ := start(t)
	can := org.Credentials()
	login := auth.Login{Alias: "prod", Method: auth.AccessToken, InstanceURL: can.URL, OrgID: "00D0000000other"}
	client, source, err := open(t, login, auth.Secrets{AccessToken: can.AccessToken})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := auth.Identify(t.Context(), client, source.Login()); !errors.Is(err, auth.ErrOtherOrg) {
		t.Errorf("got %v", err)
	}
	login.OrgID = can.OrgID[:15]
	if _, err := auth.Identify(t.Context(), client, login); err != nil {
		t.Errorf("the same org by its short id: %v", err)
	}
}

func TestATokenThatIsRevokedIsNoTokenAnyMore(t *testing.T) {
	t.Parallel()
	org, _ := start(t)
	can := org.Credentials()
	login := auth.Login{Alias: "prod", Method: auth.RefreshToken, InstanceURL: can.URL, ClientID: can.ClientID}
	secrets := auth.Secrets{RefreshToken: can.RefreshToken, ClientSecret: can.ClientSecret}
	f := auth.Flow{HTTP: &http.Client{}, Now: time.Now}
	if err := f.Revoke(t.Context(), login, can.RefreshToken); err != nil {
		t.Fatal(err)
	}
	if _, _, err := open(t, login, secrets); !errors.Is(err, auth.ErrRefused) {
		t.Errorf("got %v", err)
	}
	if err := f.Revoke(t.Context(), auth.Login{InstanceURL: can.URL + "/nowhere"}, "x"); err == nil {
		t.Error("an address that revokes nothing is no error")
	}
}

func TestAPlaceholderInTheEnvironmentIsRefused(t *testing.T) {
	t.Parallel()
	store := &auth.Store{Env: config.NewEnv([]string{
		"ORGKEEP_ORG_CI_INSTANCE_URL=https://acme.my.salesforce.com",
		"ORGKEEP_ORG_CI_ACCESS_TOKEN=[REDACTED] Use 'sf org auth show-access-token' to view",
	}), FS: state.OS()}
	if _, _, err := store.Load("ci"); !errors.Is(err, auth.ErrToken) {
		t.Errorf("got %v", err)
	}
}
