package retrieve

import (
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Kind is how a list query ended. Only Listed can ever support a deletion.
type Kind int

// The three outcomes of a list query, and that it was never made.
const (
	NotAsked     Kind = iota
	Listed            // answered, be it with no row
	NotAvailable      // the org has no such type
	Failed            // anything else
)

// String names the outcome as the coverage does.
func (k Kind) String() string {
	return [...]string{"not asked", "listed", "not available", "failed"}[k]
}

// Outcome is how a query ended; Err is the org's answer where it was not a list.
type Outcome struct {
	Kind Kind
	Err  error
}

// Listing is what an org said it holds. Once made it is safe for concurrent
// reading.
type Listing struct {
	Registry *metadata.Registry
	// Began is the server's time before the first list; zero where nobody told.
	Began time.Time
	// Objects are the standard objects that the org named now or, where it did not
	// tell, an earlier time.
	Objects Objects

	described map[string]metadata.Type
	rows      map[metadata.Component]*keptRow // by canonical name
	folders   map[metadata.Component]bool
	outcomes  map[mdapi.ListQuery]Outcome
	badRows   int
	children  map[metadata.Component]int
	words     map[string]string // texts that many rows share
	commons   map[common]*common

	objectsKind Kind            // how asking for Objects ended
	persons     map[string]bool // record types of person accounts; nil where nobody tells
}

func newListing(described []metadata.Type) *Listing {
	l := &Listing{
		Registry:  metadata.Default().With(described...),
		described: map[string]metadata.Type{},
		rows:      map[metadata.Component]*keptRow{},
		folders:   map[metadata.Component]bool{},
		outcomes:  map[mdapi.ListQuery]Outcome{},
	}
	for _, t := range described {
		if known, ok := l.Registry.Type(t.Name); ok {
			l.described[t.Name] = known
		}
	}
	return l
}

// Types gives the types that the org has, sorted by name.
func (l *Listing) Types() []metadata.Type {
	types := make([]metadata.Type, 0, len(l.described))
	for _, name := range slices.Sorted(maps.Keys(l.described)) {
		types = append(types, l.described[name])
	}
	return types
}

// Rows gives what was listed, folders among it as members of the type that lies
// in them, sorted.
func (l *Listing) Rows() []metadata.Component {
	rows := make([]metadata.Component, 0, len(l.rows))
	for c, k := range l.rows {
		c.FullName = k.name
		rows = append(rows, c)
	}
	slices.SortFunc(rows, metadata.Component.Compare)
	return rows
}

// All gives what was listed by canonical names, in no order.
func (l *Listing) All() iter.Seq[metadata.Component] { return maps.Keys(l.rows) }

// Row gives the row of a component.
func (l *Listing) Row(c metadata.Component) (mdapi.FileProperties, bool) {
	k, ok := l.rows[Canonical(c)]
	if !ok {
		return mdapi.FileProperties{}, false
	}
	return k.row(), true
}

// Has tells whether a component has a row.
func (l *Listing) Has(c metadata.Component) bool {
	_, ok := l.rows[Canonical(c)]
	return ok
}

// Describes tells whether the org has a type.
func (l *Listing) Describes(typeName string) bool {
	_, ok := l.described[typeName]
	return ok
}

// BadRows counts rows without a name or a type that were passed over.
func (l *Listing) BadRows() int { return l.badRows }

// add keeps a row under the component it speaks of. The service sends rows
// without a type (value set translations), without a name, and the same row
// twice; of two the newer one stays.
func (l *Listing) add(queries []mdapi.ListQuery, row mdapi.FileProperties) {
	c, folder, ok := l.component(queries, row)
	if !ok {
		l.badRows++
		return
	}
	key := Canonical(c)
	if folder {
		l.folders[key] = true
	}
	if old, ok := l.rows[key]; ok && old.modified > row.LastModifiedDate.UnixMicro() {
		return
	}
	key.Type = l.word(key.Type)
	if _, child := ParentOf(l.Registry, c); child {
		row.FileName = l.word(row.FileName) // that of its parent
	}
	l.rows[key] = l.keep(c.FullName, row)
}

// word gives one copy of a text for all rows that have it.
func (l *Listing) word(s string) string {
	if known, ok := l.words[s]; ok {
		return known
	}
	if l.words == nil {
		l.words = map[string]string{}
	}
	l.words[s] = s
	return s
}

func (l *Listing) component(queries []mdapi.ListQuery, row mdapi.FileProperties) (c metadata.Component, folder, ok bool) {
	typ := l.typeOf(queries, row)
	name := strings.TrimSuffix(row.FullName, "/")
	if typ == "" || name == "" {
		return metadata.Component{}, false, false
	}
	if content, ok := l.contentType(typ); ok {
		return metadata.Component{Type: content, FullName: name}, true, true
	}
	if t, ok := l.Registry.Type(typ); ok && t.InFolder {
		folder = strings.HasSuffix(row.FullName, "/") || row.FileName != "" && l.Registry.IsFolder(row.FileName)
		name = l.withFolder(queries, row, t.Name, name)
	}
	return metadata.Component{Type: typ, FullName: l.ofPerson(typ, withNamespace(row, typ, name))}, folder, true
}

func (l *Listing) typeOf(queries []mdapi.ListQuery, row mdapi.FileProperties) string {
	if row.Type != "" {
		return row.Type
	}
	if at, ok := l.Registry.ComponentAt(row.FileName); ok {
		return at.Type
	}
	if len(queries) == 1 && row.FileName != "" {
		return queries[0].Type
	}
	return ""
}

// contentType gives the type whose folders are listed under folderType.
func (l *Listing) contentType(folderType string) (string, bool) {
	if !strings.HasSuffix(folderType, "Folder") {
		return "", false
	}
	for _, t := range l.described {
		if t.InFolder && slices.Contains(folderTypes(t), folderType) {
			return t.Name, true
		}
	}
	return "", false
}

// withFolder: members of a folder inside a folder come relative to the bare
// folder in some replies. The file's name tells where they lie, or else the
// folder that was asked for, as far as it can only be one.
func (l *Listing) withFolder(queries []mdapi.ListQuery, row mdapi.FileProperties, typ, name string) string {
	if at, ok := l.Registry.ComponentAt(row.FileName); ok && at.Type == typ && strings.HasSuffix(at.FullName, "/"+name) {
		return at.FullName
	}
	var fits []string
	for _, q := range queries {
		if q.Type != typ || q.Folder == "" {
			continue
		}
		if strings.HasPrefix(name, q.Folder+"/") {
			return name
		}
		if base := path.Base(q.Folder); strings.HasPrefix(name, base+"/") {
			fits = append(fits, q.Folder+strings.TrimPrefix(name, base))
		}
	}
	if len(fits) == 1 {
		return fits[0]
	}
	return name
}

// Outcome gives how listing a type ended; for a type that lies in folders, how
// listing its folders ended.
func (l *Listing) Outcome(typeName string) Outcome {
	t, ok := l.Registry.Type(typeName)
	if !ok || !t.InFolder {
		return l.outcomes[mdapi.ListQuery{Type: typeName}]
	}
	worst := Outcome{Kind: NotAvailable}
	for _, ft := range folderTypes(t) {
		o := l.outcomes[mdapi.ListQuery{Type: ft}]
		if o.Kind == Failed || o.Kind == NotAsked {
			return o
		}
		if o.Kind == Listed {
			worst = o
		}
	}
	return worst
}

// Lacks is the first of the two witnesses that a component is gone: its type was
// listed in this run, and it was not there. False means "there", or "nobody can
// say".
func (l *Listing) Lacks(c metadata.Component) bool {
	c = Canonical(c)
	if _, there := l.rows[c]; there {
		return false
	}
	if l.Outcome(c.Type).Kind != Listed || l.Hides(c) {
		return false
	}
	t, ok := l.Registry.Type(c.Type)
	if !ok || !t.InFolder {
		return true
	}
	return l.folderLacks(c)
}

// folderLacks: either every folder on the way was listed without the member, or
// one of the folders is itself gone.
func (l *Listing) folderLacks(c metadata.Component) bool {
	folder := path.Dir(c.FullName)
	if folder == "." {
		return true
	}
	parent := metadata.Component{Type: c.Type, FullName: folder}
	if folder != unfiled && !l.folders[parent] {
		return l.folderLacks(parent)
	}
	return l.outcomes[mdapi.ListQuery{Type: c.Type, Folder: folder}].Kind == Listed
}

// Failures gives the queries that were not answered.
func (l *Listing) Failures() map[mdapi.ListQuery]Outcome {
	failed := map[mdapi.ListQuery]Outcome{}
	for q, o := range l.outcomes {
		if o.Kind == Failed {
			failed[q] = o
		}
	}
	return failed
}

// ParentOf gives the component in whose file a child lives.
func ParentOf(r *metadata.Registry, c metadata.Component) (metadata.Component, bool) {
	t, child, ok := r.Parent(c.Type)
	if !ok {
		return metadata.Component{}, false
	}
	if child.Bare {
		return metadata.Component{Type: t.Name, FullName: t.Name}, true
	}
	name, _, ok := strings.Cut(c.FullName, ".")
	return metadata.Component{Type: t.Name, FullName: name}, ok
}
