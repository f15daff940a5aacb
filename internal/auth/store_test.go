package auth

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/state"
)

// memoryRing is a keyring that works.
type memoryRing map[string]string

func (r memoryRing) Get(name string) (string, error) {
	if s, ok := r[name]; ok {
		return s, nil
	}
	return "", errNoSecret
}
func (r memoryRing) Set(name, secret string) error { r[name] = secret; return nil }
func (r memoryRing) Delete(name string) error      { delete(r, name); return nil }

// noRing is what a machine without a desktop has.
type noRing struct{}

var errNoRing = errors.New("no D-Bus here")

func (noRing) Get(string) (string, error) { return "", errNoRing }
func (noRing) Set(string, string) error   { return errNoRing }
func (noRing) Delete(string) error        { return errNoRing }

func newStore(t *testing.T, ring Keyring, env ...string) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "config")
	return &Store{Env: config.NewEnv(append(env, "ORGKEEP_CONFIG_DIR="+dir)), FS: state.OS(), Keyring: ring}, dir
}

func example() (Login, Secrets) {
	login := Login{
		Alias: "prod", Method: ClientCredentials, InstanceURL: "https://acme.my.salesforce.com", ClientID: "3MVG9",
		Username: "ada@acme.example", OrgID: "00Dxx0000000001EAA", OrgName: "Acme", Production: true, APIVersion: 66,
		SignedIn: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC),
	}
	return login, Secrets{ClientSecret: "very-secret"}
}

func TestASignInIsKept(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		ring  Keyring
		where string
		note  bool
	}{
		"in the keyring":                       {memoryRing{}, InKeyring, false},
		"in a file where there is no keyring":  {noRing{}, InFile, true},
		"in a file where no keyring is wanted": {nil, InFile, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, dir := newStore(t, tc.ring)
			var told []string
			store.Secret = func(s ...string) { told = append(told, s...) }
			login, secrets := example()
			saved, note, err := store.Save(login, secrets)
			if err != nil || saved.Secrets != tc.where || (note != "") != tc.note {
				t.Fatalf("saved in %q, note %q, %v", saved.Secrets, note, err)
			}
			gotLogin, gotSecrets, err := store.Load("prod")
			if err != nil {
				t.Fatal(err)
			}
			login.Secrets = tc.where
			if diff := cmp.Diff(login, gotLogin); diff != "" {
				t.Errorf("login (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(secrets, gotSecrets); diff != "" {
				t.Errorf("secrets (-want +got):\n%s", diff)
			}
			if !strings.Contains(strings.Join(told, " "), "very-secret") {
				t.Error("the redactor was not told the secret")
			}
			about, err := os.ReadFile(filepath.Join(dir, "orgs", "prod.json"))
			if err != nil || strings.Contains(string(about), "very-secret") {
				t.Errorf("%s, %v", about, err)
			}
			if err := store.Delete("prod"); err != nil {
				t.Fatal(err)
			}
			if _, _, err := store.Load("prod"); !errors.Is(err, ErrNotSignedIn) {
				t.Errorf("after Delete: %v", err)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestFilesOfSecretsAreTheUsersAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing on Windows")
	}
	store, dir := newStore(t, nil)
	login, secrets := example()
	if _, _, err := store.Save(login, secrets); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{
		".": 0o700, "secrets": 0o700, "orgs": 0o700, "secrets/prod.json": 0o600, "orgs/prod.json": 0o600,
	} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", name, info.Mode().Perm(), err, want)
		}
	}
}

