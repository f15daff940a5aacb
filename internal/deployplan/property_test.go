package deployplan_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/deployplan/mutate"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// seeds make the random tests repeatable: a failure names its seed.
const seeds = 60

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
		for seed := range uint64(seeds) {
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

// doubtful are the types that a reading of the platform is about; all of them
// where it is about none in particular.
func doubtful(behaviour string) []string {
	switch {
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
