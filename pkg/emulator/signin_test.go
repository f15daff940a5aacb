package emulator_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

func mapFS(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return fsys
}

// token asks for one and gives the reply's fields.
func (o *org) tokenFor(form url.Values) (int, map[string]string) {
	o.t.Helper()
	r := httptest.NewRequestWithContext(o.t.Context(), http.MethodPost, "/services/oauth2/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	var reply map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil {
		o.t.Fatalf("%v: %s", err, w.Body)
	}
	return w.Code, reply
}

func (o *org) worksWith(token string) bool {
	o.t.Helper()
	return o.do(http.MethodGet, "/services/data/v66.0/limits", "", "", "Authorization", "Bearer "+token).Code == http.StatusOK
}

func TestClientCredentials(t *testing.T) {
	t.Parallel()
	o := serve(t, nil)
	c := o.Credentials()
	for name, tc := range map[string]struct{ id, secret, failure string }{
		"the app and its secret": {c.ClientID, c.ClientSecret, ""},
		"a wrong secret":         {c.ClientID, "x", "invalid_client"},
		"another app":            {"x", c.ClientSecret, "invalid_client_id"},
	} {
		t.Run(name, func(t *testing.T) {
			status, reply := o.tokenFor(url.Values{"grant_type": {"client_credentials"}, "client_id": {tc.id}, "client_secret": {tc.secret}})
			if reply["error"] != tc.failure || tc.failure == "" && !o.worksWith(reply["access_token"]) {
				t.Errorf("%d %v", status, reply)
			}
		})
	}
}

func TestJWTBearer(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	o := serve(t, nil, emulator.WithJWTKey(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
	c := o.Credentials()
	good := func() jwt.MapClaims {
		return jwt.MapClaims{"iss": c.ClientID, "sub": c.Username, "aud": "https://test.salesforce.com", "exp": noon.Add(time.Minute).Unix()}
	}
	for name, tc := range map[string]struct {
		change  func(jwt.MapClaims)
		key     *rsa.PrivateKey
		failure string
	}{
		"a good one":             {func(jwt.MapClaims) {}, key, ""},
		"with a final slash":     {func(m jwt.MapClaims) { m["aud"] = "https://test.salesforce.com/" }, key, ""},
		"for the server itself":  {func(m jwt.MapClaims) { m["aud"] = "http://example.com/services/oauth2/token" }, key, ""},
		"for production":         {func(m jwt.MapClaims) { m["aud"] = "https://login.salesforce.com" }, key, "audience is invalid"},
		"expired":                {func(m jwt.MapClaims) { m["exp"] = noon.Add(-time.Minute).Unix() }, key, "expired authorization code"},
		"expiry in milliseconds": {func(m jwt.MapClaims) { m["exp"] = noon.UnixMilli() }, key, ""},
		"somebody unknown":       {func(m jwt.MapClaims) { m["sub"] = "x" }, key, "user hasn't approved this consumer"},
		"another app":            {func(m jwt.MapClaims) { m["iss"] = "x" }, key, "client identifier invalid"},
		"signed by somebody":     {func(jwt.MapClaims) {}, other, "invalid assertion"},
	} {
		t.Run(name, func(t *testing.T) {
			claims := good()
			tc.change(claims)
			assertion, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(tc.key)
			if err != nil {
				t.Fatal(err)
			}
			_, reply := o.tokenFor(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}})
			if reply["error_description"] != tc.failure || tc.failure == "" && !o.worksWith(reply["access_token"]) {
				t.Error(reply)
			}
		})
	}
}

func TestAuthorizationCodesWithPKCE(t *testing.T) {
	t.Parallel()
	const verifier = "a-verifier-that-is-long-enough-for-the-standard"
	sum := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	for name, tc := range map[string]struct{ redirect, sent, failure string }{
		"the right verifier":   {"http://localhost:1717/OauthRedirect", verifier, ""},
		"a wrong verifier":     {"http://localhost:1717/OauthRedirect", "x", "invalid_grant"},
		"a callback elsewhere": {"http://example.com/cb", verifier, "redirect_uri_mismatch"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serve(t, nil)
			w := o.get("/services/oauth2/authorize?" + url.Values{
				"response_type": {"code"}, "client_id": {"PlatformCLI"}, "redirect_uri": {tc.redirect}, "state": {"s1"}, "code_challenge": {challenge},
			}.Encode())
			if w.Code != http.StatusFound {
				if tc.failure == "" || !strings.Contains(w.Body.String(), tc.failure) {
					t.Errorf("%d %s", w.Code, w.Body)
				}
				return
			}
			back, err := url.Parse(w.Header().Get("Location"))
			if err != nil || back.Query().Get("state") != "s1" {
				t.Fatal(back, err)
			}
			form := url.Values{
				"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "client_id": {"PlatformCLI"},
				"redirect_uri": {tc.redirect}, "code_verifier": {tc.sent},
			}
			_, reply := o.tokenFor(form)
			if reply["error"] != tc.failure || tc.failure == "" && !o.worksWith(reply["access_token"]) {
				t.Error(reply)
			}
			if _, again := o.tokenFor(form); again["error"] != "invalid_grant" {
				t.Errorf("a code was taken twice: %v", again)
			}
		})
	}
}

func TestRefreshAndRevoke(t *testing.T) {
	t.Parallel()
	o := serve(t, nil)
	c := o.Credentials()
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {c.RefreshToken}, "client_id": {c.ClientID}}
	o.ExpireSessions()
	if o.worksWith(c.AccessToken) {
		t.Error("an expired session works")
	}
	_, reply := o.tokenFor(form)
	if !o.worksWith(reply["access_token"]) {
		t.Error(reply)
	}
	o.do(http.MethodPost, "/services/oauth2/revoke", "application/x-www-form-urlencoded", "token="+url.QueryEscape(c.RefreshToken))
	if _, reply := o.tokenFor(form); reply["error_description"] != "expired access/refresh token" {
		t.Error(reply)
	}
}

func TestCertificatesLieBesideTheScript(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	o := serve(t, map[string]string{emulator.ScriptFile: "certificates: [app.pub]\n", "app.pub": public})
	c := o.Credentials()
	assertion, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": c.ClientID, "sub": c.Username, "aud": "https://test.salesforce.com", "exp": noon.Add(time.Minute).Unix(),
	}).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	status, reply := o.tokenFor(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}})
	if status != http.StatusOK || !o.worksWith(reply["access_token"]) {
		t.Errorf("%d %v", status, reply)
	}
	_, err = emulator.New(emulator.WithOrg(mapFS(map[string]string{emulator.ScriptFile: "certificates: [absent]\n"})))
	if err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("an absent certificate: %v", err)
	}
}
