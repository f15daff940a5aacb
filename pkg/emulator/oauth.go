package emulator

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
)

// platformClient is the app that the sf CLI signs in with when it is given none;
// it has no secret.
const platformClient = "PlatformCLI"

// codeLife is how long an authorization code can be used.
const codeLife = 15 * time.Minute

// oauthError is the JSON of a refused sign-in.
type oauthError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func (s *Server) serveOAuth(w http.ResponseWriter, r *http.Request, path string) {
	switch path {
	case "token":
		s.serveToken(w, r)
	case "authorize":
		s.serveAuthorize(w, r)
	case "userinfo":
		s.serveUserInfo(w, r)
	case "revoke":
		s.serveRevoke(w, r)
	case "introspect":
		s.serveIntrospect(w, r)
	default:
		writeJSON(w, http.StatusNotFound, oauthError{"unknown_endpoint", "no such endpoint"})
	}
}

func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		writeJSON(w, http.StatusBadRequest, oauthError{"invalid_request", "must use HTTP POST"})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	user, refresh, bad := s.grantOf(r)
	if bad != nil {
		writeJSON(w, http.StatusBadRequest, bad)
		return
	}
	writeJSON(w, http.StatusOK, s.tokenReply(r, user, refresh))
}

// grantOf decides whether a token request is good, and for whom.
func (s *Server) grantOf(r *http.Request) (user orgstate.User, refresh string, bad *oauthError) {
	form := r.PostForm
	id, secret := clientOf(r)
	switch form.Get("grant_type") {
	case "client_credentials":
		if id != s.signIn.clientID {
			return user, "", &oauthError{"invalid_client_id", "client identifier invalid"}
		}
		if subtle.ConstantTimeCompare([]byte(secret), []byte(s.signIn.clientSecret)) != 1 {
			return user, "", &oauthError{"invalid_client", "invalid client credentials"}
		}
		return s.admin, "", nil
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		user, bad = s.checkAssertion(form.Get("assertion"), r)
		return user, "", bad
	case "refresh_token":
		token := form.Get("refresh_token")
		g, ok := s.signIn.refresh[token]
		if !ok {
			return user, "", &oauthError{"invalid_grant", "expired access/refresh token"}
		}
		if bad := s.checkClient(id, secret); bad != nil {
			return user, "", bad
		}
		return g.user, "", nil
	case "authorization_code":
		return s.redeem(form, id, secret)
	}
	return user, "", &oauthError{"unsupported_grant_type", "grant type not supported"}
}

func clientOf(r *http.Request) (id, secret string) {
	if id, secret, ok := r.BasicAuth(); ok {
		return id, secret
	}
	return r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
}

// checkClient accepts the org's own app, with or without its secret where the
// flow proves itself otherwise, and the CLI's app, which has none.
func (s *Server) checkClient(id, secret string) *oauthError {
	switch {
	case id == platformClient && secret == "":
		return nil
	case id != s.signIn.clientID:
		return &oauthError{"invalid_client_id", "client identifier invalid"}
	case secret != "" && secret != s.signIn.clientSecret:
		return &oauthError{"invalid_client", "invalid client credentials"}
	}
	return nil
}

// redeem exchanges a code: once, by the same app, for the same callback, with
// the verifier that its challenge was made of.
func (s *Server) redeem(form url.Values, id, secret string) (user orgstate.User, refresh string, bad *oauthError) {
	code := form.Get("code")
	g, ok := s.signIn.codes[code]
	delete(s.signIn.codes, code)
	switch {
	case !ok:
		return user, "", &oauthError{"invalid_grant", "invalid authorization code"}
	case s.now().After(g.expires):
		return user, "", &oauthError{"invalid_grant", "expired authorization code"}
	case g.clientID != id:
		return user, "", &oauthError{"invalid_client_id", "client identifier invalid"}
	case g.redirect != form.Get("redirect_uri"):
		return user, "", &oauthError{"redirect_uri_mismatch", "redirect_uri must match configuration"}
	}
	if bad := s.checkClient(id, secret); bad != nil {
		return user, "", bad
	}
	if g.challenge != "" && challengeOf(form.Get("code_verifier")) != g.challenge {
		return user, "", &oauthError{"invalid_grant", "invalid code verifier"}
	}
	if g.challenge == "" && secret == "" {
		return user, "", &oauthError{"invalid_client", "invalid client credentials"}
	}
	refresh = "5Aep861" + s.signIn.random(40)
	s.signIn.refresh[refresh] = grant{user: g.user, clientID: id}
	return g.user, refresh, nil
}

