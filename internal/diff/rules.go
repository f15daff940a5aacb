package diff

import (
	"strings"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// ruleIndex finds the rule of an element by its root's name and its path.
type ruleIndex struct {
	exact map[string]map[string]normalize.Rule
	deep  map[string]map[string]normalize.Rule
}

const anyDepth = "**."

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

// key gives the key of a set, nil for a list. A rule for the very path wins over
// one for any depth.
func (x ruleIndex) key(root string, path []string) []string {
	if r, ok := x.exact[root][strings.Join(path, ".")]; ok {
		return r.Key
	}
	return x.deep[root][path[len(path)-1]].Key
}
