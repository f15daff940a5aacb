package auth

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Connection says how to call an org, apart from who calls it.
type Connection struct {
	Flow
	Log        *slog.Logger
	ClientName string
	TempDir    string
}

// Open gives a client for a sign-in. A zero version asks the org for its versions
// and takes the highest one that is understood. The first token is asked for
// here, as it may name another instance.
func (c Connection) Open(ctx context.Context, source *Source, version metadata.Version) (*mdapi.Client, error) {
	if _, err := source.Token(ctx); err != nil {
		return nil, err
	}
	if version == 0 {
		found, err := c.discover(ctx, source)
		if err != nil {
			return nil, err
		}
		version = found
	}
	return c.client(source, version)
}

func (c Connection) client(source *Source, version metadata.Version) (*mdapi.Client, error) {
	client, err := mdapi.New(mdapi.Config{
		InstanceURL: source.Login().InstanceURL, Version: version, Tokens: source,
		HTTP: c.HTTP, ClientName: c.ClientName, Log: c.Log, TempDir: c.TempDir, SkipFiles: true,
	})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", source.Login().InstanceURL, err)
	}
	return client, nil
}

func (c Connection) discover(ctx context.Context, source *Source) (metadata.Version, error) {
	client, err := c.client(source, metadata.MaxVersion)
	if err != nil {
		return 0, err
	}
	all, err := client.Versions(ctx)
	if err != nil {
		return 0, fmt.Errorf("ask for the API versions: %w", err)
	}
	all = slices.DeleteFunc(all, func(v metadata.Version) bool { return !v.Supported() })
	if len(all) == 0 {
		return 0, fmt.Errorf("the org has no API version between %s and %s", metadata.MinVersion, metadata.MaxVersion)
	}
	return slices.Max(all), nil
}

// Identify asks the org who is signed in and which org it is, and gives the login
// with the answers. It returns ErrOtherOrg when the login knew another org.
func Identify(ctx context.Context, client *mdapi.Client, login Login) (Login, error) {
	user, err := client.UserInfo(ctx)
	if err != nil {
		return Login{}, fmt.Errorf("ask who is signed in: %w", err)
	}
	if login.OrgID != "" && !sameID(login.OrgID, user.OrganizationID) {
		return Login{}, fmt.Errorf("%w: %s was signed in, %s answers", ErrOtherOrg, login.OrgID, user.OrganizationID)
	}
	org, err := client.Organization(ctx)
	if err != nil {
		return Login{}, fmt.Errorf("ask which org it is: %w", err)
	}
	login.OrgID, login.Username = user.OrganizationID, user.Username
	login.OrgName, login.Production = org.Name, org.Production()
	return login, nil
}

// sameID compares ids of 15 and of 18 characters: the last three of the longer
// form repeat the case of the others.
func sameID(a, b string) bool {
	const short = 15
	if len(a) != len(b) {
		a, b = a[:min(short, len(a))], b[:min(short, len(b))]
	}
	return a == b
}
