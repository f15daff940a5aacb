package diff

import (
	"strings"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// ruleIndex finds the rule for an element by its root's name and its path.
type ruleIndex struct {
	exact map[string]map[string]normalize.Rule
	deep  map[string]map[string]normalize.Rule // by the element's own name
}

const (
	anyDepth = "**."
	ownText  = "."
)

func newRuleIndex(rules []normalize.Rule) ruleIndex {
	x := ruleIndex{exact: map[string]map[string]normalize.Rule{}, deep: map[string]map[string]normalize.Rule{}}
	for _, r := range rules {
		into, path := x.exact, r.Path
		if name, ok := strings.CutPrefix(r.Path, anyDepth); ok {
			into, path = x.deep, name
		}
		if into[r.Type] == nil {
			into[r.Type] = map[string]normalize.Rule{}
		}
		into[r.Type][path] = r
	}
	return x
}

// of gives the rule for an element; one that is no set stands for a list. A rule
// for the very path wins over one for any depth.
func (x ruleIndex) of(root string, path []string) normalize.Rule {
	if r, ok := x.exact[root][strings.Join(path, ".")]; ok {
		return r
	}
	return x.deep[root][path[len(path)-1]]
}

// keyed tells whether a rule's key can be read in all members. Where it cannot in
// one, the normalizer keeps the order of them all, and so the order counts here.
func keyed(members []*node, rule normalize.Rule) bool {
	for _, n := range members {
		if rule.Key[0] == ownText {
			if !n.leaf() || n.raw {
				return false
			}
		} else if _, ok := n.child(rule.Key[0]); !ok {
			return false
		}
	}
	return true
}

// keyOf joins the parts of a key by slashes; a part may be missing, but the first.
func keyOf(n *node, key []string) string {
	if key[0] == ownText {
		return n.text
	}
	var parts []string
	for _, name := range key {
		if text, ok := n.child(name); ok && text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "/")
}

// firmKeys are names of which another one means another thing, looseKeys such that
// may change with the entry staying the same. Nothing depends on either but how a
// difference in a list reads.
var (
	firmKeys = [...]string{
		"fullName", "name", "developerName", "field", "fieldName", "objectFieldReference", "propertyName",
		"relatedList", "actionName", "quickActionName",
	}
	looseKeys = [...]string{
		"identifier", "masterLabel", "label", "stepName", "componentName", "itemName", "column", "recipient", "header", "title",
		"assignToReference", "parameterName", "typeName", "fileType", "customLink", "page", "component", "componentType", "feedFilterType",
	}
)

// wrapper stands around a component or field on a page, and goes by its name.
const wrapper = "itemInstances"

// naturalKey gives the name by which an entry of a list goes, or "".
func naturalKey(n *node) (key string, firm bool) {
	if n.leaf() && !n.raw {
		return n.text, true
	}
	for _, name := range firmKeys {
		if text, ok := n.child(name); ok && text != "" {
			return text, true
		}
	}
	for _, name := range looseKeys {
		if text, ok := n.child(name); ok && text != "" {
			return text, false
		}
	}
	if inner := n.wrapped(); inner != n {
		return naturalKey(inner)
	}
	return "", false
}

// wrapped gives what an element stands around, and the element itself if that is
// nothing.
func (n *node) wrapped() *node {
	if n.name == wrapper && len(n.kids) == 1 && n.kids[0].name != wrapper {
		return n.kids[0]
	}
	return n
}

// slot tells what a page layout is assigned for: a profile has one for each object
// and record type. It is empty for all else.
func slot(e *entry) string {
	layout, ok := e.child("layout")
	object, _, named := strings.Cut(layout, "-")
	if !ok || !named || e.name != "layoutAssignments" {
		return ""
	}
	recordType, _ := e.child("recordType")
	return object + "/" + recordType
}
