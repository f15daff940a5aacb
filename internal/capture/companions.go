package capture

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/orgkeep/orgkeep/internal/mdzip"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// unitersAtWork bounds how many companions are held in memory at a time: one of a
// large org has some megabytes, and all of its parts are needed.
const unitersAtWork = 2

// uniter puts the parts of companions together, once all of them and everything
// that they speak of has come.
type uniter struct {
	*reading
	archives []map[string]*mdzip.File // the companions in each zip
	wanted   []metadata.Component     // without companions
	complete bool                     // nothing that was asked for is missing

	mu     sync.Mutex
	spoken map[string]retrieve.Spoken // by the zips that a companion's parts lie in
	failed map[metadata.Component]string
}

// uniteCompanions unites every companion that came and stores it. Those of which
// the parts cannot be united are refused.
func (r *reading) uniteCompanions(ctx context.Context, wanted []metadata.Component, complete bool) error {
	u := uniter{reading: r, complete: complete, spoken: map[string]retrieve.Spoken{}, failed: map[metadata.Component]string{}}
	for _, c := range wanted {
		if !retrieve.Partial(c.Type, r.opts.Version) {
			u.wanted = append(u.wanted, c)
		}
	}
	closeAll, err := u.open()
	defer closeAll()
	if err != nil {
		return err
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

// unspoken gives what came without companions: of it they are as they were. A
// layout counts when its object came too and never in the same request.
func (u *uniter) unspoken() []metadata.Component {
	if len(u.zips) == 0 {
		return nil // then none of the companions came, which is said of them
	}
	about := map[metadata.Component]bool{}
	for _, zip := range u.zips {
		members := setOf(zip.request.Members)
		for c := range members {
			if c.Type != "Layout" || members[retrieve.ObjectOf(c)] || !u.came(retrieve.ObjectOf(c)) {
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

func (u *uniter) open() (closeAll func(), err error) {
	var open []*mdzip.Archive
	closeAll = func() {
		for _, a := range open {
			_ = a.Close() // a reader
		}
	}
	for _, zip := range u.zips {
		archive, err := mdzip.Open(zip.path, "", mdzip.DefaultLimits())
		if err != nil {
			return closeAll, fmt.Errorf("open what the org sent: %w", err)
		}
		open = append(open, archive)
		files := map[string]*mdzip.File{}
		for _, f := range archive.Files() {
			if slices.Contains(zip.files, f.Name) {
				files[f.Name] = f
			}
		}
		u.archives = append(u.archives, files)
	}
	return closeAll, nil
}

func (u *uniter) all(ctx context.Context) (map[metadata.Component]component, error) {
	out := map[metadata.Component]component{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(unitersAtWork)
	for key, c := range u.returned {
		if !c.companion {
			continue
		}
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
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

// partsError: the parts of a companion are not what they should be.
type partsError struct{ err error }

func (e *partsError) Error() string { return "its parts cannot be put together: " + e.err.Error() }

func (u *uniter) unite(ctx context.Context, c component) (component, error) {
	for i, f := range c.files {
		parts, zips, err := u.parts(f.path)
		if err != nil {
			return c, err
		}
		now, err := u.united(c, f, parts)
		if err != nil {
			return c, err
		}
		if now, err = u.overStored(ctx, c, f, now, zips); err != nil {
			return c, err
		}
		c.files[i] = file{path: f.path, zip: f.zip}
		if err := u.store(&c.files[i], c.name, now, nil); err != nil {
			return c, err
		}
	}
	c.companion = false
	return c, nil
}

// parts reads the parts of a file in the order in which they came, normalized.
func (u *uniter) parts(path string) (parts [][]byte, zips []int, err error) {
	for i, files := range u.archives {
		f, ok := files[path]
		if !ok {
			continue
		}
		raw, err := f.Content()
		if err != nil {
			return nil, nil, err
		}
		parts = append(parts, u.norm.Bytes(path, raw).Output)
		zips = append(zips, i)
	}
	return parts, zips, nil
}

func (u *uniter) united(c component, f file, parts [][]byte) ([]byte, error) {
	if len(parts) == 1 {
		return parts[0], nil
	}
	now, differ, err := retrieve.Unite(c.name.Type, parts)
	if err != nil {
		return nil, &partsError{err}
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
	spoken := u.spokenIn(zips)
	if spoken.Everything {
		return now, nil
	}
	stored, err := u.base.Blobs.Blob(ctx, known)
	if err != nil {
		return nil, fmt.Errorf("read %s as it was: %w", f.path, err)
	}
	now, err = retrieve.Replace(c.name.Type, stored, now, spoken)
	if err != nil {
		return nil, &partsError{err}
	}
	return now, nil
}

// spokenIn tells what the requests were about whose zips hold a companion's parts.
func (u *uniter) spokenIn(zips []int) retrieve.Spoken {
	var key strings.Builder
	for _, i := range zips {
		key.WriteString(strconv.Itoa(i) + " ")
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if s, ok := u.spoken[key.String()]; ok {
		return s
	}
	s := u.speech(zips)
	u.spoken[key.String()] = s
	return s
}

func (u *uniter) speech(zips []int) retrieve.Spoken {
	about := map[metadata.Component]bool{}
	together := map[metadata.Component]bool{} // layouts that came with their object
	for _, i := range zips {
		members := map[metadata.Component]bool{}
		for _, c := range u.zips[i].request.Members {
			members[retrieve.Canonical(c)] = true
		}
		for c := range members {
			about[c] = about[c] || u.came(c)
			if object := retrieve.ObjectOf(c); c.Type == "Layout" && members[object] && u.came(object) {
				together[c] = true
			}
		}
	}
	everything := u.complete
	layouts := map[string]bool{} // objects of which a layout was not spoken for
	for _, c := range u.wanted {
		c = retrieve.Canonical(c)
		everything = everything && (about[c] || !u.came(c))
		if c.Type == "Layout" && !together[c] && !u.gone(c) {
			layouts[retrieve.ObjectOf(c).FullName] = true
		}
	}
	speaks := func(c metadata.Component) bool { return about[retrieve.Canonical(c)] || u.gone(c) }
	return retrieve.Spoken{
		Everything: everything,
		About:      speaks,
		Layouts: func(object string) bool {
			return !layouts[object] && speaks(metadata.Component{Type: "CustomObject", FullName: object})
		},
	}
}
