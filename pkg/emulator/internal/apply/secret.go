package apply

import (
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
)

// secretsOf are the elements of a type whose values the platform treats as
// secrets.
func secretsOf(typeName string) []string {
	switch typeName {
	case "AuthProvider":
		return []string{"consumerSecret"}
	case "NamedCredential", "ExternalDataSource":
		return []string{"password", "oauthToken", "oauthRefreshToken", "awsAccessSecret"}
	}
	return nil
}

// omittedSecret: a secret that the file lacks stays as it is.
func (r *runner) omittedSecret(u *unit, old, now *xmltext.Element) (*xmltext.Element, error) {
	if old == nil || r.Set.Is(behaviour.OmittedSecret, "clear") {
		return now, nil
	}
	out := now
	for _, name := range secretsOf(u.c.Type) {
		if had := old.Child(name); had != nil && now.Child(name) == nil {
			out = out.With(insert(out.Children, had))
		}
	}
	return asBefore(old, out), nil
}
