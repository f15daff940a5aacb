package auth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Flow gets tokens.
type Flow struct {
	HTTP *http.Client
	Now  func() time.Time
	// Trusted are hosts that tokens may be sent to besides Salesforce's.
	Trusted []string
	// SF asks the sf CLI; nil where it must not be asked.
	SF func(ctx context.Context, args ...string) ([]byte, error)
}

// Grant gets a token by the login's method. Where the user has to take part (the
// web flow) this renews what the user has begun. It does not retry.
func (f Flow) Grant(ctx context.Context, login Login, secrets Secrets) (Grant, error) {
	e := endpoint{http: f.HTTP, base: login.TokenURL(), clientID: login.ClientID, secret: secrets.ClientSecret}
	var grant Grant
	var err error
	switch login.Method {
	case AccessToken:
		return Grant{AccessToken: secrets.AccessToken, InstanceURL: login.InstanceURL}, nil
	case ClientCredentials:
		grant, err = e.ask(ctx, "client_credentials", nil)
	case RefreshToken:
		grant, err = e.ask(ctx, "refresh_token", url.Values{"refresh_token": {secrets.RefreshToken}})
	case JWT:
		grant, err = f.jwt(ctx, login, secrets)
	case FromSF:
		grant, err = f.fromSF(ctx, login.SFUser)
	default:
		return Grant{}, fmt.Errorf("sign-in method %q is not known", login.Method)
	}
	if err != nil {
		return Grant{}, err
	}
	if grant.AccessToken == "" {
		return Grant{}, fmt.Errorf("%w: its answer holds no token", ErrRefused)
	}
	if grant.InstanceURL != "" {
		if grant.InstanceURL, err = CheckURL(grant.InstanceURL, f.Trusted); err != nil {
			return Grant{}, fmt.Errorf("the instance that the sign-in names: %w", err)
		}
	}
	return grant, nil
}
