package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/orgkeep/orgkeep/internal/auth"
)

// maxSecret bounds what is read as a secret; the longest, a private key, has a
// few kilobytes.
const maxSecret = 64 << 10

var errEmptySecret = errors.New("nothing is in it")

// secretFile reads a secret from a file or, with "-", from stdin, without the
// line end that editors add.
func (f *Factory) secretFile(flag, name string) (string, error) {
	in := f.IO.In
	if name != "-" {
		file, err := os.Open(f.Path(name))
		if err != nil {
			return "", fmt.Errorf("--%s: %w", flag, err)
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	if in == nil {
		return "", fmt.Errorf("--%s: %w", flag, errEmptySecret)
	}
	data, err := io.ReadAll(io.LimitReader(in, maxSecret+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("--%s: %w", flag, err)
	case len(data) > maxSecret:
		return "", fmt.Errorf("--%s: it is longer than a secret can be", flag)
	}
	secret := strings.TrimSpace(string(data))
	if secret == "" {
		return "", fmt.Errorf("--%s: %w", flag, errEmptySecret)
	}
	f.IO.Redactor.Add(secret)
	return secret, nil
}

func (o authLoginOptions) withToken(login auth.Login) (auth.Login, auth.Secrets, error) {
	if err := needs("access-token-file", o.given(), "instance-url"); err != nil {
		return login, auth.Secrets{}, err
	}
	token, err := o.Factory.secretFile("access-token-file", o.AccessTokenFile)
	if err == nil {
		err = auth.CheckToken(token)
	}
	login.Method = auth.AccessToken
	return login, auth.Secrets{AccessToken: token}, err
}

func (o authLoginOptions) withSecret(login auth.Login) (auth.Login, auth.Secrets, error) {
	if err := needs("client-credentials", o.given(), "instance-url", "client-id", "client-secret-file"); err != nil {
		return login, auth.Secrets{}, err
	}
	secret, err := o.Factory.secretFile("client-secret-file", o.ClientSecretFile)
	login.Method = auth.ClientCredentials
	return login, auth.Secrets{ClientSecret: secret}, err
}

func (o authLoginOptions) withKey(login auth.Login) (auth.Login, auth.Secrets, error) {
	if err := needs("jwt", o.given(), "client-id", "key-file", "username"); err != nil {
		return login, auth.Secrets{}, err
	}
	if login.InstanceURL == "" && login.LoginURL == "" {
		login.LoginURL = auth.ProductionLogin
	}
	key, err := o.Factory.secretFile("key-file", o.KeyFile)
	login.Method = auth.JWT
	return login, auth.Secrets{PrivateKey: key}, err
}

func (o authLoginOptions) withSFDXURL(login auth.Login) (auth.Login, auth.Secrets, error) {
	text, err := o.Factory.secretFile("sfdx-url-file", o.SFDXURLFile)
	if err != nil {
		return login, auth.Secrets{}, err
	}
	parsed, secrets, err := auth.ParseSFDXURL(text, auth.TrustedHosts(o.Factory.Env))
	if err != nil {
		return login, auth.Secrets{}, fmt.Errorf("--sfdx-url-file: %w", err)
	}
	login.Method, login.ClientID = auth.RefreshToken, parsed.ClientID
	if login.InstanceURL == "" {
		login.InstanceURL = parsed.InstanceURL
	}
	return login, secrets, nil
}

// defaultCallbackPort and defaultClientID are those that the sf CLI's app is
// registered with. Source: the guide's section on the web server flow.
const (
	defaultCallbackPort = 1717
	defaultClientID     = "PlatformCLI"
)

func (o authLoginOptions) withBrowser(ctx context.Context, login auth.Login) (auth.Login, auth.Secrets, error) {
	f := o.Factory
	if !o.Web && !f.IO.CanPrompt() {
		return login, auth.Secrets{}, usagef("nobody is here to use a browser; say how to sign in: --client-credentials, --jwt, --access-token-file, --sfdx-url-file or --from-sf")
	}
	if login.ClientID == "" {
		login.ClientID = defaultClientID
	}
	if login.InstanceURL == "" && login.LoginURL == "" {
		login.LoginURL = auth.ProductionLogin
	}
	secrets := auth.Secrets{}
	if o.ClientSecretFile != "" {
		secret, err := f.secretFile("client-secret-file", o.ClientSecretFile)
		if err != nil {
			return login, secrets, err
		}
		secrets.ClientSecret = secret
	}
	client, err := f.HTTP()
	if err != nil {
		return login, secrets, err
	}
	login.Method = auth.RefreshToken
	web := auth.Web{HTTP: client, Port: o.CallbackPort, Show: func(url string) { f.openBrowser(ctx, url) }}
	grant, err := web.SignIn(ctx, login, secrets)
	if err != nil {
		return login, secrets, err
	}
	f.IO.Redactor.Add(grant.AccessToken, grant.RefreshToken)
	if grant.RefreshToken == "" {
		login.Method, secrets = auth.AccessToken, auth.Secrets{AccessToken: grant.AccessToken}
	} else {
		secrets.RefreshToken = grant.RefreshToken
	}
	if grant.InstanceURL != "" {
		if login.LoginURL == "" && login.InstanceURL != grant.InstanceURL {
			login.LoginURL = login.InstanceURL
		}
		login.InstanceURL, err = auth.CheckURL(grant.InstanceURL, auth.TrustedHosts(f.Env))
	}
	return login, secrets, err
}
