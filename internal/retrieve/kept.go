package retrieve

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// keptFor is how long the zips of a run that died are good: dates of some types
// do not move with their content, so that a later run cannot tell.
const keptFor = time.Hour

const (
	keptPrefix = "kept-"
	keptNote   = ".json"
	keptZip    = ".zip"
)

// KeepOptions say what a [Kept] stands for.
type KeepOptions struct {
	Dir string // where zips and notes lie; it may not exist yet
	// Whose tells apart what is not to be mixed: the org, the user who asks, the
	// version.
	Whose string
	FS    state.FS
	Now   func() time.Time
}

// Kept stands before an org and remembers what it brought, because the service
// hands a zip out once: a run that dies after a download leaves the zip, and the
// next one that asks for the same takes it from there, or waits for the retrieve
// that was started. The same is the same
// members of an org whose listing of their types, and of those of their children,
// shows no row that differs. The caller holds the lock of the repository, and
// calls Forget when what came is recorded or is not wanted any more.
type Kept struct {
	lister Lister
	org    Retriever
	opts   KeepOptions

	mu    sync.Mutex
	rows  map[string]map[rowDigest]bool // seen in listings, by type
	asked map[mdapi.AsyncID]asked       // the retrieves of this run
	used  map[string]bool               // keys that were asked for in this run
}

// kept is the note on a zip, or on a retrieve whose zip did not come yet.
type kept struct {
	At     time.Time            `json:"at"`
	ID     mdapi.AsyncID        `json:"id"`
	Result mdapi.RetrieveResult `json:"result"`
}

// asked is a retrieve under way. One that a run before started may be gone.
type asked struct {
	key     string
	req     mdapi.RetrieveRequest
	started bool // by a run before
}

// NewKept makes one, and removes what is left of runs too long ago.
func NewKept(lister Lister, org Retriever, opts KeepOptions) (*Kept, error) {
	k := &Kept{
		lister: lister, org: org, opts: opts,
		rows: map[string]map[rowDigest]bool{}, asked: map[mdapi.AsyncID]asked{}, used: map[string]bool{},
	}
	return k, k.sweep(func(key string) bool { _, ok := k.note(key); return !ok })
}

// ListMetadata lists, and notes what the rows say.
func (k *Kept) ListMetadata(ctx context.Context, queries ...mdapi.ListQuery) ([]mdapi.FileProperties, error) {
	rows, err := k.lister.ListMetadata(ctx, queries...)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, row := range rows {
		if k.rows[row.Type] == nil {
			k.rows[row.Type] = map[rowDigest]bool{}
		}
		k.rows[row.Type][digestOf(row)] = true
	}
	return rows, nil
}

type rowDigest [16]byte

// digestOf stands for a row by what moves when its component does.
func digestOf(p mdapi.FileProperties) rowDigest {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %d", p.Type, p.FullName, p.ID, p.LastModifiedByID, p.LastModifiedDate.UnixNano()))
	return rowDigest(sum[:len(rowDigest{})])
}

// Retrieve starts a retrieve, unless a run that died has left what it would bring.
// What is asked for a second time in one run was of no use.
func (k *Kept) Retrieve(ctx context.Context, req mdapi.RetrieveRequest) (mdapi.AsyncID, error) {
	k.mu.Lock()
	key := k.key(req)
	again := k.used[key]
	k.used[key] = true
	k.mu.Unlock()
	if !again {
		if _, ok := k.read(key); ok {
			return mdapi.AsyncID(keptPrefix + key), nil
		}
		if note, ok := k.note(key); ok && note.ID != "" {
			k.remember(note.ID, asked{key, req, true})
			return note.ID, nil
		}
	}
	id, err := k.org.Retrieve(ctx, req)
	if err != nil || again {
		return id, err
	}
	k.remember(id, asked{key, req, false})
	return id, k.write(key, kept{At: k.opts.Now(), ID: id})
}

func (k *Kept) remember(id mdapi.AsyncID, a asked) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked[id] = a
}

func (k *Kept) write(key string, note kept) error {
	data, err := json.Marshal(note)
	if err == nil {
		err = k.opts.FS.MkdirAll(k.opts.Dir, 0o700)
	}
	if err == nil {
		err = state.WriteFile(k.opts.FS, k.path(key, keptNote), state.WithSum(data), 0o600)
	}
	if err != nil {
		return fmt.Errorf("note what is retrieved: %w", err)
	}
	return nil
}

