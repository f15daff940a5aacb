package retrieve

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// ObjectDescriber names the objects of an org, be they listed or not. An org that is
// none is asked for those that are listed and for a few that are known.
type ObjectDescriber interface {
	DescribeGlobal(ctx context.Context, since time.Time) (mdapi.GlobalResult, error)
}

// Querier runs queries. Of an org that is none nobody knows which record types are
// those of person accounts.
type Querier interface {
	Query(ctx context.Context, soql string) ([]mdapi.Record, error)
}

// Objects are the standard objects that describe global named, and when it was
// asked, by the org's clock.
type Objects struct {
	Names []string  `json:"names"` // sorted
	At    time.Time `json:"at"`
}

// Has tells whether an object was named.
func (o Objects) Has(name string) bool {
	_, ok := slices.BinarySearch(o.Names, name)
	return ok
}

// beyond asks for what lists leave out or give another name. That it cannot be had
// is no error: then nothing that lists do not show can be taken to be gone.
func (l *Listing) beyond(ctx context.Context, org Inventory, opts ListOptions) error {
	if !l.Describes("CustomObject") || opts.Wanted != nil && !opts.Wanted("CustomObject") {
		return nil
	}
	l.Objects = opts.Objects
	if d, ok := org.(ObjectDescriber); ok {
		if err := l.describeObjects(ctx, d); err != nil {
			return err
		}
	}
	if q, ok := org.(Querier); ok {
		return l.findPersons(ctx, q)
	}
	return nil
}

// describeObjects asks for the objects since a little before they were asked for the
// last time, as times are cut to seconds.
func (l *Listing) describeObjects(ctx context.Context, org ObjectDescriber) error {
	var since time.Time
	if !l.Objects.At.IsZero() {
		since = l.Objects.At.Add(-hotFor)
	}
	got, err := org.DescribeGlobal(ctx, since)
	switch {
	case Ends(err):
		return fmt.Errorf("ask for the org's objects: %w", err)
	case err != nil:
		l.objectsKind = Failed
		return nil
	}
	l.objectsKind = Listed
	if !got.Unchanged {
		l.Objects = Objects{Names: standardObjects(got.Objects), At: l.Began}
	}
	return nil
}

// standardObjects gives the names of those that may be metadata and need not be
// listed. Histories, shares and the like belong to an object and have no file; below
// API 50.0 their names alone tell. Source: public tools that pass them over.
func standardObjects(objects []mdapi.Object) []string {
	all := map[string]bool{}
	for _, o := range objects {
		all[o.Name] = true
	}
	var names []string
	for _, o := range objects {
		shadow := o.PartOf != "" || slices.ContainsFunc([]string{"ChangeEvent", "Feed", "History", "Share", "Tag"}, func(kind string) bool {
			name, cut := strings.CutSuffix(o.Name, kind)
			return cut && name != "" && all[name]
		})
		if !o.Custom && !shadow && isObjectName(o.Name) {
			names = append(names, o.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isObjectName: a name becomes a member of a request. Those with two underscores are
// of custom objects, which are listed, or belong to one.
func isObjectName(name string) bool {
	return name != "" && !strings.Contains(name, "__") && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_'
	})
}

// findPersons asks which record types of accounts are those of person accounts. Most
// orgs have no person accounts and refuse the query. Source: public tools; the
// service lists such record types as those of Account, and knows them as those of
// PersonAccount.
func (l *Listing) findPersons(ctx context.Context, org Querier) error {
	rows, err := org.Query(ctx, "SELECT DeveloperName, NamespacePrefix FROM RecordType WHERE SobjectType = 'Account' AND IsPersonType = true")
	switch {
	case Ends(err):
		return fmt.Errorf("ask for the record types of person accounts: %w", err)
	case err != nil:
		return nil
	}
	l.persons = map[string]bool{}
	for _, row := range rows {
		name := row.Text("DeveloperName")
		if ns := row.Text("NamespacePrefix"); ns != "" {
			name = ns + "__" + name
		}
		l.persons[name] = true
	}
	return nil
}

// ofPerson gives the name by which a record type is known.
func (l *Listing) ofPerson(typ, name string) string {
	if short, ok := strings.CutPrefix(name, "Account."); ok && typ == "RecordType" && l.persons[short] {
		return "PersonAccount." + short
	}
	return name
}

// Hides tells that the lists of this org do not show a component even if it is there,
// so that nothing follows from its absence: record types of person accounts when
// nobody tells which they are, objects that describe global has or might have, and
// dataflows of recipes that are there.
func (l *Listing) Hides(c metadata.Component) bool {
	switch c.Type {
	case "RecordType":
		return l.persons == nil && strings.HasPrefix(c.FullName, "PersonAccount.")
	case "CustomObject":
		return isObjectName(c.FullName) && (l.objectsKind == Failed || l.Objects.Has(c.FullName))
	case "WaveDataflow":
		_, there := l.rows[metadata.Component{Type: "WaveRecipe", FullName: c.FullName}]
		return there || l.Describes("WaveRecipe") && l.Outcome("WaveRecipe").Kind != Listed
	}
	return false
}

// Supposed tells that nothing but the name of something else says that a component
// might be there: the dataflow of a recipe is never listed.
func Supposed(c metadata.Component) bool { return c.Type == "WaveDataflow" }

// recipeDataflows names the dataflows that recipes may have. Source: public tools
// that add them by hand.
func (l *Listing) recipeDataflows() []string {
	var names []string
	for c := range l.rows {
		if c.Type == "WaveRecipe" {
			names = append(names, c.FullName)
		}
	}
	return names
}
