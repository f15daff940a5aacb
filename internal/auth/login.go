package auth

import (
	"errors"
	"time"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Sentinels of this package.
var (
	// ErrNotSignedIn is returned for an alias that nobody has signed in.
	ErrNotSignedIn = errors.New("not signed in")
	// ErrRefused is returned when the org refuses a sign-in or its renewal; a
	// *Refusal is in the chain where the server gave its reason.
	ErrRefused = errors.New("the org refused the sign-in")
	// ErrOtherOrg is returned when an alias answers as another org than the one
	// that was signed in.
	ErrOtherOrg = errors.New("the alias answers as another org")
)

// Method is a way to get a token.
type Method string

// The methods, by the names of their flags.
const (
	AccessToken       Method = "access-token"
	ClientCredentials Method = "client-credentials"
	RefreshToken      Method = "refresh-token"
	JWT               Method = "jwt"
	FromSF            Method = "from-sf"
)

// Where a sign-in's secrets are.
const (
	InKeyring     = "keyring"
	InFile        = "file"
	InEnvironment = "environment"
)

// Login is what is known of a sign-in, its secrets apart.
type Login struct {
	Alias       string `json:"alias"`
	Method      Method `json:"method"`
	InstanceURL string `json:"instance_url"`
	// LoginURL is where tokens come from; empty for the instance itself.
	LoginURL string `json:"login_url,omitempty"`
	ClientID string `json:"client_id,omitempty"`
	Username string `json:"username,omitempty"`
	// SFUser is whom the sf CLI is asked for, with FromSF.
	SFUser string `json:"sf_user,omitempty"`

	OrgID      string           `json:"org_id,omitempty"`
	OrgName    string           `json:"org_name,omitempty"`
	Production bool             `json:"production"`
	APIVersion metadata.Version `json:"api_version,omitempty"`
	SignedIn   time.Time        `json:"signed_in,omitzero"`
	// Secrets tells where they are: InKeyring, InFile or InEnvironment.
	Secrets string `json:"secrets"`
}

// TokenURL is the base URL of the host that gives tokens.
func (l Login) TokenURL() string {
	if l.LoginURL != "" {
		return l.LoginURL
	}
	return l.InstanceURL
}

// Kind says in a word what sort of org it is.
func (l Login) Kind() string {
	if l.Production {
		return "production"
	}
	return "sandbox"
}

// Renews tells whether a new token can be had without the user.
func (l Login) Renews() bool { return l.Method != AccessToken }

// Secrets are what must not be seen of a sign-in.
type Secrets struct {
	AccessToken  string `json:"access_token,omitempty"`
	RefreshToken string `json:"refresh_token,omitempty"`
	ClientSecret string `json:"client_secret,omitempty"`
	// PrivateKey is an RSA key in PEM.
	PrivateKey string `json:"private_key,omitempty"`
}

// All gives the secrets that are there, for a redactor.
func (s Secrets) All() []string {
	var all []string
	for _, secret := range []string{s.AccessToken, s.RefreshToken, s.ClientSecret, s.PrivateKey} {
		if secret != "" {
			all = append(all, secret)
		}
	}
	return all
}
