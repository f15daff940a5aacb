package emulator

import (
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
)

// signIn holds sessions, refresh tokens and codes. Everything is drawn from the
// seed: the tokens are no secrets, and a test can know them beforehand.
type signIn struct {
	seed         int64
	made         uint64 // tokens made so far
	orgID        string
	sessions     map[string]orgstate.User
	refresh      map[string]grant
	codes        map[string]grant
	clientID     string
	clientSecret string
	adminToken   string
	adminRefresh string
	jwtKeys      []*rsa.PublicKey
}

// grant is what a code or a refresh token stands for.
type grant struct {
	user      orgstate.User
	clientID  string
	redirect  string
	challenge string // PKCE
	expires   time.Time
}

func (i *signIn) init(set settings, orgID string) error {
	i.seed, i.orgID = set.seed, orgID
	i.sessions, i.refresh, i.codes = map[string]orgstate.User{}, map[string]grant{}, map[string]grant{}
	i.clientID = "3MVG9" + i.random(40)
	i.clientSecret = strings.ToUpper(i.random(32))
	for _, pem := range set.jwtKeys {
		key, err := jwt.ParseRSAPublicKeyFromPEM(pem)
		if err != nil {
			return fmt.Errorf("read the key for JWT sign-in: %w", err)
		}
		i.jwtKeys = append(i.jwtKeys, key)
	}
	return nil
}

// begin gives the administrator's session, once the user is known.
func (i *signIn) begin(admin orgstate.User) {
	i.adminToken = i.newSession(admin)
	i.adminRefresh = "5Aep861" + i.random(40)
	i.refresh[i.adminRefresh] = grant{user: admin}
}

func (i *signIn) random(n int) string {
	var in [16]byte
	binary.BigEndian.PutUint64(in[:], uint64(i.seed))
	i.made++
	binary.BigEndian.PutUint64(in[8:], i.made)
	var out strings.Builder
	for out.Len() < n {
		sum := sha256.Sum256(append([]byte(out.String()), in[:]...))
		out.WriteString(strings.NewReplacer("-", "", "_", "").Replace(base64.RawURLEncoding.EncodeToString(sum[:])))
	}
	return out.String()[:n]
}

// newSession makes an access token in the form of the platform's: clients look
// for it.
func (i *signIn) newSession(user orgstate.User) string {
	token := i.orgID[:15] + "!AQ" + i.random(60)
	i.sessions[token] = user
	return token
}

func (i *signIn) session(token string, _ time.Time) (orgstate.User, bool) {
	user, ok := i.sessions[token]
	return user, ok && token != ""
}

// expire ends every session; refresh tokens live on.
func (i *signIn) expire() { clear(i.sessions) }

func (i *signIn) revoke(token string) bool {
	_, session := i.sessions[token]
	_, refresh := i.refresh[token]
	delete(i.sessions, token)
	delete(i.refresh, token)
	return session || refresh
}

// signature proves that a token reply is the server's.
func (i *signIn) signature(parts ...string) string {
	mac := hmac.New(sha256.New, []byte(i.clientSecret))
	_, _ = mac.Write([]byte(strings.Join(parts, "")))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// bearer reads the session of a REST request.
func bearer(r *http.Request) string {
	kind, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(kind, "Bearer") && !strings.EqualFold(kind, "OAuth") {
		return ""
	}
	return strings.TrimSpace(token)
}

// ExpireSessions ends every session, as an administrator can. Refresh tokens
// live on.
func (s *Server) ExpireSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signIn.expire()
}

// NewSession opens a session for a user and gives its access token.
func (s *Server) NewSession(username string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, ok := s.users.Find(username)
	if !ok {
		return "", fmt.Errorf("%w: %s", ErrNoSuchUser, username)
	}
	return s.signIn.newSession(user), nil
}
