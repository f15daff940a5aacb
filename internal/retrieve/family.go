package retrieve

import (
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// head gives the component with which c travels in one request, because what the
// service says of the one depends on the other: a profile assigns a layout to a
// record type only where the layout's object is in the request too, and a
// translation is about what it translates. Others are their own head. The head
// itself need not exist.
func head(c metadata.Component) metadata.Component {
	switch c.Type {
	case "Layout", "CustomObjectTranslation":
		return ObjectOf(c)
	case "GlobalValueSetTranslation", "StandardValueSetTranslation":
		if i := strings.LastIndexByte(c.FullName, '-'); i > 0 {
			return metadata.Component{Type: strings.TrimSuffix(c.Type, "Translation"), FullName: c.FullName[:i]}
		}
	}
	return c
}

// families groups components by their heads, sorted; the head comes first in its
// family.
func families(components []metadata.Component) [][]metadata.Component {
	sorted := slices.Clone(components)
	slices.SortFunc(sorted, compareInFamilies)
	var out [][]metadata.Component
	for i, c := range sorted {
		if i > 0 && head(sorted[i-1]) == head(c) {
			out[len(out)-1] = append(out[len(out)-1], c)
			continue
		}
		out = append(out, []metadata.Component{c})
	}
	return out
}

func compareInFamilies(a, b metadata.Component) int {
	if order := head(a).Compare(head(b)); order != 0 {
		return order
	}
	if own := head(a); a == own || b == own {
		return boolInt(b == own) - boolInt(a == own)
	}
	return a.Compare(b)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