// challengeOf is PKCE's S256.
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (s *Server) tokenReply(r *http.Request, user orgstate.User, refresh string) map[string]any {
	identity := s.identity(r, user)
	issued := strconv.FormatInt(s.now().UnixMilli(), 10)
	reply := map[string]any{
		"access_token": s.signIn.newSession(user), "scope": "api refresh_token", "instance_url": s.base(r), "id": identity,
		"token_type": "Bearer", "issued_at": issued, "signature": s.signIn.signature(identity, issued), "api_instance_url": s.base(r),
	}
	if refresh != "" {
		reply["refresh_token"] = refresh
	}
	return reply
}

// serveAuthorize signs the administrator in without asking, as there is nobody
// to ask, and sends the browser back with a code. Only loopback callbacks may
// be plain http.
func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	redirect, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || !callback(redirect) {
		writeJSON(w, http.StatusBadRequest, oauthError{"redirect_uri_mismatch", "redirect_uri must match configuration"})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if id := q.Get("client_id"); id != platformClient && id != s.signIn.clientID {
		writeJSON(w, http.StatusBadRequest, oauthError{"invalid_client_id", "client identifier invalid"})
		return
	}
	back := redirect.Query()
	if state := q.Get("state"); state != "" {
		back.Set("state", state)
	}
	switch method := q.Get("code_challenge_method"); {
	case q.Get("response_type") != "code":
		back.Set("error", "unsupported_response_type")
		back.Set("error_description", "response type not supported")
	case method != "" && method != "S256":
		back.Set("error", "invalid_request")
		back.Set("error_description", "code challenge method not supported")
	default:
		code := "aPrx" + s.signIn.random(50)
		s.signIn.codes[code] = grant{
			user: s.admin, clientID: q.Get("client_id"), redirect: q.Get("redirect_uri"),
			challenge: strings.TrimRight(q.Get("code_challenge"), "="), expires: s.now().Add(codeLife),
		}
		back.Set("code", code)
	}
	redirect.RawQuery = back.Encode()
	http.Redirect(w, r, redirect.String(), http.StatusFound)
}

func callback(u *url.URL) bool {
	if u.Scheme == "https" {
		return u.Host != ""
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

func (s *Server) serveRevoke(w http.ResponseWriter, r *http.Request) {
	token := r.FormValue("token")
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.signIn.revoke(token) {
		writeJSON(w, http.StatusBadRequest, oauthError{"unsupported_token_type", "this token type is not supported"})
		return
	}
	w.WriteHeader(http.StatusOK)
}

func (s *Server) serveIntrospect(w http.ResponseWriter, r *http.Request) {
	token := r.FormValue("token")
	s.mu.Lock()
	defer s.mu.Unlock()
	user, ok := s.signIn.session(token, s.now())
	if !ok {
		writeJSON(w, http.StatusOK, map[string]any{"active": false})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"active": true, "username": user.Username, "token_type": "access_token"})
}

func (s *Server) serveUserInfo(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, ok := s.signIn.session(bearer(r), s.now())
	if !ok {
		writeRESTError(w, http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"sub": s.identity(r, user), "user_id": user.ID, "organization_id": s.orgID,
		"preferred_username": user.Username, "nickname": user.Username, "name": user.Name, "email": user.Email,
		"email_verified": true, "active": true, "user_type": "STANDARD", "language": "en_US", "locale": "en_US",
		"urls": s.addresses(r),
	})
}

// serveIdentity answers the identity URL, which says the same as userinfo under
// other names. jsforce puts the token into the query.
func (s *Server) serveIdentity(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := bearer(r)
	if token == "" {
		token = r.URL.Query().Get("oauth_token")
	}
	user, ok := s.signIn.session(token, s.now())
	if !ok {
		http.Error(w, "Bad_OAuth_Token", http.StatusForbidden)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"id": s.identity(r, user), "asserted_user": true, "user_id": user.ID, "organization_id": s.orgID,
		"username": user.Username, "nick_name": user.Username, "display_name": user.Name, "email": user.Email,
		"email_verified": true, "active": true, "user_type": "STANDARD", "language": "en_US", "locale": "en_US",
		"urls": s.addresses(r),
	})
}

// identity is a user's identity URL.
func (s *Server) identity(r *http.Request, user orgstate.User) string {
	return s.base(r) + "/id/" + s.orgID + "/" + user.ID
}

// addresses are where the APIs are, the version left open.
func (s *Server) addresses(r *http.Request) map[string]string {
	base := s.base(r)
	return map[string]string{
		"metadata": base + "/services/Soap/m/{version}/" + s.orgID[:15],
		"rest":     base + "/services/data/v{version}/",
		"query":    base + "/services/data/v{version}/query/",
		"sobjects": base + "/services/data/v{version}/sobjects/",
	}
}
