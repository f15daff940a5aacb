package auth

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// tokenServer answers the token endpoint with a function of the form.
func tokenServer(t *testing.T, answer func(url.Values) (int, map[string]string)) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != tokenPath || r.Header.Get("Authorization") != "" {
			t.Errorf("%s %s, Authorization %q", r.Method, r.URL.Path, r.Header.Get("Authorization"))
		}
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		code, reply := answer(r.PostForm)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(reply)
	}))
	t.Cleanup(server.Close)
	return server
}

func flow(server *httptest.Server) Flow {
	return Flow{
		HTTP: server.Client(), Now: func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) },
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

func TestGrants(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		login   Login
		secrets Secrets
		want    url.Values
	}{
		"client credentials": {
			Login{Method: ClientCredentials, ClientID: "c"},
			Secrets{ClientSecret: "s"},
			url.Values{"grant_type": {"client_credentials"}, "client_id": {"c"}, "client_secret": {"s"}},
		},
		"refresh token without a client secret": {
			Login{Method: RefreshToken, ClientID: "PlatformCLI"},
			Secrets{RefreshToken: "r"},
			url.Values{"grant_type": {"refresh_token"}, "client_id": {"PlatformCLI"}, "refresh_token": {"r"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got url.Values
			server := tokenServer(t, func(form url.Values) (int, map[string]string) {
				got = form
				return 200, map[string]string{"access_token": "00D!x", "instance_url": "https://acme.my.salesforce.com/", "token_type": "Bearer"}
			})
			tc.login.InstanceURL = server.URL
			grant, err := flow(server).Grant(t.Context(), tc.login, tc.secrets)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("form (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(Grant{AccessToken: "00D!x", RefreshToken: tc.secrets.RefreshToken, InstanceURL: "https://acme.my.salesforce.com"}, grant); diff != "" {
				t.Errorf("grant (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnAssertionIsSignedForTheLoginHost(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	var form url.Values
	server := tokenServer(t, func(f url.Values) (int, map[string]string) {
		form = f
		return 200, map[string]string{"access_token": "00D!x"}
	})
	f := flow(server)
	login := Login{Method: JWT, ClientID: "c", Username: "ada@acme.example", InstanceURL: "https://acme.my.salesforce.com", LoginURL: server.URL}
	if _, err := f.Grant(t.Context(), login, Secrets{PrivateKey: string(text)}); err != nil {
		t.Fatal(err)
	}
	var claims jwt.MapClaims
	_, err = jwt.ParseWithClaims(form.Get("assertion"), &claims, func(*jwt.Token) (any, error) { return key.Public(), nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(f.Now))
	if err != nil {
		t.Fatal(err)
	}
	want := jwt.MapClaims{"iss": "c", "sub": "ada@acme.example", "aud": server.URL, "exp": float64(f.Now().Unix() + 180)}
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	if form.Has("client_id") {
		t.Error("client_id is in the assertion alone")
	}
	if _, err := f.Grant(t.Context(), login, Secrets{PrivateKey: "nonsense"}); err == nil || strings.Contains(err.Error(), "nonsense") {
		t.Errorf("got %v", err)
	}
}

func TestAudiences(t *testing.T) {
	t.Parallel()
	for instance, want := range map[string]string{
		"https://acme.my.salesforce.com":              ProductionLogin,
		"https://acme--uat.sandbox.my.salesforce.com": SandboxLogin,
		"https://acme--uat.my.salesforce.com":         SandboxLogin,
		"https://test.salesforce.com":                 SandboxLogin,
		"http://127.0.0.1:80":                         "http://127.0.0.1:80",
	} {
		if got := audience(Login{InstanceURL: instance}); got != want {
			t.Errorf("%s: got %s, want %s", instance, got, want)
		}
	}
}

func TestARefusalKeepsTheServersWords(t *testing.T) {
	t.Parallel()
	server := tokenServer(t, func(url.Values) (int, map[string]string) {
		return 400, map[string]string{"error": "invalid_client", "error_description": "invalid client credentials", "secret": "canary"}
	})
	_, err := flow(server).Grant(t.Context(), Login{Method: ClientCredentials, InstanceURL: server.URL}, Secrets{})
	var refusal *Refusal
	if !errors.Is(err, ErrRefused) || !errors.As(err, &refusal) {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff(&Refusal{"invalid_client", "invalid client credentials", 400}, refusal); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAServerThatIsUnwellRefusesNobody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "canary", http.StatusServiceUnavailable)
	}))
	defer server.Close()
	_, err := flow(server).Grant(t.Context(), Login{Method: ClientCredentials, InstanceURL: server.URL}, Secrets{})
	if err == nil || errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}

func TestAnInstanceOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	server := tokenServer(t, func(url.Values) (int, map[string]string) {
		return 200, map[string]string{"access_token": "x", "instance_url": "https://evil.example"}
	})
	_, err := flow(server).Grant(t.Context(), Login{Method: ClientCredentials, InstanceURL: server.URL}, Secrets{})
	if !errors.Is(err, ErrHost) {
		t.Errorf("got %v", err)
	}
}

func TestOneOfManyRenewsAStaleToken(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	server := tokenServer(t, func(url.Values) (int, map[string]string) {
		return 200, map[string]string{"access_token": fmt.Sprintf("token-%d", calls.Add(1))}
	})
	store, _ := newStore(t, nil)
	source := NewSource(flow(server), store, Login{Alias: "prod", Method: ClientCredentials, InstanceURL: server.URL}, Secrets{ClientSecret: "s"})
	stale, err := source.Token(t.Context())
	if err != nil || stale != "token-1" {
		t.Fatalf("%q, %v", stale, err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got, err := source.Refresh(t.Context(), stale); err != nil || got != "token-2" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	wg.Wait()
}

func TestARotatedRefreshTokenIsKept(t *testing.T) {
	t.Parallel()
	server := tokenServer(t, func(form url.Values) (int, map[string]string) {
		if form.Get("refresh_token") != "old" {
			return 400, map[string]string{"error": "invalid_grant", "error_description": "expired access/refresh token"}
		}
		return 200, map[string]string{"access_token": "x", "refresh_token": "new"}
	})
	store, _ := newStore(t, nil)
	login := Login{Alias: "prod", Method: RefreshToken, ClientID: "c", InstanceURL: server.URL}
	if _, _, err := store.Save(login, Secrets{RefreshToken: "old"}); err != nil {
		t.Fatal(err)
	}
	login, secrets, err := store.Load("prod")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewSource(flow(server), store, login, secrets).Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, secrets, err = store.Load("prod")
	if err != nil || secrets.RefreshToken != "new" {
		t.Errorf("%+v, %v", secrets, err)
	}
}

func TestABareAccessTokenCannotBeRenewed(t *testing.T) {
	t.Parallel()
	store, _ := newStore(t, nil)
	source := NewSource(Flow{}, store, Login{Alias: "prod", Method: AccessToken}, Secrets{AccessToken: "x"})
	if got, err := source.Token(t.Context()); err != nil || got != "x" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := source.Refresh(t.Context(), "x"); !errors.Is(err, mdapi.ErrNoRefresh) {
		t.Errorf("got %v", err)
	}
}

func TestTheSFCLIIsAskedForItsToken(t *testing.T) {
	t.Parallel()
	const display = "org display -o ada --json"
	const show = "org auth show-access-token -o ada --json"
	const hidden = `{"status":0,"result":{"accessToken":"[REDACTED] Use 'sf org auth show-access-token' to view","instanceUrl":"https://acme.my.salesforce.com"}}`
	for name, tc := range map[string]struct {
		says map[string]string
		want string
	}{
		"a new CLI":                      {map[string]string{display: hidden, show: `{"status":0,"result":{"accessToken":"00D!new"}}`}, "00D!new"},
		"an old CLI without the command": {map[string]string{display: `{"status":0,"result":{"accessToken":"00D!old","instanceUrl":"https://acme.my.salesforce.com"}}`}, "00D!old"},
		"a token that is hidden":         {map[string]string{display: hidden}, ""},
		"a user that it does not know":   {map[string]string{display: `{"status":1,"name":"NamedOrgNotFoundError"}`}, ""},
		"no CLI at all":                  {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := Flow{SF: func(_ context.Context, args ...string) ([]byte, error) {
				if out, ok := tc.says[strings.Join(args, " ")]; ok {
					return []byte(out), nil
				}
				return nil, errors.New("exit status 127")
			}}
			grant, err := f.Grant(t.Context(), Login{Method: FromSF, SFUser: "ada"}, Secrets{})
			if grant.AccessToken != tc.want || (err == nil) != (tc.want != "") {
				t.Errorf("%+v, %v", grant, err)
			}
			if err != nil && !errors.Is(err, ErrSF) {
				t.Errorf("%v is no ErrSF", err)
			}
		})
	}
}

func TestTokensAndURLsThatCannotBe(t *testing.T) {
	t.Parallel()
	for token, ok := range map[string]bool{
		"00D000000000001!AQ.x_y": true, "eyJhbGciOi.eyJz.x": true,
		"[REDACTED] Use 'sf org auth show-access-token' to view": false, "a b": false, `{"accessToken":"x"}`: false,
	} {
		if err := CheckToken(token); (err == nil) != ok || (err != nil && (!errors.Is(err, ErrToken) || strings.Contains(err.Error(), token))) {
			t.Errorf("%q: %v", token, err)
		}
	}
	login, secrets, err := ParseSFDXURL("force://PlatformCLI::5Aep861.x@acme.my.salesforce.com\n", nil)
	if err != nil || login.ClientID != "PlatformCLI" || secrets.RefreshToken != "5Aep861.x" || login.InstanceURL != "https://acme.my.salesforce.com" {
		t.Errorf("%+v %+v %v", login, secrets, err)
	}
	for _, text := range []string{"", "https://x", "force://a:b@host", "force://a:b:c@http://localhost:1", "force://a:b:c@evil.example"} {
		if _, _, err := ParseSFDXURL(text, nil); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func FuzzParseSFDXURL(f *testing.F) {
	f.Add("force://PlatformCLI::5Aep861.x@acme.my.salesforce.com")
	f.Fuzz(func(t *testing.T, text string) {
		login, _, err := ParseSFDXURL(text, nil)
		if err == nil && !strings.HasPrefix(login.InstanceURL, "https://") {
			t.Errorf("%q gives %q", text, login.InstanceURL)
		}
	})
}

func TestIdsOfBothLengthsAreTheSame(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b string
		same bool
	}{
		{"00Dxx0000000001", "00Dxx0000000001EAA", true},
		{"00Dxx0000000001EAA", "00Dxx0000000001EAA", true},
		{"00Dxx0000000001EAA", "00Dxx0000000002EAA", false},
		{"00Dxx0000000001", "00Dxx0000000002EAA", false},
		{"00D", "00Dxx0000000002EAA", false},
	} {
		if got := sameID(tc.a, tc.b); got != tc.same {
			t.Errorf("%s %s: %v", tc.a, tc.b, got)
		}
	}
}
