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
	// Sleep waits between attempts; nil for the system's clock.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Grant gets a token by the login's method. Where the user has to take part (the
// web flow) this renews what the user has begun. It asks again when the server
// is unwell or cannot be reached, a few times.
func (f Flow) Grant(ctx context.Context, login Login, secrets Secrets) (Grant, error) {
	grant, err := f.again(ctx, login.Method, func() (Grant, error) { return f.ask(ctx, login, secrets) })
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

func (f Flow) ask(ctx context.Context, login Login, secrets Secrets) (Grant, error) {
	e := endpoint{http: f.HTTP, base: login.TokenURL(), clientID: login.ClientID, secret: secrets.ClientSecret}
	switch login.Method {
	case AccessToken:
		return Grant{AccessToken: secrets.AccessToken, InstanceURL: login.InstanceURL}, nil
	case ClientCredentials:
		return e.ask(ctx, "client_credentials", nil)
	case RefreshToken:
		return e.ask(ctx, "refresh_token", url.Values{"refresh_token": {secrets.RefreshToken}})
	case JWT:
		return f.jwt(ctx, login, secrets)
	case FromSF:
		return f.fromSF(ctx, login.SFUser)
	}
	return Grant{}, fmt.Errorf("sign-in method %q is not known", login.Method)
}
