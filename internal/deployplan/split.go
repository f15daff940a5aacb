package deployplan

import (
	"context"
	"fmt"
	"slices"

	"github.com/orgkeep/orgkeep/internal/impact"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// What one deploy may hold. Source: Metadata API Developer Guide, deploy(): 10,000
// files, and 39 MB of zip, so that its base64 stays below the limit of a request.
// Bytes are counted before compression.
const (
	maxFiles = 10_000
	maxBytes = 39 << 20
)

// Limits bound one deploy; zero stands for the platform's.
type Limits struct{ Files, Bytes int }

func (l Limits) orDefault() Limits {
	if l.Files == 0 {
		l.Files = maxFiles
	}
	if l.Bytes == 0 {
		l.Bytes = maxBytes
	}
	return l
}

// bundle is what has to be in one deploy: a component's files, and what is named
// of them.
type bundle struct {
	files []File
	named []metadata.Component
	bytes int
}

// split cuts a stage that is larger than a deploy may be into several, in an order
// in which what others refer to comes first. Each of them is to be validated
// first, as together they are not all or nothing.
func (b *builder) split(ctx context.Context, s Stage) ([]Stage, error) {
	limits := b.in.Limits.orDefault()
	total := 0
	for _, f := range s.Files {
		total += f.length()
	}
	if len(s.Files) <= limits.Files && total <= limits.Bytes {
		return []Stage{s}, nil
	}
	var out []Stage
	at, bytes := Stage{Version: s.Version, Files: []File{}, Named: []metadata.Component{}}, 0
	units, err := b.bundles(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, u := range units {
		if len(at.Files) > 0 && (len(at.Files)+len(u.files) > limits.Files || bytes+u.bytes > limits.Bytes) {
			out = append(out, at)
			at, bytes = Stage{Version: s.Version}, 0
		}
		at.Files, at.Named, bytes = append(at.Files, u.files...), append(at.Named, u.named...), bytes+u.bytes
	}
	out = append(out, at)
	out[len(out)-1].After = s.After
	for _, c := range s.Before {
		// What is deleted to be made anew goes in the deploy that makes it.
		i := max(0, slices.IndexFunc(out, func(part Stage) bool { return slices.Contains(part.Named, c) }))
		out[i].Before = append(out[i].Before, c)
	}
	for i := range out {
		out[i].Name, out[i].ValidateFirst = fmt.Sprintf("%s, part %d of %d", s.Name, i+1, len(out)), true
		out[i].Named = sortedUnique(out[i].Named)
	}
	return out, b.partsNeed(ctx, out)
}

// bundles gives what a stage holds, in an order in which nothing refers to what
// comes later. What refers to each other in a circle is one.
func (b *builder) bundles(ctx context.Context, s Stage) ([]*bundle, error) {
	byTop := map[metadata.Component]*bundle{}
	var all []metadata.Component
	of := func(path string, c metadata.Component) *bundle {
		if top, ok := b.in.Registry.ComponentAt(path); ok {
			c = top
		}
		if byTop[c] == nil {
			byTop[c] = &bundle{}
			all = append(all, c)
		}
		return byTop[c]
	}
	for _, f := range s.Files {
		u := of(f.Path, metadata.Component{FullName: f.Path})
		u.files, u.bytes = append(u.files, f), u.bytes+f.length()
	}
	for _, c := range s.Named {
		path := ""
		if _, _, child := b.in.Registry.Parent(c.Type); child {
			path, _ = b.in.Registry.Path(c)
		}
		u := of(path, c)
		u.named = append(u.named, c)
	}
	parts := func(c metadata.Component) []metadata.Component { return byTop[c].named }
	groups, err := impact.Sequence(ctx, all, parts, b.targetText)
	if err != nil {
		return nil, fmt.Errorf("find an order: %w", err)
	}
	out := make([]*bundle, 0, len(groups))
	for _, group := range groups {
		u := &bundle{}
		for _, c := range group {
			u.files, u.named, u.bytes = append(u.files, byTop[c].files...), append(u.named, byTop[c].named...), u.bytes+byTop[c].bytes
		}
		if limits := b.in.Limits.orDefault(); len(u.files) <= limits.Files && u.bytes <= limits.Bytes {
			out = append(out, u)
			continue
		}
		// A circle that no deploy holds is cut by types; the validation tells.
		for _, c := range group {
			out = append(out, byTop[c])
		}
	}
	return out, nil
}
