package capture

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// unitedAtOnce bounds what is united side by side, in bytes of parts: what is made of
// them takes several times as much, and one companion of a large org has megabytes.
// Those that are larger are united alone.
const unitedAtOnce = 4 << 20

// uniter puts the parts of companions together, once all of them and everything
// that they speak of has come.
type uniter struct {
	*reading
	wanted   []metadata.Component        // without companions
	never    map[metadata.Component]bool // those that are never asked for
	complete bool                        // nothing that was asked for is missing

	mu     sync.Mutex
	spoken map[string]retrieve.Spoken // by type, and the zips that a companion's parts lie in
	failed map[metadata.Component]string
}

// uniteCompanions unites every companion that came and stores it. Those of which
// the parts cannot be united are refused.
func (r *reading) uniteCompanions(ctx context.Context, wanted []metadata.Component, complete bool) error {
	u := uniter{reading: r, complete: complete, spoken: map[string]retrieve.Spoken{}, failed: map[metadata.Component]string{}, never: r.never()}
	for _, c := range wanted {
		if !retrieve.Partial(c.Type, r.opts.Version) {
			u.wanted = append(u.wanted, c)
		}
	}
	united, err := u.all(ctx)
	if err != nil {
		return err
	}
	for key, c := range united {
		r.returned[key] = c
	}
	for key, reason := range u.failed {
		delete(r.returned, key)
		r.refused[key] = reason
	}
	r.unspoken = u.unspoken()
	return nil
}

// never gives what is listed and left out.
func (r *reading) never() map[metadata.Component]bool {
	out := map[metadata.Component]bool{}
	for _, c := range slices.Concat(r.selection.Managed, r.selection.LeftOut) {
		out[retrieve.Canonical(c)] = true
	}
	return out
}

// present tells whether the org lists a component or the base has it, and it is not
// left out.
func (u *uniter) present(c metadata.Component) bool {
	return !u.never[c] && (u.listing.Has(c) || u.has(c))
}

// allPresent gives those components, some of them twice.
func (u *uniter) allPresent() iter.Seq[metadata.Component] {
	return func(yield func(metadata.Component) bool) {
		for _, all := range []iter.Seq[metadata.Component]{u.listing.All(), maps.Keys(u.before)} {
			for c := range all {
				if !u.never[c] && !yield(c) {
					return
				}
			}
		}
	}
}

// unspoken gives what came without companions: of it they are as they were. A
// layout counts when its object came too and never in the same request.
func (u *uniter) unspoken() []metadata.Component {
	if len(u.zips) == 0 {
		return nil // then none of the companions came, which is said of them
	}
	about, wanted := map[metadata.Component]bool{}, setOf(u.wanted)
	for _, zip := range u.zips {
		members := setOf(zip.request.Members)
		for c := range members {
			object := retrieve.ObjectOf(c)
			if c.Type != "Layout" || members[object] || !wanted[object] || !u.came(object) {
				about[c] = true
			}
		}
	}
	var out []metadata.Component
	for _, c := range u.wanted {
		if u.came(c) && !about[c] {
			out = append(out, c)
		}
	}
	return out
}

func (u *uniter) all(ctx context.Context) (map[metadata.Component]component, error) {
	out := map[metadata.Component]component{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	room := semaphore.NewWeighted(unitedAtOnce)
	for key, c := range u.returned {
		if !c.companion {
			continue
		}
		group.Go(func() error {
			size := min(u.unpacked(c), unitedAtOnce)
			if err := room.Acquire(ctx, size); err != nil {
				return err
			}
			defer room.Release(size)
			now, err := u.unite(ctx, c)
			u.mu.Lock()
			defer u.mu.Unlock()
			if reason := (*partsError)(nil); errors.As(err, &reason) {
				u.failed[key] = reason.Error()
				return nil
			}
			out[key] = now
			return err
		})
	}
	return out, group.Wait()
}

// partsError: the parts of a companion are not what they should be, or what they
// make is not fit to be stored.
type partsError struct{ err error }

func (e *partsError) Error() string { return e.err.Error() }

// fits gives an error of the parts themselves as a partsError, and others as they
// are.
func fits(err error) error {
	if parts := (*retrieve.PartError)(nil); errors.As(err, &parts) {
		return &partsError{parts}
	}
	return err
}

func (u *uniter) unite(ctx context.Context, c component) (component, error) {
	for i, f := range c.files {
		zips := u.zipsWith(f.path)
		now, err := u.united(c, f, zips)
		if err != nil {
			return c, err
		}
		if now, err = u.overStored(ctx, c, f, now, zips); err != nil {
			return c, err
		}
		c.files[i] = file{path: f.path, zip: f.zip, packed: u.packed(f.path, zips)}
		if err := u.store(ctx, &c.files[i], c.name, now, deflated{}); err != nil {
			return c, err
		}
		u.tell(c.files[i])
		if reason := c.files[i].refused; reason != "" {
			return c, &partsError{errors.New(reason)}
		}
	}
	c.companion = false
	return c, nil
}

// tell passes on what storing a file gave to say.
func (u *uniter) tell(f file) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, w := range f.warnings {
		u.warnings = append(u.warnings, Warning{Path: f.path, Reason: w})
	}
}

