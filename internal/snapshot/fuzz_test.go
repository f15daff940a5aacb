package snapshot

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func FuzzCommit(f *testing.F) {
	f.Add([]byte("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n" +
		"author Ada <a@example.com> 1700000000 +0100\ncommitter Kim <> 1700000000 -0730\nencoding x\ngpgsig -----BEGIN\n more\n\nsubject\n\nbody\n\nKey: value\n"))
	f.Add([]byte("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor\ncommitter <\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := parseCommit(ID{1}, raw)
		if err != nil {
			return
		}
		// Written again it says the same, as far as we write it.
		out := formatCommit(c.TreeID, c.Parents, CommitSpec{Author: c.Author, Message: c.Subject + "\n\n" + c.Body, Trailers: c.Trailers}, c.Committer)
		again, err := parseCommit(ID{1}, out)
		if err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		if again.TreeID != c.TreeID || len(again.Parents) != len(c.Parents) || bytes.IndexByte(out, 0) >= 0 {
			t.Errorf("%s\nbecame\n%s", raw, out)
		}
	})
}

func FuzzTree(f *testing.F) {
	f.Add(formatTree([]treeEntry{{modeFile, "a", ID{1}}, {modeDir, "a.b", ID{2}}, {modeExec, "a", ID{3}}}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		entries, err := parseTree(raw)
		if err != nil {
			return
		}
		again, err := parseTree(formatTree(entries))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(entries, again, cmp.AllowUnexported(treeEntry{})); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzIndex(f *testing.F) {
	f.Add(formatIndexFile([]indexEntry{{path: "a", id: ID{1}}, {path: "a/b", extended: flagSkipWorktree}, {path: strings.Repeat("x", 5000)}}))
	f.Add([]byte("DIRC\x00\x00\x00\x04\x00\x00\x00\x01"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > idSize { // a checksum of zeros counts for none
			raw = append(bytes.Clone(raw[:len(raw)-idSize]), make([]byte, idSize)...)
		}
		entries, err := parseIndex(raw)
		if err != nil {
			return
		}
		again, err := parseIndex(formatIndexFile(entries))
		if err != nil {
			t.Fatal(err)
		}
		for i := range entries {
			entries[i].flags &^= flagExtended
		}
		for i := range again {
			again[i].flags &^= flagExtended
		}
		if diff := cmp.Diff(entries, again, cmp.AllowUnexported(indexEntry{})); diff != "" {
			t.Error(diff)
		}
	})
}

// FuzzPack reads everything in a pack that anybody may have written.
func FuzzPack(f *testing.F) {
	s, err := Init(f.Context(), f.TempDir(), testOptions())
	if err != nil {
		f.Fatal(err)
	}
	dir := s.objects.packDir()
	w := packWriter{fsys: s.fsys, dir: dir}
	var b Batch
	for k, content := range map[kind]string{kindBlob: "content", kindCommit: "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\n", kindTree: ""} {
		stream, err := b.zlibStream([]byte(content), nil)
		if err != nil {
			f.Fatal(err)
		}
		if err := w.add(k, idOf(k, []byte(content)), len(content), stream); err != nil {
			f.Fatal(err)
		}
	}
	if _, err := w.seal(); err != nil {
		f.Fatal(err)
	}
	seed, err := os.ReadFile(w.file.Name())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed, formatIndex(w.records, w.sum))
	// A difference to an object before it, and one to itself.
	for _, back := range []byte{12, 0} {
		delta := []byte{7, 7, 0x90, 7}
		stream, err := b.zlibStream(delta, nil)
		if err != nil {
			f.Fatal(err)
		}
		record := append([]byte{byte(kindOfsDelta)<<4 | byte(len(delta)), back}, stream...)
		data := append(bytes.Clone(seed[:len(seed)-idSize]), record...)
		records := append([]packRecord{{id: ID{9}, offset: int64(len(seed) - idSize)}}, w.records...)
		f.Add(append(data, make([]byte, idSize)...), formatIndex(records, ID{}))
	}
	w.discard()
	f.Fuzz(func(t *testing.T, data, idx []byte) {
		o := newObjects(t.TempDir())
		if err := os.MkdirAll(o.packDir(), 0o700); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(o.packDir(), "pack-x")
		for ext, content := range map[string][]byte{".pack": data, ".idx": idx} {
			if err := os.WriteFile(name+ext, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		p := &pack{name: name}
		if p.load() != nil {
			return
		}
		if _, err := p.check(true); err != nil {
			t.Fatal(err)
		}
		for i := range min(p.count(), 100) {
			if k, content, err := o.read(p.id(i)); err == nil && idOf(k, content) != p.id(i) {
				t.Errorf("%s is %s", p.id(i), idOf(k, content))
			}
		}
	})
}

func FuzzDelta(f *testing.F) {
	f.Add([]byte("0123456789"), []byte{10, 4, 0x91, 2, 3, 1, 'x'})
	f.Add([]byte("0123456789"), []byte{10, 0})
	f.Fuzz(func(t *testing.T, from, delta []byte) {
		out, err := applyDelta(from, delta)
		if err == nil && len(out) > 1<<30 {
			t.Errorf("%d bytes", len(out))
		}
	})
}

func FuzzLooseObject(f *testing.F) {
	var b Batch
	stream, err := b.zlibStream([]byte("blob 3\x00abc"), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(stream)
	f.Fuzz(func(t *testing.T, raw []byte) {
		if k, _, err := readLoose(bytes.NewReader(raw)); err == nil && k == 0 {
			t.Error("an object of no kind")
		}
	})
}

func FuzzRef(f *testing.F) {
	f.Add([]byte("ref: refs/heads/main\n"))
	f.Add([]byte("4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"))
	f.Add([]byte("\x00\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := parseRef("refs/heads/x", text)
		if err == nil && v.id.IsZero() == (v.target == "") {
			t.Errorf("%+v", v)
		}
		if v.target != "" && (strings.Contains(v.target, "..") || !strings.HasPrefix(v.target, "refs/")) {
			t.Errorf("it leads out of the repository: %q", v.target)
		}
	})
}

func FuzzRevision(f *testing.F) {
	for _, rev := range []string{"prod~1^2", "prod@2026-11-02T14:00Z~3", "v1^{commit}", "@{", "a^^^", "~"} {
		f.Add(rev)
	}
	f.Fuzz(func(t *testing.T, rev string) {
		if name, steps, ok := cutSteps(rev); ok && !strings.HasPrefix(rev, name) {
			t.Errorf("%q gives %q and %v", rev, name, steps)
		}
		_, _ = parseMoment(rev, time.UTC)
	})
}
