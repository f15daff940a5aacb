package apply

import (
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/refs"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// runDeletes runs one destructive manifest: in the order given, or, where the
// org is said to sort, again and again until nothing more goes.
func (r *runner) runDeletes(d deletes) {
	pending := members(d.Manifest)
	if r.Set.Is(behaviour.DestructiveOrder, "sorted") {
		pending = r.sorted(pending)
	}
	for _, c := range pending {
		r.report(r.deleteOne(d, c))
	}
}

// members keeps the order of the manifest.
func members(m metadata.Manifest) []metadata.Component {
	var all []metadata.Component
	for _, t := range m.Types {
		for _, name := range t.Members {
			all = append(all, metadata.Component{Type: t.Name, FullName: name})
		}
	}
	return all
}

// sorted puts what refers before what it refers to, by trying on a copy.
func (r *runner) sorted(pending []metadata.Component) []metadata.Component {
	trial := *r
	trial.s = r.s.Clone()
	var order []metadata.Component
	for {
		left := pending[:0:0]
		for _, c := range pending {
			if trial.tryDelete(c) != nil {
				left = append(left, c)
				continue
			}
			order = append(order, c)
		}
		if len(left) == len(pending) || len(left) == 0 {
			return append(order, left...)
		}
		pending = left
	}
}

// deleteOne deletes a component and says what came of it.
func (r *runner) deleteOne(d deletes, c metadata.Component) Message {
	row, _ := r.s.Row(c)
	path := r.s.NameOf(c)
	if !r.present(c) {
		return r.absent(d, c)
	}
	m := Message{ComponentType: messageType(c), FullName: c.FullName, FileName: r.p.root + path, ID: row.ID}
	if err := r.tryDelete(c); err != nil {
		m.Problem, m.ProblemType = err.Error(), problemError
		return m
	}
	r.done = append(r.done, c)
	m.FileName = r.p.root + d.file
	m.Success, m.Changed, m.Deleted = true, true, true
	return m
}

// present allows for flow versions, which are deleted by a name of their own.
func (r *runner) present(c metadata.Component) bool {
	if r.s.Has(c) {
		return true
	}
	_, ok := r.flowVersion(c)
	return ok
}

func (r *runner) flowVersion(c metadata.Component) (orgstate.FlowVersion, bool) {
	name, number, ok := orgstate.FlowVersionName(c.FullName)
	if c.Type != "Flow" || !ok {
		return orgstate.FlowVersion{}, false
	}
	flow, _ := r.s.Flow(name)
	for _, v := range flow.Versions {
		if v.Number == number {
			return v, true
		}
	}
	return orgstate.FlowVersion{}, false
}

// absent: deleting nothing is a warning, under the manifest's own name; without
// ignoreWarnings a warning fails.
func (r *runner) absent(d deletes, c metadata.Component) Message {
	m := Message{
		ComponentType: c.Type, FullName: d.file, FileName: r.p.root + d.file,
		Problem: "No " + c.Type + " named: " + c.FullName + " found", ProblemType: problemWarning,
	}
	if strings.Contains(c.FullName, "*") {
		m.Problem, m.ProblemType = "Wildcards are not supported in "+d.file, problemError
		return m
	}
	m.Success = r.Options.IgnoreWarnings || r.Set.Is(behaviour.MissingDelete, "passes")
	return m
}

// tryDelete deletes a component or says why not.
func (r *runner) tryDelete(c metadata.Component) error {
	if v, ok := r.flowVersion(c); ok && !r.s.Has(c) {
		return r.deleteVersion(c, v)
	}
	for _, rule := range []func(metadata.Component) error{r.refuseKind, r.refuseState, r.refuseReferenced} {
		if err := rule(c); err != nil {
			return err
		}
	}
	return Remove(r.s, c, r.By)
}

func (r *runner) deleteVersion(c metadata.Component, v orgstate.FlowVersion) error {
	name, _, _ := orgstate.FlowVersionName(c.FullName)
	flow, _ := r.s.Flow(name)
	if r.Set.Refuses(behaviour.RefuseFlowVersion) {
		if flow.Active == v.Number {
			return refused("The flow version is active and can't be deleted: deactivate it first")
		}
		if v.Interviews > 0 {
			return refused("Your attempt to delete the flow version failed: it is referenced elsewhere in salesforce.com : Flow Interview - %s", name)
		}
	}
	return r.s.DropFlowVersion(name, v.Number, r.By)
}

// refuseKind: what cannot be deleted whatever its state.
func (r *runner) refuseKind(c metadata.Component) error {
	standard := r.Set.Refuses(behaviour.RefuseStandard)
	_, field, _ := strings.Cut(c.FullName, ".")
	switch {
	case c.Type == "RecordType" && r.Set.Refuses(behaviour.RefuseRecordType):
		return refused("Cannot delete record type through API")
	case c.Type == "Workflow" && r.Set.Refuses(behaviour.RefuseWorkflow):
		return refused("Cannot delete a workflow object; Workflow Rules and Actions must be deleted individually")
	case c.Type == "Flow" && r.Set.Refuses(behaviour.RefuseFlow):
		return refused("insufficient access rights on cross-reference id")
	case orgstate.Namespace(c) != "" && r.Set.Refuses(behaviour.RefuseManaged):
		return refused("[CANNOT_DELETE_MANAGED_OBJECT] Cannot delete managed object: entity=%s, component=%s, field=, state=installed", c.Type, c.FullName)
	case !standard:
		return nil
	case c.Type == "CustomObject" && !orgstate.Custom(c.FullName):
		return refused("The CustomObject called '%s' is standard and cannot be deleted", c.FullName)
	case c.Type == "CustomField" && !orgstate.Custom(field):
		return refused("The CustomField called '%s' is standard and cannot be deleted", c.FullName)
	case slices.Contains([]string{"Settings", "StandardValueSet", "Skill", "MilestoneType", "TopicsForObjects", "BusinessProcess", "InstalledPackage"}, c.Type):
		return refused("insufficient access rights on cross-reference id")
	}
	return nil
}

// refuseState: what cannot be deleted as it or its neighbours are now.
func (r *runner) refuseState(c metadata.Component) error {
	switch c.Type {
	case "Layout":
		return r.refuseLastLayout(c)
	case "CustomApplication":
		return r.refuseDefaultApp(c)
	case "Profile":
		if r.propertyIs(c, "custom", "false") && r.Set.Refuses(behaviour.RefuseStandard) {
			return refused("insufficient access rights on cross-reference id")
		}
	case "ApprovalProcess":
		if r.propertyIs(c, "active", "true") && r.Set.Refuses(behaviour.RefuseReferenced) {
			return refused("The approval process is active and can't be deleted: deactivate it first")
		}
	case "MatchingRule":
		if r.ruleStatus(c) == "Active" && r.Set.Refuses(behaviour.RefuseMatchingActive) {
			return refused("Before you delete a matching rule, you must deactivate it")
		}
	case "DuplicateRule":
		if r.propertyIs(c, "isActive", "true") && r.Set.Refuses(behaviour.RefuseMatchingActive) {
			return refused("Before you delete a duplicate rule, you must deactivate it")
		}
	}
	return nil
}

func (r *runner) propertyIs(c metadata.Component, element, value string) bool {
	return slices.ContainsFunc(r.s.FilesOf(c), func(p string) bool { return r.rootAt(p).Get(element) == value })
}

func (r *runner) refuseLastLayout(c metadata.Component) error {
	object, _, _ := strings.Cut(c.FullName, "-")
	others := slices.ContainsFunc(r.s.Components("Layout"), func(o metadata.Component) bool {
		return o != c && strings.HasPrefix(o.FullName, object+"-")
	})
	if others || !r.Set.Refuses(behaviour.RefuseLastLayout) {
		return nil
	}
	return refused("You can't delete the last page layout of %s", object)
}

func (r *runner) refuseDefaultApp(c metadata.Component) error {
	if !r.Set.Refuses(behaviour.RefuseDefaultApp) {
		return nil
	}
	// As the deploy began: the profiles must change in a deploy before.
	for _, profile := range r.State.Components("Profile") {
		for _, p := range r.State.FilesOf(profile) {
			f, _ := r.State.File(p)
			root, err := f.Root()
			if err != nil {
				continue
			}
			for _, e := range root.All("applicationVisibilities") {
				if e.Get("application") == c.FullName && e.Get("default") == "true" {
					return refused("Unable to delete custom app. Profiles are using this custom app as default.")
				}
			}
		}
	}
	return nil
}

// refuseReferenced: what something else refers to at this step. Value sets and
// quick actions are held to the state in which the deploy began.
func (r *runner) refuseReferenced(c metadata.Component) error {
	s, on := r.s, r.Set.Refuses(behaviour.RefuseReferenced)
	switch c.Type {
	case "GlobalValueSet":
		s, on = r.State, r.Set.Refuses(behaviour.RefuseValueSet)
	case "QuickAction":
		s, on = r.State, r.Set.Refuses(behaviour.RefuseQuickAction)
	}
	if !on {
		return nil
	}
	targets := append([]metadata.Component{c}, s.Children(c)...)
	for _, target := range targets {
		for _, ref := range refs.To(s, target) {
			if ref.From != c && !goesWith(ref.From, c) {
				return referenced(c, ref.From)
			}
		}
	}
	return nil
}

// goesWith tells whether a referrer is deleted together with the component.
func goesWith(from, c metadata.Component) bool {
	if c.Type != "CustomObject" {
		return false
	}
	for _, end := range []string{".", "-"} {
		if strings.HasPrefix(from.FullName, c.FullName+end) {
			return true
		}
	}
	return from.FullName == c.FullName
}

// referenced words the refusal as the platform does for the kind of thing.
func referenced(c, by metadata.Component) error {
	user := label(by.Type) + " - " + by.FullName
	switch c.Type {
	case "CustomField":
		return refused("This custom field is referenced elsewhere in salesforce.com. : %s", user)
	case "CustomObject":
		return refused("This custom object is used by another feature. Remove the usage and try again. : %s", user)
	case "GlobalValueSet", "QuickAction":
		return refused("This %s is in use and can't be deleted. : %s", label(c.Type), user)
	}
	return refused("This %s is referenced elsewhere in salesforce.com.  Remove the usage and try again. : %s", strings.ToLower(label(c.Type)), user)
}

// label spells a type's name as people read it.
func label(typ string) string {
	switch typ {
	case "ApexPage":
		return "Visualforce Page"
	case "LightningComponentBundle":
		return "Lightning Component Bundle"
	case "AuraDefinitionBundle":
		return "Aura Component Bundle"
	}
	var b strings.Builder
	for i, c := range typ {
		if i > 0 && c >= 'A' && c <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}
