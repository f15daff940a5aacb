package snapshot

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// benchFiles is the size of the org in the benchmarks: half of the files lie in
// folders of objects, half in flat folders, as in a real one.
const benchFiles = 10_000

func benchOrg() (paths []string, contents [][]byte) {
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("fullName label type required true false description Text Number formula value default external unique sortOrder visible")
	for i := range benchFiles {
		path := fmt.Sprintf("classes/Class_%05d.cls", i)
		if i%2 == 0 {
			path = fmt.Sprintf("objects/Object_%03d__c/fields/Field_%05d__c.field", i/24, i)
		}
		var b strings.Builder
		b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<CustomField>\n")
		for n := 20 + r.IntN(120); n > 0; n-- {
			w := words[r.IntN(len(words))]
			fmt.Fprintf(&b, "    <%s>%s %d</%s>\n", w, words[r.IntN(len(words))], r.IntN(10_000), w)
		}
		b.WriteString("</CustomField>\n")
		paths, contents = append(paths, path), append(contents, []byte(b.String()))
	}
	return paths, contents
}

func benchSnapshot(b *testing.B, s *Store, paths []string, contents [][]byte) Published {
	b.Helper()
	unlock, err := s.Lock(b.Context(), "bench")
	if err != nil {
		b.Fatal(err)
	}
	defer unlock()
	old, err := s.Head(b.Context(), branchName)
	if err != nil && !isNoSnapshot(err) {
		b.Fatal(err)
	}
	batch, err := s.Begin(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer batch.Discard()
	entries := make([]tree.Entry, len(paths))
	for i, path := range paths {
		h, err := batch.Blob(contents[i])
		if err != nil {
			b.Fatal(err)
		}
		entries[i] = tree.Entry{Path: path, Hash: h}
	}
	if _, err := batch.Commit(b.Context(), spec(tree.New(entries), "bench")); err != nil {
		b.Fatal(err)
	}
	p, err := batch.Publish(b.Context(), branchName, old)
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func benchStore(b *testing.B) *Store {
	b.Helper()
	s, err := Init(b.Context(), b.TempDir(), testOptions())
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// reopened is a store as the next process has it.
func reopened(b *testing.B, s *Store) *Store {
	b.Helper()
	s, err := Open(s.Dir(), testOptions())
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func change(contents [][]byte, round int) [][]byte {
	out := append([][]byte(nil), contents...)
	for n := range 10 {
		i := n * len(out) / 10
		out[i] = append([]byte(fmt.Sprintf("<!-- %d -->\n", round)), out[i]...)
	}
	return out
}

func BenchmarkFirstSnapshot(b *testing.B) {
	paths, contents := benchOrg()
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		s := benchStore(b)
		b.StartTimer()
		benchSnapshot(b, s, paths, contents)
	}
}

func BenchmarkSnapshotWithTenChanges(b *testing.B) {
	paths, contents := benchOrg()
	s := benchStore(b)
	benchSnapshot(b, s, paths, contents)
	b.ReportAllocs()
	for round := 0; b.Loop(); round++ {
		b.StopTimer()
		changed := change(contents, round)
		b.StartTimer()
		if p := benchSnapshot(b, reopened(b, s), paths, changed); len(p.Commits) != 1 {
			b.Fatal(p)
		}
	}
}

func BenchmarkUnchangedSnapshot(b *testing.B) {
	paths, contents := benchOrg()
	s := benchStore(b)
	benchSnapshot(b, s, paths, contents)
	b.ReportAllocs()
	for b.Loop() {
		if p := benchSnapshot(b, reopened(b, s), paths, contents); len(p.Commits) != 0 {
			b.Fatal(p)
		}
	}
}

func BenchmarkReadTree(b *testing.B) {
	paths, contents := benchOrg()
	s := benchStore(b)
	p := benchSnapshot(b, s, paths, contents)
	b.ReportAllocs()
	for b.Loop() {
		t, err := reopened(b, s).Tree(b.Context(), p.Commits[0], "metadata")
		if err != nil || t.Len() != benchFiles {
			b.Fatal(t.Len(), err)
		}
	}
}

func BenchmarkReadAllFiles(b *testing.B) {
	paths, contents := benchOrg()
	s := benchStore(b)
	p := benchSnapshot(b, s, paths, contents)
	t, err := s.Tree(b.Context(), p.Commits[0], "metadata")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		for e := range t.All() {
			if _, err := s.Blob(b.Context(), e.Hash); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkManySnapshots reports what the packs of 151 snapshots take, against
// what git gc makes of them.
func BenchmarkManySnapshots(b *testing.B) {
	if _, err := exec.LookPath("git"); err != nil {
		b.Skip("git is not here")
	}
	const further = 150
	paths, contents := benchOrg()
	r := rand.New(rand.NewPCG(3, 4))
	for b.Loop() {
		s := benchStore(b)
		benchSnapshot(b, s, paths, contents)
		now := slices.Clone(contents)
		for round := range further {
			for range 10 {
				i := r.IntN(len(now))
				now[i] = append([]byte(fmt.Sprintf("<!-- %d -->\n", round)), now[i]...)
			}
			benchSnapshot(b, reopened(b, s), paths, now)
		}
		unlock, err := s.Lock(b.Context(), "bench")
		if err != nil {
			b.Fatal(err)
		}
		s.opts.mergeFrom = 2
		if err := s.mergePacks(b.Context(), nil); err != nil {
			b.Fatal(err)
		}
		unlock()
		size := func() (sum float64) {
			packs, err := filepath.Glob(filepath.Join(s.gitDir, "objects", "pack", "*.pack"))
			if err != nil {
				b.Fatal(err)
			}
			for _, pack := range packs {
				info, err := os.Stat(pack)
				if err != nil {
					b.Fatal(err)
				}
				sum += float64(info.Size())
			}
			return sum
		}
		ours := size()
		if out, err := exec.CommandContext(b.Context(), "git", "-C", s.Dir(), "gc", "--quiet", "--prune=now").CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		b.ReportMetric(ours/1e6, "MB")
		b.ReportMetric(ours/size(), "of-git-gc")
	}
}

// BenchmarkGit does with git what the benchmarks above do, from the files that a
// retrieve would have written.
func BenchmarkGit(b *testing.B) {
	if _, err := exec.LookPath("git"); err != nil {
		b.Skip("git is not here")
	}
	paths, contents := benchOrg()
	writeAll := func(b *testing.B, dir string, contents [][]byte, at time.Time) {
		b.Helper()
		for i, path := range paths {
			file := filepath.Join(dir, "metadata", filepath.FromSlash(path))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(file, contents[i], 0o600); err != nil {
				b.Fatal(err)
			}
			if err := os.Chtimes(file, at, at); err != nil {
				b.Fatal(err)
			}
		}
	}
	run := func(b *testing.B, dir string, args ...string) {
		b.Helper()
		cmd := exec.CommandContext(b.Context(), "git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "gc.auto=0"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	b.Run("FirstCommit", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			dir := b.TempDir()
			run(b, dir, "init", "-q")
			writeAll(b, dir, contents, fixed())
			b.StartTimer()
			run(b, dir, "add", "-A")
			run(b, dir, "commit", "-q", "-m", "first")
		}
	})
	b.Run("TenChangesOfARewrittenTree", func(b *testing.B) {
		dir := b.TempDir()
		run(b, dir, "init", "-q")
		writeAll(b, dir, contents, fixed())
		run(b, dir, "add", "-A")
		run(b, dir, "commit", "-q", "-m", "first")
		for round := 0; b.Loop(); round++ {
			b.StopTimer()
			writeAll(b, dir, change(contents, round), fixed().Add(time.Duration(round+1)*time.Second))
			b.StartTimer()
			run(b, dir, "add", "-A")
			run(b, dir, "commit", "-q", "-m", "next")
		}
	})
}
