package metadata

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"
)

//go:embed types.tsv
var typeTable string

//go:embed valuesets.txt
var valueSetTable string

// Registry is a table of metadata types. It is immutable and safe for
// concurrent use.
type Registry struct {
	byName map[string]Type
	byDir  map[string][]Type
	parent map[string]parentOf
	sorted []Type // by name
}

type parentOf struct {
	typ   Type
	child Child
}

var defaultRegistry = sync.OnceValue(func() *Registry { return newRegistry(parseTypes(typeTable)) })

// Default is the built-in table.
func Default() *Registry { return defaultRegistry() }

func newRegistry(types []Type) *Registry {
	r := &Registry{
		byName: make(map[string]Type, len(types)),
		byDir:  make(map[string][]Type, len(types)),
		parent: map[string]parentOf{},
	}
	for _, t := range types {
		r.byName[t.Name] = t
		r.byDir[t.Directory] = append(r.byDir[t.Directory], t)
		for _, c := range t.Children {
			r.parent[c.Type] = parentOf{t, c}
		}
	}
	r.sorted = slices.SortedFunc(maps.Values(r.byName), compareTypes)
	return r
}

// With returns a table in which what an org described of itself wins: types
// that the table lacks are added, and the directory, suffix and form of known
// ones follow the org. What an org does not describe (elements and keys of
// children, the type of folders, all of a type that it gives no usable directory)
// is kept from the table.
func (r *Registry) With(described ...Type) *Registry {
	types := maps.Clone(r.byName)
	for _, d := range described {
		if CheckPath(d.Directory) != nil || strings.Contains(d.Directory, "/") {
			d.Directory = ""
		}
		known, ok := types[d.Name]
		if !ok {
			types[d.Name] = d
			continue
		}
		if d.Directory == "" {
			continue
		}
		known.Directory, known.Suffix = d.Directory, d.Suffix
		known.InFolder, known.MetaFile = d.InFolder, d.MetaFile
		types[d.Name] = known
	}
	return newRegistry(slices.SortedFunc(maps.Values(types), compareTypes))
}

func compareTypes(a, b Type) int { return strings.Compare(a.Name, b.Name) }

// Type looks a type up by its xmlName, which is case-sensitive.
func (r *Registry) Type(name string) (Type, bool) {
	t, ok := r.byName[name]
	return t, ok
}

// Types gives all types sorted by name.
func (r *Registry) Types() []Type {
	return slices.Clone(r.sorted)
}

// Parent gives the type in whose files components of childType live.
func (r *Registry) Parent(childType string) (Type, Child, bool) {
	p, ok := r.parent[childType]
	return p.typ, p.child, ok
}

// StandardValueSetNames are the names under which standard value sets can be
// asked for. listMetadata lists none of them.
func StandardValueSetNames() []string { return tableLines(valueSetTable) }

func tableLines(table string) []string {
	var lines []string
	for line := range strings.Lines(table) {
		line = strings.TrimRight(line, "\n")
		if line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

func parseTypes(table string) []Type {
	var types []Type
	for _, line := range tableLines(table) {
		cells := strings.Split(strings.TrimPrefix(line, "\t"), "\t")
		if strings.HasPrefix(line, "\t") {
			last := &types[len(types)-1]
			last.Children = append(last.Children, parseChild(cells))
			continue
		}
		types = append(types, parseType(cells))
	}
	return types
}

func parseType(cells []string) Type {
	return Type{
		Name:       cells[0],
		Directory:  cells[1],
		Suffix:     cell(cells[2]),
		MetaFile:   strings.Contains(cells[3], "m"),
		Bundle:     strings.Contains(cells[3], "b"),
		InFolder:   strings.Contains(cells[3], "f"),
		FolderType: cell(cells[4]),
	}
}

func parseChild(cells []string) Child {
	return Child{
		Type:          cells[0],
		Element:       cells[1],
		Key:           cells[2],
		Bare:          strings.Contains(cells[3], "b"),
		Unaddressable: strings.Contains(cells[3], "u"),
	}
}

func cell(s string) string {
	if s == "-" {
		return ""
	}
	return s
}
