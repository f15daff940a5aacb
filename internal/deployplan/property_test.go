package deployplan_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan/mutate"
	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// seeds make the random tests repeatable: a failure names its seed.
const seeds = 80

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
// back.
func sequence(t *testing.T, o *org, seed uint64) []mutate.Mutation {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	first := o.mutate(r, r.IntN(20), false)
	o.target = o.state()
	second := o.mutate(r, 1+r.IntN(20), true)
	o.back()
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
				done.add(sequence(t, newOrg(t, demo.Org()), seed))
			})
		}
	})
	if len(done.types) < 30 {
		t.Errorf("only %d types were changed: %v", len(done.types), done.types)
	}
}

// doubtful are the types about which readings of the platform differ.
var doubtful = []string{
	"Profile", "PermissionSet", "MutingPermissionSet", "CustomObject", "CustomMetadata", "StandardValueSet", "GlobalValueSet", "Settings",
	"Flow", "DuplicateRule", "MatchingRules", "SharingRules", "Layout", "QuickAction", "Translations",
}

func TestTheTargetIsReachedUnderEachReading(t *testing.T) {
	t.Parallel()
	for _, b := range emulator.Behaviours() {
		for _, value := range b.Alternatives {
			t.Run(b.Name+" "+value, func(t *testing.T) {
				t.Parallel()
				for seed := range uint64(4) {
					o := newOrg(t, demo.Org(), emulator.WithBehaviour(b.Name, value))
					o.only = doubtful
					sequence(t, o, 1000+seed)
				}
			})
		}
	}
}