func TestTheKeyringTakesSecretsOutOfAnEarlierFile(t *testing.T) {
	t.Parallel()
	store, dir := newStore(t, nil)
	login, secrets := example()
	if _, _, err := store.Save(login, secrets); err != nil {
		t.Fatal(err)
	}
	store.Keyring = memoryRing{}
	if _, _, err := store.Save(login, secrets); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "secrets", "prod.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestTheEnvironmentWinsAndNeedsNoFile(t *testing.T) {
	t.Parallel()
	const url = "ORGKEEP_ORG_PROD_INSTANCE_URL=http://127.0.0.1:80"
	for name, tc := range map[string]struct {
		env    []string
		method Method
	}{
		"an access token":    {[]string{"ORGKEEP_ORG_PROD_ACCESS_TOKEN=00D!x"}, AccessToken},
		"client credentials": {[]string{"ORGKEEP_ORG_PROD_CLIENT_ID=c", "ORGKEEP_ORG_PROD_CLIENT_SECRET=s"}, ClientCredentials},
		"a refresh token":    {[]string{"ORGKEEP_ORG_PROD_CLIENT_ID=c", "ORGKEEP_ORG_PROD_REFRESH_TOKEN=r"}, RefreshToken},
		"a key":              {[]string{"ORGKEEP_ORG_PROD_CLIENT_ID=c", "ORGKEEP_ORG_PROD_JWT_KEY=k", "ORGKEEP_ORG_PROD_USERNAME=u"}, JWT},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, _ := newStore(t, memoryRing{}, append(tc.env, url)...)
			login, secrets := example()
			login.Alias = "other"
			if _, _, err := store.Save(login, secrets); err != nil {
				t.Fatal(err)
			}
			got, _, err := store.Load("prod")
			if err != nil || got.Method != tc.method || got.Secrets != InEnvironment {
				t.Errorf("got %+v, %v", got, err)
			}
			all, err := store.List()
			if err != nil || len(all) != 2 || all[0].Alias != "other" || all[1].Secrets != InEnvironment {
				t.Errorf("list: %+v, %v", all, err)
			}
		})
	}
}

func TestAForceURLInTheEnvironmentIsEnough(t *testing.T) {
	t.Parallel()
	const url = "ORGKEEP_ORG_PROD_EU_SFDX_AUTH_URL=force://PlatformCLI:s3cret:5Aep861.x@acme.my.salesforce.com"
	want := Login{
		Alias: "prod-eu", Method: RefreshToken, ClientID: "PlatformCLI", InstanceURL: "https://acme.my.salesforce.com", Secrets: InEnvironment,
	}
	for name, tc := range map[string]struct {
		env      []string
		instance string
	}{
		"on its own":            {[]string{url}, "https://acme.my.salesforce.com"},
		"with another instance": {[]string{url, "ORGKEEP_ORG_PROD_EU_INSTANCE_URL=https://acme--x.my.salesforce.com"}, "https://acme--x.my.salesforce.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, _ := newStore(t, nil, tc.env...)
			login, secrets, err := store.Load("prod-eu")
			want := want
			want.InstanceURL = tc.instance
			if diff := cmp.Diff(want, login); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			if diff := cmp.Diff(Secrets{RefreshToken: "5Aep861.x", ClientSecret: "s3cret"}, secrets); diff != "" {
				t.Errorf("secrets (-want +got):\n%s", diff)
			}
			if all, err := store.List(); err != nil || len(all) != 1 || all[0].Alias != "prod_eu" {
				t.Errorf("%v, %v", all, err)
			}
		})
	}
	store, _ := newStore(t, nil, "ORGKEEP_ORG_PROD_SFDX_AUTH_URL=force://canary")
	if _, _, err := store.Load("prod"); !errors.Is(err, ErrSFDXURL) || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "SFDX_AUTH_URL") {
		t.Errorf("got %v", err)
	}
}

func TestAnEnvironmentThatIsNotEnoughSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	store, _ := newStore(t, nil, "ORGKEEP_ORG_PROD_EU_INSTANCE_URL=https://acme.my.salesforce.com", "ORGKEEP_ORG_PROD_EU_CLIENT_ID=c")
	_, _, err := store.Load("prod-eu")
	if !errors.Is(err, ErrEnvironment) || !strings.Contains(err.Error(), "ORGKEEP_ORG_PROD_EU_ACCESS_TOKEN") {
		t.Errorf("got %v", err)
	}
}

func TestWithoutAHomeTheEnvironmentIsEnough(t *testing.T) {
	t.Parallel()
	store := &Store{Env: config.NewEnv([]string{
		"ORGKEEP_ORG_CI_INSTANCE_URL=https://acme.my.salesforce.com", "ORGKEEP_ORG_CI_ACCESS_TOKEN=00D!x",
	}), FS: state.OS()}
	if _, _, err := store.Load("ci"); err != nil {
		t.Error(err)
	}
	if _, _, err := store.Load("prod"); !errors.Is(err, ErrNotSignedIn) {
		t.Errorf("got %v", err)
	}
	if all, err := store.List(); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}

func TestAKeyringThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	defer close(hang)
	_, err := within(time.Millisecond, func() (string, error) { <-hang; return "", nil })
	if err == nil {
		t.Error("it did not end")
	}
}
