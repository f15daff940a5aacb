package capture

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// assemble makes the state from what came and what the base holds. whole tells
// that the run asked for all that there is.
func (r *reading) assemble(ctx context.Context, w work, whole bool) (tree.Tree, Coverage, error) {
	a := assembly{reading: r, editor: r.base.Tree.Edit(), asked: map[metadata.Component]bool{}}
	a.coverage = newCoverage(r.opts.Version)
	for _, c := range w.retrieve {
		a.asked[retrieve.Canonical(c)] = true
	}
	if err := a.ordinary(ctx, w.retrieve); err != nil {
		return tree.Tree{}, Coverage{}, err
	}
	a.notAsked()
	a.listings()
	a.unmoved(w)
	// Companions speak of all others, so they are the last to be settled.
	if err := r.uniteCompanions(ctx, w.retrieve, whole && a.coverage.Complete()); err != nil {
		return tree.Tree{}, Coverage{}, err
	}
	for _, c := range w.retrieve {
		if retrieve.Partial(c.Type, r.opts.Version) {
			a.settle(c)
		}
	}
	for _, c := range r.unspoken {
		a.coverage.miss(c, "it came, but what profiles and translations say of it did not", false)
	}
	a.coverage.sort()
	return a.editor.Tree(), a.coverage, nil
}

// unmoved counts what the run did not ask for: as if it had come, where its row
// says that it would have come as it was.
func (a *assembly) unmoved(w work) {
	for _, c := range w.unchanged {
		a.coverage.count(c.Type, func(t *TypeCoverage) { t.Asked++; t.Returned++ })
	}
	for _, c := range w.unsure {
		a.coverage.count(c.Type, func(t *TypeCoverage) { t.Asked++ })
		a.coverage.miss(c, a.reasonFor(c, ""), true)
	}
}

type assembly struct {
	*reading
	editor   *tree.Editor
	asked    map[metadata.Component]bool
	coverage Coverage
}

// ordinary settles everything but companions.
func (a *assembly) ordinary(ctx context.Context, wanted []metadata.Component) error {
	for _, key := range slices.SortedFunc(maps.Keys(a.returned), metadata.Component.Compare) {
		if c := a.returned[key]; !c.companion {
			if err := a.brought(ctx, key, c); err != nil {
				return err
			}
		}
	}
	for _, c := range wanted {
		if !a.came(c) && !retrieve.Partial(c.Type, a.opts.Version) {
			a.didNotCome(c)
		}
	}
	return nil
}

// settle: a companion has come or not.
func (a *assembly) settle(c metadata.Component) {
	key := retrieve.Canonical(c)
	if now, ok := a.returned[key]; ok {
		a.put(key, now)
		return
	}
	a.didNotCome(c)
}

// brought replaces a component by what the org sent. Children that its file has
// lost, and of which nobody can say that they are gone, stay in it.
func (a *assembly) brought(ctx context.Context, key metadata.Component, c component) error {
	if a.halfPair(key, c) {
		a.carried[key] = true
		a.coverage.count(key.Type, func(t *TypeCoverage) { t.Asked++ })
		a.coverage.miss(c.name, "only one of its two files came", true)
		return nil
	}
	for i, f := range c.files {
		lost, doubt, err := a.lostChildren(ctx, c.name, f)
		if err != nil {
			return err
		}
		if doubt {
			a.carried[key] = true
			a.coverage.count(key.Type, func(t *TypeCoverage) { t.Asked++ })
			a.coverage.miss(c.name, "its file came as no XML", true)
			return nil
		}
		if len(lost) == 0 {
			continue
		}
		if c.files[i], err = a.withLost(ctx, c.name, f, lost); err != nil {
			return err
		}
		a.carried[key] = true
		for _, child := range lost {
			a.coverage.miss(child, "its parent came without it, but it is not proven to be gone", true)
		}
	}
	a.put(key, c)
	return nil
}

