package deployplan_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/deployplan/mutate"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// seeds make the random tests repeatable: a failure names its seed.
func seeds() uint64 { return uint64(scaled(20, 200)) }

// tally counts by type what was changed.
type tally struct {
	mu    sync.Mutex
	types map[string]int
}

func (c *tally) add(all []mutate.Mutation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range all {
		c.types[m.Component.Type]++
	}
}

// sequence changes an org, takes that for the target, changes it again and goes
// back. A second plan must have nothing to do but what may stay.
func sequence(t *testing.T, o *org, seed uint64) []mutate.Mutation {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	first := o.mutate(r, r.IntN(20), false)
	o.target = o.state()
	second := o.mutate(r, 1+r.IntN(20), true)
	plan := o.back()
	if all, _ := o.left(plan); len(all) == 0 && !t.Failed() {
		if again := o.plan(); !again.Empty() {
			t.Errorf("a second plan would do something: %s", text(again))
		}
	}
	if t.Failed() {
		t.Logf("seed %d\nbefore the target: %v\nafter it: %v", seed, first, second)
	}
	return second
}

func TestRandomChangesAreTakenBack(t *testing.T) {
	t.Parallel()
	done := tally{types: map[string]int{}}
	t.Run("seed", func(t *testing.T) {
		for seed := range seeds() {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				o := newOrg(t, demo.Org(), emulator.WithSandbox(seed%2 == 0))
				o.production = seed%2 == 1
				done.add(sequence(t, o, seed))
			})
		}
	})
	if len(done.types) < 30 {
		t.Errorf("only %d types were changed: %v", len(done.types), done.types)
	}
}

// Back and forth and back: each way is a plan, and the org comes to be what it was
// but for what was announced.
func TestTheWayBackIsAPlanToo(t *testing.T) {
	t.Parallel()
	for seed := range uint64(scaled(8, 50)) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			o := newOrg(t, demo.Org())
			r := rand.New(rand.NewPCG(seed, 3))
			done := o.mutate(r, 1+r.IntN(20), false)
			before, after := o.target, o.state()
			for _, o.target = range []deployplan.State{before, after, before} {
				o.back()
			}
			if t.Failed() {
				t.Logf("seed %d: %v", seed, done)
			}
		})
	}
}

// doubtful are the types that a reading of the platform is about; all of them
// where it is about none in particular.
func doubtful(behaviour string) []string {
	switch {
	case strings.Contains(behaviour, "muting"):
		return []string{"MutingPermissionSet"}
	case strings.Contains(behaviour, "group"):
		return []string{"PermissionSetGroup"}
	case strings.Contains(behaviour, "member"):
		return []string{"Queue", "Group", "Role"}
	case strings.Contains(behaviour, "leaf"):
		return []string{"Dashboard", "FlexiPage", "Layout", "QuickAction", "RemoteSiteSetting", "Report", "ReportType"}
	case strings.Contains(behaviour, "translation"):
		return []string{"GlobalValueSetTranslation"}
	case strings.Contains(behaviour, "secret"):
		return []string{"NamedCredential"}
	case strings.Contains(behaviour, "profile"):
		return []string{"Profile", "ApexClass", "CustomPermission"}
	case strings.Contains(behaviour, "metadata"):
		return []string{"CustomMetadata"}
	case strings.Contains(behaviour, "element"), strings.Contains(behaviour, "record-type"), strings.Contains(behaviour, "local"), strings.Contains(behaviour, "field"):
		return []string{"CustomObject", "PermissionSet"}
	case strings.Contains(behaviour, "setting"):
		return []string{"Settings"}
	case strings.Contains(behaviour, "flow"):
		return []string{"Flow"}
	case strings.Contains(behaviour, "matching"), strings.Contains(behaviour, "duplicate"):
		return []string{"MatchingRules", "DuplicateRule"}
	case strings.Contains(behaviour, "same-name"):
		return []string{"SharingRules"}
	case strings.Contains(behaviour, "set"):
		return []string{"GlobalValueSet", "StandardValueSet"}
	}
	return nil
}

