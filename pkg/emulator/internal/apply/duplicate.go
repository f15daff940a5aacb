package apply

import (
	"slices"
	"strconv"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/refs"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// checkDuplicateRule: the rules of an object are numbered without gaps, and what
// they match by is active.
func (r *runner) checkDuplicateRule(u *unit) error {
	object, _, _ := strings.Cut(u.c.FullName, ".")
	if r.Set.Refuses(behaviour.RefuseDuplicateOrder) && !r.inOrder(r.s, object) && r.inOrder(r.State, object) {
		return refused("SortOrder must be in sequential order from 1")
	}
	for _, ref := range refs.Of(r.s, r.fileOf(u)) {
		if ref.To.Type == "MatchingRule" && slices.Contains([]string{"Inactive", activating}, r.ruleStatus(ref.To)) && u.root.Get("isActive") == "true" {
			return refused("Before you can use this duplicate rule, all associated matching rules must be active and have their fields mapped")
		}
	}
	return nil
}

func (r *runner) fileOf(u *unit) *orgstate.File {
	f, _ := r.s.File(u.file())
	return f
}

func (r *runner) inOrder(s *orgstate.State, object string) bool {
	var numbers []int
	for _, c := range s.Components("DuplicateRule") {
		if !strings.HasPrefix(c.FullName, object+".") {
			continue
		}
		for _, p := range s.FilesOf(c) {
			f, _ := s.File(p)
			if root, err := f.Root(); err == nil {
				n, _ := strconv.Atoi(root.Get("sortOrder")) // none is out of order, as zero is
				numbers = append(numbers, n)
			}
		}
	}
	slices.Sort(numbers)
	for i, n := range numbers {
		if n != i+1 {
			return false
		}
	}
	return true
}

func (r *runner) ruleStatus(c metadata.Component) string {
	parent, _ := r.s.Parent(c)
	for _, p := range r.s.FilesOf(parent) {
		root := r.rootAt(p)
		for _, e := range root.All("matchingRules") {
			if kid, ok := r.s.ChildOf(parent, e); ok && kid == c {
				return e.Get("ruleStatus")
			}
		}
	}
	return ""
}