// key stands for a request and for what the listings say of its types.
func (k *Kept) key(req mdapi.RetrieveRequest) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%q %t %q %q\n%s", k.opts.Whose, req.SinglePackage, req.PackageNames, req.SpecificFiles, req.Manifest.XML())
	for _, t := range req.Manifest.Types {
		types := []string{t.Name}
		if known, ok := metadata.Default().Type(t.Name); ok {
			for _, child := range known.Children {
				types = append(types, child.Type)
			}
		}
		for _, name := range types {
			digests := slices.Collect(maps.Keys(k.rows[name]))
			slices.SortFunc(digests, func(a, b rowDigest) int { return slices.Compare(a[:], b[:]) })
			for _, d := range digests {
				_, _ = h.Write(d[:])
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// WaitRetrieve waits for the zip and keeps it in place of zipPath; the result says
// where it lies.
func (k *Kept) WaitRetrieve(ctx context.Context, id mdapi.AsyncID, zipPath string, progress func(mdapi.RetrieveStatus)) (mdapi.RetrieveResult, error) {
	if key, ok := strings.CutPrefix(string(id), keptPrefix); ok {
		note, ok := k.read(key)
		if !ok {
			return mdapi.RetrieveResult{}, fmt.Errorf("%w: what an earlier run kept is gone", mdapi.ErrZipGone)
		}
		return note.Result, nil
	}
	k.mu.Lock()
	a := k.asked[id]
	k.mu.Unlock()
	if a.key == "" {
		return k.org.WaitRetrieve(ctx, id, zipPath, progress)
	}
	result, err := k.org.WaitRetrieve(ctx, id, k.path(a.key, keptZip), progress)
	if a.started && ctx.Err() == nil && (err != nil || !result.Success) {
		return k.anew(ctx, a, progress)
	}
	if err != nil || !result.Success {
		return result, err
	}
	return result, k.write(a.key, kept{At: k.opts.Now(), Result: result})
}

// anew starts a retrieve again of which the org does not know any more.
func (k *Kept) anew(ctx context.Context, a asked, progress func(mdapi.RetrieveStatus)) (mdapi.RetrieveResult, error) {
	id, err := k.org.Retrieve(ctx, a.req)
	if err != nil {
		return mdapi.RetrieveResult{}, err
	}
	a.started = false
	k.remember(id, a)
	if err := k.write(a.key, kept{At: k.opts.Now(), ID: id}); err != nil {
		return mdapi.RetrieveResult{}, err
	}
	return k.WaitRetrieve(ctx, id, "", progress)
}

func (k *Kept) path(key, suffix string) string {
	return filepath.Join(k.opts.Dir, keptPrefix+key+suffix)
}

// note gives a note that is not too old: on a zip that is there, or on a retrieve
// that was under way.
func (k *Kept) note(key string) (kept, bool) {
	var note kept
	data, err := state.ReadSummed(k.path(key, keptNote))
	if err != nil || json.Unmarshal(data, &note) != nil {
		return kept{}, false
	}
	age := k.opts.Now().Sub(note.At)
	if age < 0 || age >= keptFor || note.ID != "" {
		return note, age >= 0 && age < keptFor
	}
	note.Result.ZipPath = k.path(key, keptZip)
	info, err := os.Stat(note.Result.ZipPath)
	return note, err == nil && info.Size() == note.Result.ZipSize
}

// read gives a note on a zip.
func (k *Kept) read(key string) (kept, bool) {
	note, ok := k.note(key)
	return note, ok && note.ID == ""
}

// Forget removes everything that is kept.
func (k *Kept) Forget() error {
	return k.sweep(func(string) bool { return true })
}

func (k *Kept) sweep(which func(key string) bool) error {
	entries, err := os.ReadDir(k.opts.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for zips that are kept: %w", err)
	}
	for _, e := range entries {
		name := strings.TrimPrefix(e.Name(), ".") // a download under way begins with a dot
		key, ok := strings.CutPrefix(name, keptPrefix)
		if !ok {
			continue
		}
		key, _, _ = strings.Cut(key, ".")
		if which(key) {
			err = cmp.Or(err, k.opts.FS.Remove(filepath.Join(k.opts.Dir, e.Name())))
		}
	}
	if err != nil {
		return fmt.Errorf("remove zips that are kept: %w", err)
	}
	return nil
}
