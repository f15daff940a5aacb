package orgstate

import (
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Uproot deletes a component with everything that the platform deletes along
// with it: an object's layouts, tab, rules and translations, a folder's
// members, a flow's history.
func (s *State) Uproot(c metadata.Component, by Stamp) error {
	r, ok := s.rows[c]
	if ok && r.Folder {
		for _, p := range s.Paths() {
			f := s.files[p]
			if f.Component.Type == c.Type && strings.HasPrefix(f.Component.FullName, c.FullName+"/") {
				s.Drop(p, by)
			}
		}
	}
	if ok && c.Type == "CustomObject" {
		for _, p := range s.Paths() {
			if belongs(p, c.FullName) {
				s.Drop(p, by)
			}
		}
	}
	return s.Remove(c, by)
}

// belongs tells whether a file goes with its object.
func belongs(p, object string) bool {
	dir, file, _ := strings.Cut(p, "/")
	switch dir {
	case "layouts", "objectTranslations":
		return strings.HasPrefix(file, object+"-")
	case "tabs", "workflows", "sharingRules", "matchingRules", "assignmentRules", "topicsForObjects":
		name, _, _ := strings.Cut(file, ".")
		return name == object
	case "quickActions", "duplicateRules", "approvalProcesses":
		return strings.HasPrefix(file, object+".")
	case "customMetadata":
		return strings.HasPrefix(file, strings.TrimSuffix(object, "__mdt")+".") && strings.HasSuffix(object, "__mdt")
	}
	return false
}

// SetUp changes the org as somebody does in Setup: no rule of deploys applies.
func (s *State) SetUp(p string, content []byte, by Stamp) error {
	if c, ok := s.Registry.ComponentAt(p); ok && c.Type == "Flow" {
		return s.learnFlow(c.FullName, content, by)
	}
	return s.Put(p, content, by)
}
