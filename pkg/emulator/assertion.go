package emulator

import (
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
)

// checkAssertion checks a JWT as the platform does: signature, app, user,
// audience, and that it has not expired. How far ahead it expires is not looked
// at: the sf CLI sends milliseconds for seconds, which is some ten thousand years.
func (s *Server) checkAssertion(text string, r *http.Request) (orgstate.User, *oauthError) {
	claims, bad := s.verified(text)
	if bad != nil {
		return orgstate.User{}, bad
	}
	audiences, err := claims.GetAudience()
	if err != nil || !s.audience(audiences, r) {
		return orgstate.User{}, &oauthError{"invalid_grant", "audience is invalid"}
	}
	if expired(claims, s.now()) {
		return orgstate.User{}, &oauthError{"invalid_grant", "expired authorization code"}
	}
	if issuer, _ := claims["iss"].(string); issuer != s.signIn.clientID && issuer != platformClient {
		return orgstate.User{}, &oauthError{"invalid_client_id", "client identifier invalid"}
	}
	subject, _ := claims["sub"].(string)
	user, ok := s.users.Find(subject)
	if !ok {
		return orgstate.User{}, &oauthError{"invalid_grant", "user hasn't approved this consumer"}
	}
	return user, nil
}

func (s *Server) verified(text string) (jwt.MapClaims, *oauthError) {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	for _, key := range s.signIn.jwtKeys {
		claims := jwt.MapClaims{}
		_, err := parser.ParseWithClaims(text, claims, func(*jwt.Token) (any, error) { return key, nil })
		if err == nil {
			return claims, nil
		}
	}
	return nil, &oauthError{"invalid_grant", "invalid assertion"}
}

// audience accepts the login host of the kind of org, and the server itself.
func (s *Server) audience(given []string, r *http.Request) bool {
	login := "https://login.salesforce.com"
	if s.set.sandbox {
		login = "https://test.salesforce.com"
	}
	for _, a := range given {
		a = strings.TrimSuffix(strings.TrimSuffix(a, "/services/oauth2/token"), "/")
		if a == login || a == s.base(r) || a == "http://"+r.Host {
			return true
		}
	}
	return false
}

func expired(claims jwt.MapClaims, now time.Time) bool {
	exp, ok := claims["exp"].(float64)
	if !ok {
		return true
	}
	return float64(now.Unix()) > exp
}
