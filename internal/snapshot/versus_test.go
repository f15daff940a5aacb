package snapshot

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/orgkeep/orgkeep/internal/mdzip"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// versusVariable makes this test binary a process that does one job of
// .ci/versus-git, so that its time and memory can be measured beside git's.
const versusVariable = "ORGKEEP_TEST_VERSUS"

// versus does a job; args are folders and files.
func versus(job string, args []string) error {
	jobs := map[string]func(ctx context.Context, args []string) error{
		"generate": versusGenerate, "unpack": versusUnpack, "snapshot": versusSnapshot, "diff": versusDiff, "package": versusPackage, "sweep": versusSweep, "hold": versusHold,
	}
	do, ok := jobs[job]
	if !ok {
		return fmt.Errorf("no job %q", job)
	}
	return do(context.Background(), args)
}

// versusGenerate DIR N makes an org of N files: canonical.zip as it is stored,
// foreign.zip in which every file has another form, next.zip with ten changes.
func versusGenerate(_ context.Context, args []string) error {
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	norm, err := normalize.New()
	if err != nil {
		return err
	}
	const seed = 7
	r := rand.New(rand.NewPCG(seed, seed))
	zips := map[string]*zip.Writer{}
	for _, name := range []string{"canonical", "foreign", "next"} {
		f, err := os.Create(filepath.Join(args[0], name+".zip"))
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // the writer's Close reports
		zips[name] = zip.NewWriter(f)
	}
	for i := range n {
		path, content := versusFile(r, i)
		content = norm.Bytes(path, content).Output
		next := content
		if i%(n/10) == n/20 {
			next = bytes.Replace(content, []byte("<label>"), []byte("<label>changed "), 1)
		}
		// Other white space, which the normalizer has to take out.
		foreign := bytes.ReplaceAll(content, []byte("\n    "), []byte("\n\t"))
		for name, text := range map[string][]byte{"canonical": content, "foreign": foreign, "next": next} {
			w, err := zips[name].Create(path)
			if err == nil {
				_, err = w.Write(text)
			}
			if err != nil {
				return err
			}
		}
	}
	for _, z := range zips {
		if err := z.Close(); err != nil {
			return err
		}
	}
	return nil
}

// versusFile is half custom metadata of 0.5 to 5 KB, half layouts, of which some
// are large.
func versusFile(r *rand.Rand, i int) (string, []byte) {
	words := strings.Fields("Account Amount Stage Owner Region Status Priority Target Renewal Partner Invoice Segment Discount Channel Product Forecast")
	word := func() string { return words[r.IntN(len(words))] + strconv.Itoa(r.IntN(900)) }
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	if i%2 == 0 {
		fmt.Fprintf(&b, "<CustomMetadata xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <label>%s</label>\n    <protected>false</protected>\n", word())
		for n := 3 + r.IntN(20); n > 0; n-- {
			fmt.Fprintf(&b, "    <values>\n        <field>%s_%02d__c</field>\n        <value>%s %s</value>\n    </values>\n", word(), n, word(), word())
		}
		b.WriteString("</CustomMetadata>\n")
		return fmt.Sprintf("customMetadata/Type_%03d.Record_%05d.md", i/24, i), []byte(b.String())
	}
	fmt.Fprintf(&b, "<Layout xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <layoutSections>\n        <label>%s</label>\n        <layoutColumns>\n", word())
	n := 10 + r.IntN(60)
	if i%5000 == 1 {
		n = 4000
	}
	for ; n > 0; n-- {
		fmt.Fprintf(&b, "            <layoutItems>\n                <behavior>Edit</behavior>\n                <field>%s_%s__c</field>\n            </layoutItems>\n", word(), word())
	}
	b.WriteString("        </layoutColumns>\n    </layoutSections>\n</Layout>\n")
	return fmt.Sprintf("layouts/Object_%04d__c-Layout %05d.layout", i/8, i), []byte(b.String())
}

