package impact

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// deletionOrder puts types that refer to others before those that are referred
// to. It decides where the contents do not tell.
var deletionOrder = []string{
	"Flow", "PathAssistant", "AppMenu", "CustomApplication", "Dashboard", "Report", "ReportType", "DuplicateRule", "MatchingRule",
	"AssignmentRule", "AutoResponseRule", "EscalationRule", "ApprovalProcess", "WorkflowRule", "WorkflowAlert",
	"WorkflowFieldUpdate", "WorkflowTask", "WorkflowOutboundMessage", "WorkflowSend", "WorkflowFlowAction", "WorkflowKnowledgePublish",
	"SharingCriteriaRule", "SharingOwnerRule", "SharingGuestRule", "SharingTerritoryRule",
	"Layout", "CustomTab", "FlexiPage", "QuickAction", "PermissionSetGroup", "MutingPermissionSet", "PermissionSet", "Profile",
	"ApexTestSuite", "ApexTrigger", "ApexPage", "ApexComponent", "AuraDefinitionBundle", "LightningComponentBundle", "ApexClass",
	"EmailTemplate", "Letterhead", "Queue", "Group", "Role", "CustomPermission",
	"GlobalValueSetTranslation", "CustomMetadata", "CustomLabel", "StaticResource",
	"ListView", "FieldSet", "CompactLayout", "WebLink", "ValidationRule", "CustomField", "Index", "SharingReason", "CustomObject", "GlobalValueSet",
}

// rank: types that the table does not name come first, since nothing is known to
// refer to them.
func rank(typeName string) int { return slices.Index(deletionOrder, typeName) }

// Texts gives what a component says, for finding names in it; empty for one of
// which nothing is known.
type Texts func(ctx context.Context, c metadata.Component) (string, error)

// Deletions puts deletions into an order in which nothing goes before what refers
// to it: inside one destructive manifest the platform was seen not to sort. A
// manifest groups by type; where types need each other in turn, there is more
// than one list, and each is a deploy.
func Deletions(ctx context.Context, deletes []metadata.Component, texts Texts) ([][]metadata.Component, error) {
	if len(deletes) == 0 {
		return nil, nil
	}
	users, err := usersAmong(ctx, deletes, texts)
	if err != nil {
		return nil, err
	}
	left := map[metadata.Component]bool{}
	for _, c := range deletes {
		left[c] = true
	}
	var lists [][]metadata.Component
	for len(left) > 0 {
		list := oneManifest(left, users)
		for _, c := range list {
			delete(left, c)
		}
		lists = append(lists, list)
	}
	return lists, nil
}

// Creations compares two components by the order in which they are made where a
// restore takes several deploys: what others refer to comes first.
func Creations(a, b metadata.Component) int {
	place := func(c metadata.Component) int {
		if c.Type == "Settings" {
			return -len(deletionOrder) - 1
		}
		return -rank(c.Type)
	}
	if n := place(a) - place(b); n != 0 {
		return n
	}
	return a.Compare(b)
}

// oneManifest takes type after type those components that nothing left refers to.
func oneManifest(left map[metadata.Component]bool, users map[metadata.Component][]metadata.Component) []metadata.Component {
	types := map[string]bool{}
	for c := range left {
		types[c.Type] = true
	}
	order := slices.SortedFunc(maps.Keys(types), func(a, b string) int {
		if n := rank(a) - rank(b); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	var list []metadata.Component
	done := map[metadata.Component]bool{}
	for len(order) > 0 {
		best, ready := 0, []metadata.Component(nil)
		for i, typ := range order {
			free, all := free(typ, left, done, users)
			if all {
				best, ready = i, free
				break
			}
			if ready == nil && len(free) > 0 {
				best, ready = i, free
			}
		}
		for _, c := range ready {
			done[c] = true
		}
		list = append(list, ready...)
		order = slices.Delete(order, best, best+1)
	}
	if len(list) == 0 { // all refer to each other: the org has the last word
		list = slices.SortedFunc(maps.Keys(left), byRank)
	}
	return list
}

// free gives the components of a type that can go now, in order, and whether
// these are all of it.
func free(typ string, left, done map[metadata.Component]bool, users map[metadata.Component][]metadata.Component) (list []metadata.Component, all bool) {
	var pending []metadata.Component
	for c := range left {
		if c.Type == typ && !done[c] {
			pending = append(pending, c)
		}
	}
	// What lies in a folder goes before it.
	slices.SortFunc(pending, func(a, b metadata.Component) int { return -a.Compare(b) })
	gone := maps.Clone(done)
	for {
		n := len(pending)
		pending = slices.DeleteFunc(pending, func(c metadata.Component) bool {
			if slices.ContainsFunc(users[c], func(u metadata.Component) bool { return left[u] && !gone[u] }) {
				return false
			}
			gone[c] = true
			list = append(list, c)
			return true
		})
		if len(pending) == n || len(pending) == 0 {
			return list, len(pending) == 0
		}
	}
}

func byRank(a, b metadata.Component) int {
	if n := rank(a.Type) - rank(b.Type); n != 0 {
		return n
	}
	return -a.Compare(b)
}

// usersAmong gives, for each component, those of the others whose text names it.
// Words are all that is looked at; where two name each other, the order of types
// decides, and among one type nothing does.
func usersAmong(ctx context.Context, deletes []metadata.Component, texts Texts) (map[metadata.Component][]metadata.Component, error) {
	byWord := map[string][]metadata.Component{}
	for _, c := range deletes {
		if w := word(c); w != "" {
			byWord[w] = append(byWord[w], c)
		}
	}
	names := map[metadata.Component]map[metadata.Component]bool{}
	for _, c := range deletes {
		content, err := texts(ctx, c)
		if err != nil {
			return nil, err
		}
		names[c] = map[metadata.Component]bool{}
		for w := range words(content) {
			for _, other := range byWord[w] {
				names[c][other] = other != c && !lies(other, c)
			}
		}
	}
	users := map[metadata.Component][]metadata.Component{}
	for user, named := range names {
		for c, does := range named {
			if does && (!names[c][user] || user.Type != c.Type && rank(user.Type) < rank(c.Type)) {
				users[c] = append(users[c], user)
			}
		}
	}
	return users, nil
}

// lies tells whether a component is a part of another or lies in it.
func lies(c, in metadata.Component) bool {
	return strings.HasPrefix(c.FullName, in.FullName+".") || strings.HasPrefix(c.FullName, in.FullName+"/")
}

// word is the name by which others call a component, in lower case; empty where
// it is no word.
func word(c metadata.Component) string {
	name := path.Base(c.FullName)
	if _, last, ok := strings.Cut(name, "."); ok {
		name = last
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !isWord(r) }) {
		return ""
	}
	return strings.ToLower(name)
}

func isWord(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// words gives the words of a text in lower case.
func words(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !isWord(r) }) {
		out[w] = true
	}
	return out
}
