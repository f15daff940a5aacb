package capture

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// deletion is the form in which the setup audit trail writes that a component
// was deleted: an action, and a text that holds its API name and nothing that
// could be taken for another one. Types of which it gives a label have none.
// Source: public tables of audit trail rows; the texts are taken with the name
// before and behind the type's word, as both were seen.
type deletion struct {
	typeName string
	text     *regexp.Regexp
}

func deletions() map[string]deletion {
	of := func(typeName, noun string) deletion {
		return deletion{typeName, regexp.MustCompile(`^Deleted (?:` + noun + ` (\w+)|(\w+) ` + noun + `)$`)}
	}
	return map[string]deletion{
		"deletedApexClass":             of("ApexClass", `Apex Class(?: code)?`),
		"deletedApexPage":              of("ApexPage", `Page`),
		"deletedApexComponent":         of("ApexComponent", `Component`),
		"deletedLightningWebComponent": of("LightningComponentBundle", `Lightning Web Component`),
		"deletedAuraComponent":         of("AuraDefinitionBundle", `Aura Component`),
		"deletedStaticResource":        of("StaticResource", `Static Resource`),
		"deletedApexTrigger":           {"ApexTrigger", regexp.MustCompile(`^Deleted (?:.+ )?Trigger code:? (\w+)$`)},
		"deletedinteractiondefinition": {"Flow", regexp.MustCompile(`^Deleted flow with .*Unique Name "(\w+)"$`)},
	}
}

func (d deletion) name(text string) (string, bool) {
	found := d.text.FindStringSubmatch(text)
	if found == nil {
		return "", false
	}
	return strings.Join(found[1:], ""), true // one group alone has matched
}

// deleters tells who deleted what, where the setup audit trail leaves no doubt:
// all rows since the last snapshot that name the component are of one user, who
// acted in their own name. An org that does not show its audit trail gives nobody.
func deleters(ctx context.Context, org Org, changes diff.Result, since time.Time) (map[metadata.Component]Author, error) {
	wanted := map[metadata.Component]bool{}
	types := map[string]bool{}
	for _, d := range deletions() {
		types[d.typeName] = true
	}
	for _, change := range changes.Changes {
		if change.Kind == diff.Deleted && types[change.Component.Type] {
			wanted[change.Component] = true
		}
	}
	if len(wanted) == 0 {
		return map[metadata.Component]Author{}, nil
	}
	rows, err := org.Query(ctx, "SELECT Id, Action, Display, CreatedDate, CreatedBy.Username, CreatedBy.Name, DelegateUser FROM SetupAuditTrail"+
		" WHERE CreatedDate >= "+since.UTC().Format(time.RFC3339)+" ORDER BY CreatedDate, Id")
	if mdapi.Refused(err) {
		return map[metadata.Component]Author{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ask who deleted what: %w", err)
	}
	return certain(rows, wanted), nil
}

func certain(rows []mdapi.Record, wanted map[metadata.Component]bool) map[metadata.Component]Author {
	out := map[metadata.Component]Author{}
	doubt := map[metadata.Component]bool{}
	forms := deletions()
	for _, row := range rows {
		form, ok := forms[row.Text("Action")]
		if !ok {
			continue
		}
		name, ok := form.name(row.Text("Display"))
		c := metadata.Component{Type: form.typeName, FullName: name}
		if !ok || !wanted[c] {
			continue
		}
		by := row.Parent("CreatedBy")
		who := Author{Username: by.Text("Username"), Name: by.Text("Name"), When: row.Time("CreatedDate")}
		if other, twice := out[c]; !who.Known() || row.Text("DelegateUser") != "" || twice && other.Username != who.Username {
			doubt[c] = true
		}
		out[c] = who
	}
	for c := range doubt {
		delete(out, c)
	}
	return out
}
