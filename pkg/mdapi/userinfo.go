package mdapi

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// UserInfo is who a token stands for.
type UserInfo struct {
	UserID         string `json:"user_id"`
	OrganizationID string `json:"organization_id"`
	Username       string `json:"preferred_username"`
	Name           string `json:"name"`
	Email          string `json:"email"`
}

// UserInfo asks who is signed in.
func (c *Client) UserInfo(ctx context.Context) (UserInfo, error) {
	var info UserInfo
	if err := c.get(ctx, "/services/oauth2/userinfo", "userinfo", &info); err != nil {
		return UserInfo{}, err
	}
	if info.OrganizationID == "" {
		return UserInfo{}, fmt.Errorf("userinfo: %w: it names no org", ErrReply)
	}
	return info, nil
}

// Organization is the org's own record.
type Organization struct {
	ID              string
	Name            string
	InstanceName    string
	NamespacePrefix string
	Type            string // Developer Edition, Enterprise Edition, ...
	IsSandbox       bool
	TrialExpiration time.Time // zero when the org does not end
}

// Production tells whether the org is one that people work in: no sandbox, and
// no end to it.
func (o Organization) Production() bool { return !o.IsSandbox && o.TrialExpiration.IsZero() }

// Organization reads the org's own record.
func (c *Client) Organization(ctx context.Context) (Organization, error) {
	rows, err := c.Query(ctx, "SELECT Id, Name, InstanceName, IsSandbox, TrialExpirationDate, NamespacePrefix, OrganizationType FROM Organization")
	if err != nil {
		return Organization{}, err
	}
	if len(rows) != 1 {
		return Organization{}, fmt.Errorf("query: %w: %d rows of Organization", ErrReply, len(rows))
	}
	row := rows[0]
	return Organization{
		ID: row.Text("Id"), Name: row.Text("Name"), InstanceName: row.Text("InstanceName"), NamespacePrefix: row.Text("NamespacePrefix"),
		Type: row.Text("OrganizationType"), IsSandbox: row.Bool("IsSandbox"), TrialExpiration: row.Time("TrialExpirationDate"),
	}, nil
}

// User is a user of the org.
type User struct {
	ID       string
	Username string
	Name     string
	Email    string
}

const (
	// usersPerQuery keeps the query's URL far below the 16,384 bytes that the
	// service takes.
	usersPerQuery = 200
	shortID       = 15
	longID        = 18
)

// Users gives users by the ids that were asked for, of 15 or 18 characters. Ids
// of no user, and texts that are no ids, are left out.
func (c *Client) Users(ctx context.Context, ids ...string) (map[string]User, error) {
	byShort := map[string]User{}
	for chunk := range slices.Chunk(userIDs(ids), usersPerQuery) {
		rows, err := c.Query(ctx, "SELECT Id, Username, Name, Email FROM User WHERE Id IN ("+strings.Join(chunk, ", ")+")")
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			u := User{ID: row.Text("Id"), Username: row.Text("Username"), Name: row.Text("Name"), Email: row.Text("Email")}
			if len(u.ID) >= shortID && u.Username != "" {
				byShort[u.ID[:shortID]] = u
			}
		}
	}
	out := map[string]User{}
	for _, id := range ids {
		if !isID(id) {
			continue
		}
		if u, ok := byShort[id[:shortID]]; ok {
			out[id] = u
		}
	}
	return out, nil
}

// userIDs gives the ids to ask for as literals, sorted and each once.
func userIDs(ids []string) []string {
	var out []string
	for _, id := range ids {
		if isID(id) {
			out = append(out, quoted(id))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func isID(s string) bool {
	return (len(s) == shortID || len(s) == longID) && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}
