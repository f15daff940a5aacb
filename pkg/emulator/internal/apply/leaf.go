package apply

import (
	"bytes"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// applyLeaf applies a component that is no composite: most are replaced as a
// whole, bytes and all.
func (r *runner) applyLeaf(u *unit) error {
	if err := r.refuseManagedLeaf(u); err != nil {
		return err
	}
	if err := r.refuseOnce(u.c.Type, r.rootAt(u.file()), u.root); err != nil {
		return err
	}
	if err := r.refuseContent(u.c.Type, u.root); err != nil {
		return err
	}
	switch u.c.Type {
	case "Profile":
		return r.mergeOne(u, r.mergeProfile)
	case "MutingPermissionSet":
		if r.Set.Is(behaviour.MutingSet, "keep") {
			return r.mergeOne(u, r.addPermissions)
		}
		return r.mergeOne(u, r.mergePermissionSet)
	case "PermissionSet":
		return r.mergeOne(u, r.mergePermissionSet)
	case "GlobalValueSet":
		return r.mergeOne(u, r.mergeValues("customValue"))
	case "StandardValueSet":
		return r.mergeOne(u, r.mergeValues("standardValue"))
	case "Settings":
		return r.mergeOne(u, r.mergeSettings)
	case "CustomMetadata":
		return r.mergeOne(u, r.mergeRecord)
	case "GlobalValueSetTranslation", "StandardValueSetTranslation":
		if r.Set.Is(behaviour.ValueTranslation, "keep") {
			return r.mergeOne(u, mergeTranslation)
		}
	case "Translations", "CustomObjectTranslation":
		return r.mergeOne(u, mergeTranslation)
	case "ApprovalProcess":
		return r.mergeOne(u, r.mergeApproval)
	case "Network":
		return r.mergeOne(u, r.mergeNetwork)
	case "Dashboard":
		return r.mergeOne(u, r.runningUser)
	case "AuthProvider", "NamedCredential", "ExternalDataSource":
		return r.mergeOne(u, r.omittedSecret)
	case "ConnectedApp":
		return r.mergeOne(u, r.consumerKey)
	case "Flow":
		return r.applyFlow(u)
	case "FlowDefinition":
		return r.applyFlowDefinition(u)
	case "DigitalExperienceBundle", "ExperienceBundle":
		if err := r.checkVariants(u); err != nil {
			return err
		}
	}
	return r.replaceOrAdd(u)
}

// replace sets a component's files to those of the package; files of a bundle
// that the package lacks go.
func (r *runner) replace(u *unit) error {
	for _, p := range u.paths {
		if err := r.s.Put(p, r.p.files[p], r.By); err != nil {
			return err
		}
	}
	for _, p := range slices.Clone(r.s.FilesOf(u.c)) {
		if !slices.Contains(u.paths, p) {
			r.s.Drop(p, r.By)
		}
	}
	return nil
}

// mergeOne applies a component of one XML file whose old content matters.
func (r *runner) mergeOne(u *unit, merge func(u *unit, old, now *xmltext.Element) (*xmltext.Element, error)) error {
	if u.folder {
		return r.replace(u)
	}
	p := u.file()
	old := r.rootAt(p)
	merged, err := merge(u, old, u.root)
	if err != nil {
		return err
	}
	content := r.p.files[p]
	switch {
	case old != nil && merged.Canonical() == old.Canonical():
		f, _ := r.s.File(p)
		content = f.Content
	case merged != u.root && merged.Canonical() != u.root.Canonical():
		content = merged.Document()
	}
	return r.s.Put(p, content, r.By)
}

// hidden is what the platform gives for code that it does not show.
var hidden = []byte("(hidden)")

func (r *runner) refuseManagedLeaf(u *unit) error {
	if orgstate.Namespace(u.c) == "" || !r.State.Has(u.c) || !r.Set.Refuses(behaviour.RefuseManaged) {
		return nil
	}
	for _, p := range u.paths {
		f, ok := r.State.File(p)
		if !ok || !bytes.Equal(f.Content, r.p.files[p]) || bytes.Contains(f.Content, hidden) {
			return managed(u.c)
		}
	}
	return nil
}

// mergeValues: what a value set lacks becomes inactive; an empty one is refused.
func (r *runner) mergeValues(element string) func(*unit, *xmltext.Element, *xmltext.Element) (*xmltext.Element, error) {
	return func(_ *unit, old, now *xmltext.Element) (*xmltext.Element, error) {
		if len(now.All(element)) == 0 && r.Set.Refuses(behaviour.RefuseEmptySet) {
			return nil, refused("Required field is missing: %s", element)
		}
		if old == nil {
			return now, nil
		}
		return deactivateMissing(old, now, element), nil
	}
}

// mergeRecord: values of a custom metadata record that are left out stay, or
// become empty.
func (r *runner) mergeRecord(_ *unit, old, now *xmltext.Element) (*xmltext.Element, error) {
	if old == nil || r.Set.Is(behaviour.MetadataValue, "null") {
		return now, nil
	}
	given := map[string]bool{}
	for _, v := range now.All("values") {
		given[v.Get("field")] = true
	}
	out := now
	for _, v := range old.All("values") {
		if !given[v.Get("field")] {
			out = out.With(insert(out.Children, v))
		}
	}
	return asBefore(old, out), nil
}

// mergeTranslation: entries can be added and changed, never removed.
func mergeTranslation(_ *unit, old, now *xmltext.Element) (*xmltext.Element, error) {
	if old == nil {
		return now, nil
	}
	out := old
	for _, e := range now.Children {
		at := slices.IndexFunc(out.Children, func(o *xmltext.Element) bool { return o.Name == e.Name && translationKey(o) == translationKey(e) })
		if at < 0 {
			out = out.With(insert(out.Children, e))
			continue
		}
		kids := slices.Clone(out.Children)
		kids[at] = e
		out = out.With(kids)
	}
	return asBefore(old, out), nil
}

func translationKey(e *xmltext.Element) string {
	for _, name := range []string{"masterLabel", "layout", "section", "valueTranslation"} {
		if key := e.Get(name); key != "" {
			return key
		}
	}
	if key := keyOf(e); key != "" {
		return key
	}
	return e.Get("caseType") + e.Get("plural") + e.Get("aspect")
}

// mergeApproval: entry criteria that are left out stay, and steps of a process
// that was ever active cannot change.
func (r *runner) mergeApproval(u *unit, old, now *xmltext.Element) (*xmltext.Element, error) {
	if old == nil {
		return now, nil
	}
	if old.Get("active") == "true" {
		r.s.Remember(u.c, "activated")
	}
	if r.s.Remembers(u.c, "activated") && steps(old) != steps(now) && r.Set.Refuses(behaviour.RefuseApprovalSteps) {
		return nil, refused("Cannot change the steps of an approval process that has been activated")
	}
	if criteria := old.Child("entryCriteria"); criteria != nil && now.Child("entryCriteria") == nil {
		return now.With(insert(now.Children, criteria)), nil
	}
	return now, nil
}

func steps(e *xmltext.Element) string {
	var b strings.Builder
	for _, step := range e.All("approvalStep") {
		b.WriteString(step.Canonical())
	}
	return b.String()
}

// runningUser: an unknown running user silently becomes the one who deploys.
func (r *runner) runningUser(_ *unit, _, now *xmltext.Element) (*xmltext.Element, error) {
	e := now.Child("runningUser")
	if e == nil || r.Users.Known(strings.TrimSpace(e.Text())) || !strings.Contains(e.Text(), "@") {
		return now, nil
	}
	return replaceChild(now, e, e.WithText(r.By.User.Username)), nil
}

// consumerKey: an app keeps its key when the file has none, and a key that an app
// has cannot be written, not even by that app.
func (r *runner) consumerKey(_ *unit, old, now *xmltext.Element) (*xmltext.Element, error) {
	was, is := old.Child("oauthConfig"), now.Child("oauthConfig")
	if key := now.Get("oauthConfig", "consumerKey"); key != "" && r.keyTaken(key) && r.Set.Refuses(behaviour.RefuseConsumerKey) {
		return nil, refused("The consumer key is already taken")
	}
	if was == nil || is == nil || is.Child("consumerKey") != nil || was.Child("consumerKey") == nil {
		return now, nil
	}
	return replaceChild(now, is, is.With(insert(is.Children, was.Child("consumerKey")))), nil
}

func (r *runner) keyTaken(key string) bool {
	return slices.ContainsFunc(r.State.Components("ConnectedApp"), func(c metadata.Component) bool {
		return slices.ContainsFunc(r.State.FilesOf(c), func(p string) bool {
			f, _ := r.State.File(p)
			root, err := f.Root()
			return err == nil && root.Get("oauthConfig", "consumerKey") == key
		})
	})
}

// applyFlow saves a version; in production it arrives inactive unless the org
// lets flows be deployed as active.
func (r *runner) applyFlow(u *unit) error {
	activate := !r.Production || r.flowsActive()
	_, err := r.s.SaveFlow(u.c.FullName, r.p.files[u.file()], activate, r.By)
	return err
}

func (r *runner) flowsActive() bool {
	root := r.rootAt("settings/Flow.settings")
	return root.Get("enableFlowDeployAsActiveEnabled") == "true"
}

func (r *runner) applyFlowDefinition(u *unit) error {
	number := 0
	if text := u.root.Get("activeVersionNumber"); text != "" {
		for _, digit := range text {
			if digit < '0' || digit > '9' || number > 1000 {
				return refused("Invalid version number: %s", text)
			}
			number = number*10 + int(digit-'0')
		}
	}
	if !r.s.Has(metadata.Component{Type: "Flow", FullName: u.c.FullName}) {
		return refused("In field: fullName - no Flow named %s found", u.c.FullName)
	}
	if number > 0 && r.Production && !r.flowsActive() && r.Set.Is(behaviour.FlowByNumber, "ignored") {
		flow, _ := r.s.Flow(u.c.FullName)
		number = flow.Active
	}
	ok, err := r.s.ActivateFlow(u.c.FullName, number, r.By)
	if err == nil && !ok {
		return refused("Invalid version number: %d", number)
	}
	if err == nil && len(r.s.FilesOf(u.c)) > 0 {
		return r.replace(u)
	}
	return err
}