func (a *assembly) put(key metadata.Component, c component) {
	if key.Type != "" {
		a.coverage.count(key.Type, func(t *TypeCoverage) { t.Asked++; t.Returned++ })
	}
	for _, e := range a.before[key].Entries {
		a.editor.Delete(e.Path)
	}
	for _, f := range c.files {
		a.editor.Set(f.path, f.hash)
	}
}

// halfPair tells whether of a content file and the XML beside it, both of which
// the base has, only one came.
func (a *assembly) halfPair(key metadata.Component, c component) bool {
	t, ok := a.listing.Registry.Type(key.Type)
	had := a.before[key].Entries
	if !ok || !t.MetaFile || len(had) != 2 || len(c.files) != 1 {
		return false
	}
	return strings.TrimSuffix(had[0].Path, metadata.MetaSuffix) == strings.TrimSuffix(had[1].Path, metadata.MetaSuffix)
}

// didNotCome settles a component that was asked for by name and not brought: it
// goes on two witnesses, and else stays as it was.
func (a *assembly) didNotCome(c metadata.Component) {
	key := retrieve.Canonical(c)
	before, known := a.before[key]
	text, refused := a.refused[key]
	switch {
	case a.gone(c):
		for _, e := range before.Entries {
			a.editor.Delete(e.Path)
		}
		return
	case !known && !refused && !a.listed(c):
		return // a name that was tried on suspicion
	}
	a.coverage.count(c.Type, func(t *TypeCoverage) { t.Asked++ })
	a.coverage.miss(c, a.reasonFor(c, text), known)
}

func (a *assembly) reasonFor(c metadata.Component, refusal string) string {
	outcome := a.listing.Outcome(c.Type)
	switch {
	case refusal != "":
		return refusal
	case a.listed(c):
		return "listed, but the retrieve did not bring it"
	case outcome.Kind == retrieve.Listed && a.notFound[retrieve.Canonical(c)] && a.listing.Hides(c):
		return "the retrieve did not bring it, and no list shows whether it is there"
	case outcome.Kind == retrieve.Listed && !a.notFound[retrieve.Canonical(c)]:
		return "not listed, but the retrieve does not say that it is gone"
	case outcome.Kind == retrieve.Listed:
		return "the retrieve did not bring it, and its folder was not listed"
	case outcome.Err != nil:
		return "listing the type: " + reasonOf(outcome.Err)
	}
	return "the type was " + outcome.Kind.String()
}

// notAsked carries over what the run was not about, and names what the org does
// not have a type for any more.
func (a *assembly) notAsked() {
	for _, key := range slices.SortedFunc(maps.Keys(a.before), metadata.Component.Compare) {
		c := a.before[key].Component
		switch {
		case a.asked[key] || c.Type == "" || a.came(key) || a.opts.Keep != nil && !a.opts.Keep(c):
		case !a.listing.Describes(c.Type):
			a.coverage.miss(c, "the org does not describe the type any more", true)
		}
	}
}

// listings counts what was left out on purpose, and names types whose listing
// failed: what they hold beyond the base is not known.
func (a *assembly) listings() {
	for _, c := range a.selection.Managed {
		a.coverage.count(c.Type, func(t *TypeCoverage) { t.Managed++ })
	}
	for _, c := range a.selection.LeftOut {
		a.coverage.count(c.Type, func(t *TypeCoverage) { t.Excluded++ })
	}
	for _, c := range a.selection.Unretrievable {
		a.coverage.count(c.Type, func(t *TypeCoverage) { t.Unretrievable++ })
	}
	for q, o := range a.listing.Failures() {
		a.coverage.count(q.Type, func(t *TypeCoverage) { t.Listing = o.Kind.String() })
		a.coverage.miss(failedList(q), "listing: "+reasonOf(o.Err), false)
	}
}

// failedList names what a list that failed was about.
func failedList(q mdapi.ListQuery) metadata.Component {
	if q.Folder != "" {
		return metadata.Component{Type: q.Type, FullName: q.Folder + "/*"}
	}
	return metadata.Component{Type: q.Type, FullName: "*"}
}