// zipsWith gives the zips that hold a part of a file, in the order in which they
// came.
func (u *uniter) zipsWith(path string) []int {
	var out []int
	for i, zip := range u.zips {
		if _, ok := zip.parts[path]; ok {
			out = append(out, i)
		}
	}
	return out
}

// unpacked is how large all parts of a companion are.
func (u *uniter) unpacked(c component) (n int64) {
	for _, f := range c.files {
		for _, zip := range u.zips {
			n += int64(zip.parts[f.path].raw)
		}
	}
	return n
}

// packed is what the parts of a file took in the zips.
func (u *uniter) packed(path string, zips []int) int64 {
	var n int64
	for _, zip := range zips {
		n += u.zips[zip].parts[path].size
	}
	return n
}

// part reads what a zip had of a file, normalized.
func (u *uniter) part(path string, zip int) ([]byte, error) {
	raw, err := u.spool.get(u.zips[zip].parts[path])
	if err != nil {
		return nil, err
	}
	return u.norm.Bytes(path, raw).Output, nil
}

func (u *uniter) united(c component, f file, zips []int) ([]byte, error) {
	if len(zips) == 1 {
		return u.part(f.path, zips[0])
	}
	now, differ, err := retrieve.Unite(c.name.Type, func(yield func([]byte, error) bool) {
		for _, zip := range zips {
			if !yield(u.part(f.path, zip)) {
				return
			}
		}
	})
	if err != nil {
		return nil, fits(err)
	}
	if len(differ) > 0 {
		u.mu.Lock()
		u.warnings = append(u.warnings, Warning{Path: f.path, Reason: "was changed while it was read: " + strings.Join(differ, ", ")})
		u.mu.Unlock()
	}
	return now, nil
}

// overStored keeps of the stored file what nothing that came speaks of.
func (u *uniter) overStored(ctx context.Context, c component, f file, now []byte, zips []int) ([]byte, error) {
	known, had := u.base.Tree.Get(f.path)
	if !had {
		return now, nil
	}
	spoken := u.spokenIn(c.name.Type, zips)
	if spoken.Everything {
		return now, nil
	}
	stored, err := u.base.Blobs.Blob(ctx, known)
	if err != nil {
		return nil, fmt.Errorf("read %s as it was: %w", f.path, err)
	}
	now, err = retrieve.Replace(c.name.Type, stored, now, spoken)
	return now, fits(err)
}

// spokenIn tells what the requests were about whose zips hold a companion's parts.
func (u *uniter) spokenIn(typeName string, zips []int) retrieve.Spoken {
	key := typeName
	for _, i := range zips {
		key += " " + strconv.Itoa(i)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if s, ok := u.spoken[key]; ok {
		return s
	}
	s := u.speech(typeName, zips)
	u.spoken[key] = s
	return s
}

func (u *uniter) speech(typeName string, zips []int) retrieve.Spoken {
	about, together := u.asked(zips)
	speaks := func(c metadata.Component) bool { return about[retrieve.Canonical(c)] || u.gone(c) }
	everything := u.complete
	for _, c := range u.wanted {
		everything = everything && (speaks(c) || !u.came(c))
	}
	subjects := u.subjectsListed(typeName)
	silent := map[string]bool{} // objects with a layout that was not spoken for
	of := retrieve.Subjects(typeName)
	for c := range u.allPresent() {
		if subjects && slices.Contains(of, c.Type) && !speaks(c) {
			subjects = false
		}
		if c.Type == "Layout" && !together[c] && !u.gone(c) {
			silent[retrieve.ObjectOf(c).FullName] = true
		}
	}
	return retrieve.Spoken{
		Everything: everything,
		Subjects:   subjects && len(silent) == 0,
		About:      speaks,
		Layouts: func(object string) bool {
			return !silent[object] && speaks(metadata.Component{Type: "CustomObject", FullName: object})
		},
	}
}

// asked gives what was asked for in the requests of some zips and came, and the
// layouts of which the object came in the same request, or is not there at all.
func (u *uniter) asked(zips []int) (about, together map[metadata.Component]bool) {
	about, together = map[metadata.Component]bool{}, map[metadata.Component]bool{}
	for _, i := range zips {
		members := map[metadata.Component]bool{}
		for _, c := range u.zips[i].request.Members {
			members[retrieve.Canonical(c)] = true
		}
		for c := range members {
			if !u.came(c) {
				continue
			}
			about[c] = true
			if object := retrieve.ObjectOf(c); c.Type == "Layout" && (members[object] && u.came(object) || !u.present(object)) {
				together[c] = true
			}
		}
	}
	return about, together
}

// subjectsListed tells whether the lists say all that a companion can be about.
func (u *uniter) subjectsListed(typeName string) bool {
	for _, t := range retrieve.Subjects(typeName) {
		if u.listing.Describes(t) && u.listing.Outcome(t).Kind == retrieve.Failed {
			return false
		}
	}
	return true
}
