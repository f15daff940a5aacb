package auth

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// jwtLife is how long an assertion is good for: the server allows three minutes.
const jwtLife = 3 * time.Minute

const jwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// Login hosts of Salesforce; they are the audience of an assertion too.
const (
	ProductionLogin = "https://login.salesforce.com"
	SandboxLogin    = "https://test.salesforce.com"
)

// assertion signs who asks: RS256, audience the login host.
func assertion(login Login, key string, now time.Time) (string, error) {
	parsed, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(key))
	if err != nil {
		// The library's error may tell of the key.
		return "", fmt.Errorf("the private key is not an RSA key in PEM")
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": login.ClientID, "sub": login.Username, "aud": audience(login), "exp": now.Add(jwtLife).Unix(),
	})
	signed, err := token.SignedString(parsed)
	if err != nil {
		return "", fmt.Errorf("sign the assertion: %w", err)
	}
	return signed, nil
}

// audience is login.salesforce.com or test.salesforce.com where the token is asked
// for at one of Salesforce's own hosts, else the host itself.
func audience(login Login) string {
	base := login.TokenURL()
	u, err := url.Parse(base)
	switch {
	case err != nil || base == ProductionLogin || base == SandboxLogin:
		return base
	case Loopback(u.Hostname()):
		return base
	case isSandboxHost(u.Hostname()):
		return SandboxLogin
	}
	return ProductionLogin
}

func (f Flow) jwt(ctx context.Context, login Login, secrets Secrets) (Grant, error) {
	signed, err := assertion(login, secrets.PrivateKey, f.Now())
	if err != nil {
		return Grant{}, err
	}
	e := endpoint{http: f.HTTP, base: login.TokenURL()}
	return e.ask(ctx, jwtGrant, url.Values{"assertion": {signed}})
}
