package capture

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/orgkeep/orgkeep/internal/mdzip"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// manifestPath is the manifest that a retrieve repeats and a snapshot writes.
const manifestPath = "package.xml"

// reading is one run's way from parts to a state. It holds names and ids of
// files, no contents. Components are keyed by their canonical names.
type reading struct {
	base    Base
	before  map[metadata.Component]tree.Files
	sink    Sink
	norm    Normalizer
	scanner *seal.Scanner
	opts    ReadOptions
	listing *retrieve.Listing

	selection retrieve.Selection

	storing sync.Mutex // guards a sink that is not made for several goroutines

	spool    spool
	zips     []zipPart // those that hold parts of companions
	zipPaths []string
	returned map[metadata.Component]component
	notFound map[metadata.Component]bool
	refused  map[metadata.Component]string
	had      map[string][]metadata.Component // children in files of the base, as far as asked for
	carried  map[metadata.Component]bool     // came, and something of it was carried over
	missed   []metadata.Component            // changed, though nothing had told so
	unspoken []metadata.Component            // came, but no companion was asked about them
	warnings []Warning
	written  int
	// writtenBytes are those of the files, unpacked.
	writtenBytes int64
	tooLarge     bool // a request was
}

// component is what the last retrieve that brought a component brought of it.
type component struct {
	name  metadata.Component
	files []file
	// companion: its parts lie in zips and are yet to be united.
	companion bool
}

type file struct {
	path     string
	hash     tree.Hash
	warnings []string
	refused  string // why it cannot be stored
	sealed   []seal.Value
	// children are those in the file, where base has another version of it: to be
	// held against those in that version.
	children []metadata.Component
	noXML    bool // children could not be told
	zip      string
	packed   int64   // bytes in the zip
	part     spooled // of a companion
}

// zipPart is what a zip had of companions, by path, and what was asked for with
// them.
type zipPart struct {
	request retrieve.Request
	parts   map[string]spooled
}

func newReading(base Base, sink Sink, norm Normalizer, opts ReadOptions, listing *retrieve.Listing) *reading {
	return &reading{
		base: base, sink: sink, norm: norm, scanner: seal.NewScanner(), opts: opts, listing: listing, spool: spool{dir: opts.ZipDir},
		before:   byComponent(base.Tree, listing.Registry),
		returned: map[metadata.Component]component{},
		notFound: map[metadata.Component]bool{},
		refused:  map[metadata.Component]string{},
		had:      map[string][]metadata.Component{},
		carried:  map[metadata.Component]bool{},
	}
}

// take reads one part. What it brought counts only once all of the zip was read
// without fault.
func (r *reading) take(ctx context.Context, p retrieve.Part) error {
	if p.Refused != nil {
		r.refuse(p)
		return nil
	}
	r.zipPaths = append(r.zipPaths, p.ZipPath)
	archive, err := mdzip.Open(p.ZipPath, "", mdzip.DefaultLimits())
	if err != nil {
		return fmt.Errorf("open what the org sent: %w", err)
	}
	defer archive.Close() //nolint:errcheck // a reader
	if err := r.fingerprint(archive); err != nil {
		return err
	}
	files, err := r.readFiles(ctx, archive.InOrder(), p)
	if err != nil {
		return err
	}
	for _, m := range p.Messages {
		r.hear(m)
	}
	r.keep(p, files)
	return nil
}

func (r *reading) refuse(p retrieve.Part) {
	about := p.Request.Members
	if len(about) == 0 {
		about = p.Request.Companions
	}
	for _, c := range about {
		r.refused[retrieve.Canonical(c)] = reasonOf(p.Refused)
	}
}

// hear takes what the org remarked. A remark on a file that did not come is the
// reason why.
func (r *reading) hear(m mdapi.RetrieveMessage) {
	if c, ok := retrieve.NotFound(m); ok {
		r.notFound[retrieve.Canonical(c)] = true
		return
	}
	if c, ok := retrieve.Broken(m); ok {
		r.refused[retrieve.Canonical(c)] = stable(m.Problem)
		return
	}
	path := strings.TrimPrefix(m.FileName, "unpackaged/")
	if c, ok := r.listing.Registry.ComponentAt(path); ok {
		r.refused[retrieve.Canonical(c)] = stable(m.Problem)
	}
	r.warnings = append(r.warnings, Warning{Path: path, Reason: m.Problem})
}

