package auth

import (
	"errors"
	"fmt"
	"os"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// ErrEnvironment is returned when variables name an org but not how to sign in.
var ErrEnvironment = errors.New("the environment does not say how to sign in")

// fromEnvironment reads ORGKEEP_ORG_<ALIAS>_…. The zero Login means that the
// environment does not name the org.
func (s *Store) fromEnvironment(alias string) (Login, Secrets, error) {
	if !s.Env.HasOrg(alias) {
		return Login{}, Secrets{}, nil
	}
	get := func(what string) string { return s.Env.Org(alias, what) }
	trusted := TrustedHosts(s.Env)
	login := Login{Alias: alias, ClientID: get("CLIENT_ID"), Username: get("USERNAME"), OrgID: get("ORG_ID"), Secrets: InEnvironment}
	secrets := Secrets{
		AccessToken: get("ACCESS_TOKEN"), RefreshToken: get("REFRESH_TOKEN"),
		ClientSecret: get("CLIENT_SECRET"), PrivateKey: get("JWT_KEY"),
	}
	var err error
	if raw := get("SFDX_AUTH_URL"); raw != "" {
		parsed, found, err := ParseSFDXURL(raw, trusted)
		if err != nil {
			return Login{}, Secrets{}, fmt.Errorf("%s: %w", config.VariableOf(alias, "SFDX_AUTH_URL"), err)
		}
		login.ClientID, login.InstanceURL = parsed.ClientID, parsed.InstanceURL
		secrets.ClientSecret, secrets.RefreshToken = found.ClientSecret, found.RefreshToken
	}
	if raw := get("INSTANCE_URL"); raw != "" {
		if login.InstanceURL, err = CheckURL(raw, trusted); err != nil {
			return Login{}, Secrets{}, fmt.Errorf("%s: %w", config.VariableOf(alias, "INSTANCE_URL"), err)
		}
	}
	if raw := get("LOGIN_URL"); raw != "" {
		if login.LoginURL, err = CheckURL(raw, trusted); err != nil {
			return Login{}, Secrets{}, fmt.Errorf("%s: %w", config.VariableOf(alias, "LOGIN_URL"), err)
		}
	}
	if raw := get("API_VERSION"); raw != "" {
		if login.APIVersion, err = metadata.ParseVersion(raw); err != nil {
			return Login{}, Secrets{}, fmt.Errorf("%s: %w", config.VariableOf(alias, "API_VERSION"), err)
		}
	}
	if name := get("JWT_KEY_FILE"); name != "" && secrets.PrivateKey == "" {
		key, err := os.ReadFile(name)
		if err != nil {
			return Login{}, Secrets{}, fmt.Errorf("%s: %w", config.VariableOf(alias, "JWT_KEY_FILE"), err)
		}
		secrets.PrivateKey = string(key)
	}
	if err := CheckToken(secrets.AccessToken); err != nil {
		return Login{}, Secrets{}, fmt.Errorf("%s: %w", config.VariableOf(alias, "ACCESS_TOKEN"), err)
	}
	login.Method, err = methodOf(login, secrets)
	return login, secrets, err
}

// methodOf picks the flow that the given facts are enough for.
func methodOf(login Login, secrets Secrets) (Method, error) {
	switch {
	case secrets.AccessToken != "":
		return AccessToken, nil
	case secrets.PrivateKey != "" && login.ClientID != "" && login.Username != "":
		return JWT, nil
	case secrets.RefreshToken != "" && login.ClientID != "":
		return RefreshToken, nil
	case secrets.ClientSecret != "" && login.ClientID != "":
		return ClientCredentials, nil
	}
	return "", fmt.Errorf("%w: set %s, SFDX_AUTH_URL, or CLIENT_ID with CLIENT_SECRET, with REFRESH_TOKEN, or with JWT_KEY and USERNAME",
		ErrEnvironment, config.VariableOf(login.Alias, "ACCESS_TOKEN"))
}
