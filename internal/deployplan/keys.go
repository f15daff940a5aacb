package deployplan

import (
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// entryKeys tell which elements name the entries of a set, by the file's root
// element and the entry's. They are the normalizer's rules, so that a plan and a
// diff call an entry the same.
type entryKeys map[string]map[string][]string

func keysOf(rules []normalize.Rule) entryKeys {
	out := entryKeys{}
	for _, r := range rules {
		if !r.Set() || strings.Contains(r.Path, ".") {
			continue
		}
		if out[r.Type] == nil {
			out[r.Type] = map[string][]string{}
		}
		out[r.Type][r.Path] = r.Key
	}
	return out
}

// key gives the name by which a diff calls an entry; empty where it has none.
func (k entryKeys) key(root string, e *etree.Element) string {
	var parts []string
	for _, name := range k[root][e.Tag] {
		value := text(e, name)
		if name == "." {
			value = text(e)
		}
		if value != "" {
			parts = append(parts, value)
		}
	}
	return strings.Join(parts, "/")
}

// identity tells entries apart: by their key, a plain element by its name, and
// everything else by all that it says.
func (k entryKeys) identity(root string, e *etree.Element) string {
	if key := k.key(root, e); key != "" {
		return e.Tag + "\x00" + key
	}
	if len(e.ChildElements()) == 0 {
		return e.Tag
	}
	return e.Tag + "\x00" + canonical(e)
}