// readFiles unpacks, normalizes and stores the files of a zip side by side; each
// is let go before the next is read. It gives them sorted by path.
func (r *reading) readFiles(ctx context.Context, in []*mdzip.File, p retrieve.Part) ([]file, error) {
	out := make([]file, len(in))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range in {
		if f.Name == manifestPath {
			continue
		}
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			out[i], err = r.readFile(ctx, f, p)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b file) int { return strings.Compare(a.path, b.path) })
	r.written += len(in)
	for _, f := range in {
		r.writtenBytes += f.Size
	}
	if r.opts.Progress != nil {
		r.opts.Progress(retrieve.Step{Phase: "write", Done: r.written, Unit: "files", Bytes: r.writtenBytes})
	}
	return out, nil
}

func (r *reading) readFile(ctx context.Context, f *mdzip.File, p retrieve.Part) (file, error) {
	c := r.componentAt(f.Name)
	out := file{path: f.Name, zip: p.ZipPath}
	out.packed, _ = f.Packed()
	partial := retrieve.Partial(c.Type, r.opts.Version)
	if h, same := r.asBefore(f, c); same && !partial {
		out.hash = h
		return out, nil
	}
	raw, stream, err := f.Unpack()
	if err != nil {
		return file{}, err
	}
	if partial {
		out.part, err = r.spool.add(raw, stream)
		return out, err
	}
	if err := r.store(ctx, &out, c, raw, deflated{stream, f.CRC32()}); err != nil {
		return file{}, err
	}
	r.learn(f, out)
	return out, nil
}

// deflated is a deflate stream, nil where there is none, and the CRC-32 of what it
// holds.
type deflated struct {
	stream []byte
	sum    uint32
}

// store normalizes a file and puts it into the sink, unless base has it. packed holds
// raw.
func (r *reading) store(ctx context.Context, out *file, c metadata.Component, raw []byte, packed deflated) error {
	result := r.norm.Bytes(out.path, raw)
	if result.Refused != nil {
		out.warn("is kept as it came: " + result.Refused.Error())
	}
	content, err := r.seal(ctx, out, c, result.Output)
	if err != nil || out.refused != "" {
		return err
	}
	known, had := r.base.Tree.Get(out.path)
	if had {
		if out.hash = tree.HashOf(content); known == out.hash {
			return nil
		}
	}
	r.scan(out, content)
	if had {
		r.nameChildren(out, c, content)
	}
	if !result.Unchanged || len(out.sealed) > 0 {
		packed = deflated{}
	}
	if out.hash, err = r.blob(content, packed); err != nil {
		return fmt.Errorf("store %s: %w", out.path, err)
	}
	return nil
}

func (f *file) warn(text string) { f.warnings = append(f.warnings, text) }

func (r *reading) blob(content []byte, packed deflated) (tree.Hash, error) {
	sink, ok := r.sink.(deflatedSink)
	switch {
	case !ok:
		r.storing.Lock()
		defer r.storing.Unlock()
		return r.sink.Blob(content)
	case packed.stream == nil:
		return r.sink.Blob(content)
	}
	return sink.BlobDeflated(content, packed.stream, packed.sum)
}

func (r *reading) componentAt(path string) metadata.Component {
	if c, ok := r.listing.Registry.ComponentAt(path); ok {
		return c
	}
	return metadata.Component{FullName: path}
}

// keep records what came. A component that came before, because it rode with
// others, is replaced as a whole.
func (r *reading) keep(p retrieve.Part, files []file) {
	part := map[metadata.Component]component{}
	zip := zipPart{request: p.Request, parts: map[string]spooled{}}
	var unfit []metadata.Component
	for _, f := range files {
		if f.path == "" {
			continue // the manifest
		}
		for _, w := range f.warnings {
			r.warnings = append(r.warnings, Warning{Path: f.path, Reason: w})
		}
		c := r.componentAt(f.path)
		key := retrieve.Canonical(c)
		if f.refused != "" {
			r.refused[key] = f.refused
			unfit = append(unfit, key)
		}
		now := part[key]
		now.name, now.files = c, append(now.files, f)
		if f.hash.IsZero() {
			now.companion = true
			zip.parts[f.path] = f.part
		}
		part[key] = now
	}
	for _, key := range unfit {
		delete(part, key)
	}
	if len(zip.parts) > 0 {
		r.zips = append(r.zips, zip)
	}
	for key, c := range part {
		r.returned[key] = c
	}
}
