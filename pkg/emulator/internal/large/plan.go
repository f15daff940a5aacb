package large

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// plan says how many components of what there are.
type plan struct {
	seed     uint64
	objects  []object
	classes  int
	triggers int
	bundles  int
	flows    int
	reports  int
	mails    int
	statics  int
	labels   int
	records  int
	sets     int // permission sets
	profiles int
}

// object is a custom object, and how many it has of what.
type object struct {
	name                                 string
	fields, rules, views, types, layouts int
}

// Shares of the components in thousandths; fields are what is left.
const (
	shareObjects  = 20
	shareRules    = 50
	shareViews    = 45
	shareTypes    = 12
	shareLayouts  = 90
	shareClasses  = 100
	shareTriggers = 10
	shareBundles  = 25
	shareFlows    = 25
	shareReports  = 80
	shareMails    = 15
	shareStatics  = 6
	shareLabels   = 20
	shareRecords  = 30
	shareSets     = 3
)

// maxProfiles keeps profiles as few as they are in real orgs.
const maxProfiles = 40

// budget hands components out until none is left.
type budget struct{ left, total int }

func (b *budget) take(n int) int {
	n = max(0, min(n, b.left))
	b.left -= n
	return n
}

// share takes thousandths of the whole. What comes with the first of a kind (a
// container, a type) is paid from it; a share that cannot pay is given back.
func (b *budget) share(thousandths, first int) int {
	n := b.take(b.total * thousandths / 1000)
	if n <= first {
		b.left += n
		return 0
	}
	return n - first
}

// newPlan plans exactly n components, children counted as listings do, folders
// not.
func newPlan(n int, seed int64) plan {
	b := &budget{n, n}
	p := plan{seed: uint64(seed), profiles: b.take(min(maxProfiles, 1+n/2000))}
	p.objects = make([]object, b.take(max(1, n*shareObjects/1000)))
	for i := range p.objects {
		p.objects[i].name = fmt.Sprintf("%s_%d__c", nouns(i), i+1)
	}
	p.classes, p.triggers, p.bundles = b.share(shareClasses, 0), b.share(shareTriggers, 0), b.share(shareBundles, 0)
	p.flows, p.reports, p.mails = b.share(shareFlows, 0), b.share(shareReports, 0), b.share(shareMails, 0)
	p.statics, p.sets = b.share(shareStatics, 0), b.share(shareSets, 0)
	p.labels = b.share(shareLabels, 1)   // CustomLabels
	p.records = b.share(shareRecords, 2) // their type and its field
	w := p.weights()
	w.spread(b.share(shareRules, 0), func(o *object) { o.rules++ })
	w.spread(b.share(shareViews, 0), func(o *object) { o.views++ })
	w.spread(b.share(shareTypes, 0), func(o *object) { o.types++ })
	w.spread(b.share(shareLayouts, 0), func(o *object) { o.layouts++ })
	w.spread(b.take(b.left), func(o *object) { o.fields++ })
	return p
}

// weights draws objects: a few have many times what most have.
type weights struct {
	plan *plan
	upTo []int // sums of the objects' weights
	rnd  *rand.Rand
}

func (p *plan) weights() weights {
	w := weights{plan: p, rnd: rand.New(rand.NewPCG(p.seed, 0))} //nolint:gosec // an org that is made up
	sum := 0
	for range p.objects {
		n := 1 + w.rnd.IntN(5)
		sum += n * n
		w.upTo = append(w.upTo, sum)
	}
	return w
}

func (w weights) spread(n int, give func(*object)) {
	for range n {
		i, found := slices.BinarySearch(w.upTo, w.rnd.IntN(w.upTo[len(w.upTo)-1]))
		if found {
			i++ // sums are the ends, not the members
		}
		give(&w.plan.objects[i])
	}
}