// versusUnpack ZIP DIR writes the files, for git to add.
func versusUnpack(_ context.Context, args []string) error {
	z, err := zip.OpenReader(args[0])
	if err != nil {
		return err
	}
	defer z.Close() //nolint:errcheck // a reader
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			return err
		}
		content, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		name := filepath.Join(args[1], "metadata", filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// versusSnapshot REPO ZIP takes a snapshot as a retrieve does, from the zip on.
func versusSnapshot(ctx context.Context, args []string) error {
	return snapshotOf(ctx, args[0], args[1], nil)
}

// versusSweep REPO ZIP does the same for .ci/strace-sweep, with machine state, and
// what it changes on the disk from one thread: strace counts calls by thread.
func versusSweep(ctx context.Context, args []string) error {
	runtime.LockOSThread()
	return snapshotOf(ctx, args[0], args[1], []byte(filepath.Base(args[1])))
}

// versusHold REPO holds the lock until it is killed or its input ends.
func versusHold(ctx context.Context, args []string) error {
	s, err := Open(args[0], testOptions())
	if err != nil {
		return err
	}
	unlock, err := s.Lock(ctx, "versus")
	if err != nil {
		return err
	}
	defer unlock()
	fmt.Println("held")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func snapshotOf(ctx context.Context, repo, name string, listing []byte) error {
	s, err := Init(ctx, repo, testOptions())
	if err != nil {
		return err
	}
	unlock, err := s.Lock(ctx, "versus")
	if err != nil {
		return err
	}
	defer unlock()
	old, err := s.Head(ctx, branchName)
	if err != nil && !isNoSnapshot(err) {
		return err
	}
	var before tree.Tree
	if !old.IsZero() {
		if before, err = s.Tree(ctx, old, "metadata"); err != nil {
			return err
		}
	}
	b, err := s.Begin(ctx)
	if err != nil {
		return err
	}
	defer b.Discard()
	b.Recall(branchName)
	now, err := versusStore(b, before, name)
	if err != nil {
		return err
	}
	if err := b.Keep("listing", listing); err != nil {
		return err
	}
	if _, err := b.Commit(ctx, spec(now, "versus")); err != nil && !errors.Is(err, ErrUnchanged) {
		return err
	}
	_, err = b.Publish(ctx, branchName, old)
	return err
}

func versusStore(b *Batch, before tree.Tree, name string) (tree.Tree, error) {
	norm, err := normalize.New()
	if err != nil {
		return tree.Tree{}, err
	}
	archive, err := mdzip.Open(name, "", mdzip.DefaultLimits())
	if err != nil {
		return tree.Tree{}, err
	}
	defer archive.Close() //nolint:errcheck // a reader
	if err := archive.Fingerprint(norm.Fingerprint()); err != nil {
		return tree.Tree{}, err
	}
	in := archive.InOrder()
	entries := make([]tree.Entry, len(in))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range in {
		sum, _ := f.Sum()
		base, had := before.Get(f.Name)
		if known, ok := b.Known(sum); ok && had && known == base {
			entries[i] = tree.Entry{Path: f.Name, Hash: known}
			continue
		}
		group.Go(func() error {
			raw, stream, err := f.Unpack()
			if err != nil {
				return err
			}
			result := norm.Bytes(f.Name, raw)
			if result.Refused != nil {
				return result.Refused
			}
			var id tree.Hash
			if had {
				id = tree.HashOf(result.Output)
			}
			switch {
			case had && base == id:
			case result.Unchanged && stream != nil:
				id, err = b.BlobDeflated(result.Output, stream, f.CRC32())
			default:
				id, err = b.Blob(result.Output)
			}
			entries[i] = tree.Entry{Path: f.Name, Hash: id}
			b.Learn(sum, id)
			return err
		})
	}
	err = group.Wait()
	return tree.New(entries), err
}

// versusDiff REPO prints in how many milliseconds the paths that two commits
// differ at were found.
func versusDiff(ctx context.Context, args []string) error {
	s, err := Open(args[0], testOptions())
	if err != nil {
		return err
	}
	head, err := s.Head(ctx, branchName)
	if err != nil {
		return err
	}
	begin := time.Now()
	c, err := s.Load(ctx, head)
	if err != nil {
		return err
	}
	parent, err := s.Load(ctx, c.Parents[0])
	if err != nil {
		return err
	}
	r := s.objects.reader()
	defer r.close()
	changes, err := diffTrees(ctx, r, parent.TreeID, c.TreeID)
	if err == nil && len(changes) != 10 {
		err = fmt.Errorf("%d changes", len(changes))
	}
	fmt.Printf("%.2f\n", float64(time.Since(begin).Microseconds())/1000)
	return err
}

// versusPackage REPO ZIP writes all files of the newest commit into a zip.
func versusPackage(ctx context.Context, args []string) error {
	s, err := Open(args[0], testOptions())
	if err != nil {
		return err
	}
	head, err := s.Head(ctx, branchName)
	if err != nil {
		return err
	}
	t, err := s.Tree(ctx, head, "metadata")
	if err != nil {
		return err
	}
	f, err := os.Create(args[1])
	if err != nil {
		return err
	}
	blobs, done := s.Bulk()
	defer done()
	w := mdzip.NewWriter(f)
	for e := range t.All() {
		content, stream, err := blobs.Deflated(ctx, e.Hash)
		switch {
		case err != nil:
		case stream != nil:
			err = w.AddDeflated(e.Path, content, stream)
		default:
			err = w.Add(e.Path, content)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(w.Close(), f.Close())
}