func TestTheTargetIsReachedUnderEachReading(t *testing.T) {
	t.Parallel()
	for _, b := range emulator.Behaviours() {
		for _, value := range b.Alternatives {
			t.Run(b.Name+" "+value, func(t *testing.T) {
				t.Parallel()
				for seed := range uint64(2) {
					o := newOrg(t, demo.Org(), emulator.WithBehaviour(b.Name, value))
					o.only = doubtful(b.Name)
					sequence(t, o, 1000+seed)
				}
			})
		}
	}
}

// Orgs that nobody here has written.
func TestRealOrgsAreTakenBack(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..", "shared", "corpora", "mdapi")
	folders, err := os.ReadDir(root)
	if err != nil {
		t.Skip("the corpora are not here")
	}
	for _, f := range folders {
		t.Run(f.Name(), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(6) {
				o := newOrg(t, os.DirFS(filepath.Join(root, f.Name())))
				sequence(t, o, 2000+seed)
			}
		})
	}
}

// A naive plan sends the whole target and deletes by plain name; that it fails
// shows that the orgs above punish mistakes.
func TestANaivePlanFails(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	o.edit(extra(sales, "<userPermissions><enabled>true</enabled><name>BulkApiHardDelete</name></userPermissions>"))
	plan := &deployplan.Plan{Stages: []deployplan.Stage{{Name: "all", Version: version}}}
	stage := &plan.Stages[0]
	for e := range o.target.Tree.All() {
		if e.Path != sales {
			continue
		}
		content, err := o.target.Blobs.Blob(t.Context(), e.Hash)
		must(t, err)
		stage.Files = append(stage.Files, deployplan.File{Path: e.Path, Content: content})
		stage.Named = append(stage.Named, componentAt(t, e.Path))
	}
	if !o.deploy(plan) {
		t.Fatal("the org refused the profile")
	}
	if all, _ := o.left(plan); len(all) == 0 {
		t.Error("a profile without revocations took the permission back")
	}
}

func componentAt(t *testing.T, path string) metadata.Component {
	t.Helper()
	c, ok := metadata.Default().ComponentAt(path)
	if !ok {
		t.Fatalf("%s belongs to nothing", path)
	}
	return c
}

func TestAPlanIsStaleExactlyWhenSomethingOfItMoved(t *testing.T) {
	t.Parallel()
	stale, fresh := 0, 0
	o := newOrg(t, demo.Org())
	r := rand.New(rand.NewPCG(7, 7))
	o.mutate(r, 25, true)
	for range scaled(40, 1300) {
		plan := o.plan()
		before := o.state()
		done := o.mutate(r, 1, false)
		now := o.state()
		moved := movedOf(t, plan, before, now)
		err := plan.Stale(t.Context(), now, metadata.Default())
		if (err != nil) != (len(moved) > 0) {
			t.Fatalf("%v moved %v, and the plan says: %v", done, moved, err)
		}
		if err != nil {
			stale++
		} else {
			fresh++
		}
	}
	t.Logf("%d stale, %d fresh", stale, fresh)
	if least := scaled(10, 500); stale < least || fresh < least {
		t.Errorf("%d stale and %d fresh plans prove little", stale, fresh)
	}
}

// movedOf gives the components of a plan that differ between two states, as a
// diff knows them.
func movedOf(t *testing.T, plan *deployplan.Plan, before, now deployplan.State) []metadata.Component {
	t.Helper()
	found, err := diff.Trees(t.Context(), diff.Input{Old: before.Tree, New: now.Tree, OldBlobs: before.Blobs, NewBlobs: now.Blobs})
	must(t, err)
	var out []metadata.Component
	for _, c := range found.Changes {
		if slices.Contains(plan.Touched(), c.Component) {
			out = append(out, c.Component)
		}
	}
	return out
}
