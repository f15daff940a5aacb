package snapshot

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// damageable is a repository with everything that can be damaged: two packs, loose
// objects, loose and packed refs.
func damageable(t *testing.T) *Store {
	t.Helper()
	s := newStore(t)
	lock(t, s)
	snap(t, s, files{"a": strings.Repeat("some text\n", 50), "b/c": "2", "d": "\x00\x01"}, "first")
	git(t, s.Dir(), "tag", "-a", "-m", "one", "v1", branchName)
	git(t, s.Dir(), "pack-refs", "--all")
	snap(t, s, files{"a": strings.Repeat("some text\n", 51), "b/c": "3", "d": "\x00\x02"}, "second")
	git(t, s.Dir(), "checkout", "-q", "-b", "user", branchName)
	write(t, s.Dir(), "README.md", "mine\n")
	git(t, s.Dir(), "add", "-A")
	git(t, s.Dir(), "commit", "-q", "-m", "mine")
	return s
}

func findings(t *testing.T, s *Store, readData bool) []Finding {
	t.Helper()
	r, err := s.Fsck(t.Context(), FsckOptions{ReadData: readData})
	if err != nil {
		t.Fatal(err)
	}
	return r.Findings
}

func TestAHealthyRepositoryHasNoFindings(t *testing.T) {
	t.Parallel()
	s := damageable(t)
	for _, readData := range []bool{false, true} {
		if found := findings(t, s, readData); len(found) > 0 {
			t.Errorf("read data %v: %v", readData, found)
		}
	}
	git(t, s.Dir(), "gc", "--quiet")
	if found := findings(t, s, true); len(found) > 0 {
		t.Errorf("after git gc: %v", found)
	}
	clone := t.TempDir()
	git(t, clone, "clone", "-q", "--depth", "1", "--branch", branchName, "file://"+s.Dir(), "shallow")
	shallow, err := Open(filepath.Join(clone, "shallow"), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	if found := findings(t, shallow, true); len(found) > 0 {
		t.Errorf("a shallow clone: %v", found)
	}
}

// mutation is one way in which storage fails.
type mutation struct {
	file string
	data []byte // nil deletes
}

func mutate(r *rand.Rand, names []string, contents map[string][]byte) mutation {
	name := names[r.IntN(len(names))]
	data := bytes.Clone(contents[name])
	switch r.IntN(4) {
	case 0:
		i := r.IntN(len(data))
		data[i] ^= 1 << r.IntN(8)
	case 1:
		data = data[:r.IntN(len(data))]
	case 2:
		return mutation{name, nil}
	default:
		var same []string
		for _, other := range names {
			if filepath.Ext(other) == filepath.Ext(name) && filepath.Dir(other) == filepath.Dir(name) && !bytes.Equal(contents[other], data) {
				same = append(same, other)
			}
		}
		if len(same) == 0 {
			return mutation{name, []byte{}}
		}
		data = bytes.Clone(contents[same[r.IntN(len(same))]])
	}
	return mutation{name, data}
}

func TestEveryDamageIsFound(t *testing.T) {
	t.Parallel()
	s := damageable(t)
	contents := map[string][]byte{}
	var names []string
	gitDir := filepath.Join(s.Dir(), ".git")
	walkFiles(t, gitDir, func(rel string, content []byte) {
		if strings.HasPrefix(rel, "objects/") || strings.HasPrefix(rel, "refs/heads/") || strings.HasPrefix(rel, orgkeepPrefix) || rel == "packed-refs" {
			names = append(names, rel)
			contents[rel] = content
		}
	})
	slices.Sort(names)
	const seed = 20261124
	mutations := studied(400, 2000)
	r := rand.New(rand.NewPCG(seed, seed))
	for n := range mutations {
		m := mutate(r, names, contents)
		file := filepath.Join(gitDir, filepath.FromSlash(m.file))
		// Git leaves objects and packs read-only.
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if m.data != nil {
			if err := os.WriteFile(file, m.data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		report, err := s.Fsck(t.Context(), FsckOptions{ReadData: true})
		if err != nil {
			t.Fatalf("mutation %d of %s: %v", n, m.file, err)
		}
		if !named(report, m.file) && !harmless(t, m, contents) {
			t.Errorf("mutation %d of %s (%d of %d bytes): found %v", n, m.file, len(m.data), len(contents[m.file]), report.Findings)
		}
		for _, f := range report.Findings {
			if f.Problem == "" || f.Repair == "" {
				t.Errorf("mutation %d of %s: %+v", n, m.file, f)
			}
		}
		if err := os.WriteFile(file, contents[m.file], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if found := findings(t, s, true); len(found) > 0 {
		t.Errorf("all is as it was: %v", found)
	}
}

// named tells whether a report leads to a file. Of a pack and its index, which
// belong together, either will do when the other is gone; a loose object that is
// gone, or empty, is named by its id.
func named(r FsckReport, file string) bool {
	pack, _, isPack := strings.Cut(file, ".")
	for _, f := range r.Findings {
		id, object := strings.CutPrefix(f.File, "object ")
		switch {
		case f.File == file,
			isPack && strings.HasPrefix(f.File, pack+"."),
			object && strings.HasPrefix(file, "objects/pack/"),
			object && file == "objects/"+id[:2]+"/"+id[2:],
			strings.HasPrefix(f.File, "refs/") && strings.Contains(f.Problem, strings.Replace(strings.TrimPrefix(file, "objects/"), "/", "", 1)[:7]):
			return true
		}
	}
	return false
}

// harmless: a digit in capitals is the same digit, bits after the end of a stream
// are read by nobody, and a branch of the user's that is gone was perhaps deleted. So
// was one of three anchors, or what can be made anew; one anchor for another is still a
// good head.
func harmless(t *testing.T, m mutation, contents map[string][]byte) bool {
	t.Helper()
	was := contents[m.file]
	same := strings.EqualFold(strings.TrimSpace(string(m.data)), strings.TrimSpace(string(was)))
	switch {
	case strings.HasPrefix(m.file, "refs/heads/user"):
		return m.data == nil || same
	case m.file == "packed-refs":
		return true
	case strings.HasPrefix(m.file, orgkeepPrefix):
		return m.data == nil || same || strings.Contains(m.file, "/anchors/") && slices.ContainsFunc(slices.Collect(maps.Values(contents)), func(other []byte) bool { return bytes.Equal(other, m.data) && len(other) > 0 })
	case strings.HasPrefix(m.file, "refs/"):
		return same
	case strings.HasPrefix(m.file, "objects/") && !strings.Contains(m.file, "pack"):
		_, a, err := readLoose(bytes.NewReader(m.data))
		_, b, _ := readLoose(bytes.NewReader(was))
		return err == nil && bytes.Equal(a, b)
	}
	return false
}

func TestADamagedBranchIsRepairedFromItsAnchors(t *testing.T) {
	t.Parallel()
	other := strings.Repeat("a", 40) + "\n"
	for name, damage := range map[string]func(t *testing.T, s *Store, ref string){
		"an empty ref": func(t *testing.T, s *Store, _ string) { t.Helper(); write(t, s.gitDir, branchPrefix+branchName, "") },
		"a ref of zeros": func(t *testing.T, s *Store, _ string) {
			t.Helper()
			write(t, s.gitDir, branchPrefix+branchName, strings.Repeat("\x00", 41))
		},
		"a ref that is cut": func(t *testing.T, s *Store, _ string) {
			t.Helper()
			write(t, s.gitDir, branchPrefix+branchName, other[:20])
		},
		"a ref to nothing":   func(t *testing.T, s *Store, _ string) { t.Helper(); write(t, s.gitDir, branchPrefix+branchName, other) },
		"a ref that is gone": func(t *testing.T, s *Store, ref string) { t.Helper(); remove(t, ref) },
		"a new root":         func(t *testing.T, s *Store, _ string) { t.Helper(); newRoot(t, s) },
		"a branch set back": func(t *testing.T, s *Store, _ string) {
			t.Helper()
			git(t, s.Dir(), "update-ref", branchPrefix+branchName, branchName+"~1")
		},
		"an anchor gone too": func(t *testing.T, s *Store, ref string) {
			t.Helper()
			remove(t, ref)
			remove(t, s.refFile(anchorRef(branchName, 2)))
		},
		"all anchors but last": func(t *testing.T, s *Store, ref string) {
			t.Helper()
			remove(t, ref)
			remove(t, s.refFile(anchorRef(branchName, 1)))
			remove(t, s.refFile(anchorRef(branchName, 2)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			lock(t, s)
			var ids []ID
			for _, content := range []string{"1", "2", "3"} {
				ids = append(ids, snap(t, s, files{"a": content}, content).Commits...)
			}
			damage(t, s, s.refFile(branchPrefix+branchName))
			for what, f := range map[string]func() error{
				"head":    func() error { _, err := s.Head(t.Context(), branchName); return err },
				"publish": func() error { return publishOnto(t, s, ids[2]) },
				"root":    func() error { return publishOnto(t, s, ID{}) },
				"resolve": func() error { _, err := s.Resolve(t.Context(), "prod", aliases("prod")); return err },
			} {
				var damaged *DamagedError
				if err := f(); !errors.As(err, &damaged) {
					t.Errorf("%s: got %v", what, err)
				}
			}
			found := findings(t, s, false)
			if !slices.ContainsFunc(found, func(f Finding) bool {
				return f.File == branchPrefix+branchName && f.Repair == "orgkeep fsck --repair"
			}) {
				t.Errorf("findings: %v", found)
			}
			want := ids[2]
			if name == "all anchors but last" {
				want = ids[0]
			}
			if id, err := s.Repair(t.Context(), branchName); err != nil || id != want {
				t.Fatalf("repaired to %s, %v", id, err)
			}
			if found := findings(t, s, true); len(found) > 0 {
				t.Errorf("after the repair: %v", found)
			}
			if got := head(t, s); got != want {
				t.Errorf("head is %s", got)
			}
			snap(t, s, files{"a": "4"}, "4")
			fsck(t, s.Dir())
			if again, err := s.Repair(t.Context(), branchName); err != nil || again != head(t, s) {
				t.Errorf("a repair of what is well: %s, %v", again, err)
			}
		})
	}
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

// newRoot is what go-git makes of an empty ref.
func newRoot(t *testing.T, s *Store) {
	t.Helper()
	root := git(t, s.Dir(), "commit-tree", "-m", "root", branchName+"^{tree}")
	git(t, s.Dir(), "update-ref", branchPrefix+branchName, root)
}

func publishOnto(t *testing.T, s *Store, old ID) error {
	t.Helper()
	b, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Discard()
	root, err := files{"a": "new"}.put(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Commit(t.Context(), spec(root, "new")); err != nil {
		t.Fatal(err)
	}
	_, err = b.Publish(t.Context(), branchName, old)
	return err
}

// aliases knows these orgs.
func aliases(known ...string) ResolveOptions {
	return ResolveOptions{BranchOf: func(alias string) (string, bool) { return "org/" + alias, slices.Contains(known, alias) }}
}

func TestFindingsNameTheRepair(t *testing.T) {
	t.Parallel()
	s := damageable(t)
	idx, err := filepath.Glob(filepath.Join(s.gitDir, "objects", "pack", "*.idx"))
	if err != nil || len(idx) < 2 {
		t.Fatal(idx, err)
	}
	remove(t, idx[0])
	rel, err := filepath.Rel(s.Dir(), strings.TrimSuffix(idx[0], ".idx"))
	if err != nil {
		t.Fatal(err)
	}
	rel = filepath.ToSlash(rel)
	found := findings(t, s, false)
	want := Finding{strings.TrimPrefix(rel, ".git/") + ".pack", "the pack has no index", "rm -f " + rel + ".idx && git index-pack " + rel + ".pack"}
	if i := slices.IndexFunc(found, func(f Finding) bool { return f.File == want.File }); i < 0 || !cmp.Equal(want, found[i]) {
		t.Fatalf("want %v in %v", want, found)
	}
	git(t, s.Dir(), "index-pack", rel+".pack")
	if found := findings(t, s, true); len(found) > 0 {
		t.Errorf("after the repair: %v", found)
	}
}

func TestAPackIsRepairedBeforeItsBranchIsSetBack(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	snap(t, s, files{"a": "1"}, "1")
	before := packsOf(t, s)
	snap(t, s, files{"a": "2"}, "2")
	newest := packsOf(t, s)
	newest = slices.DeleteFunc(newest, func(name string) bool { return slices.Contains(before, name) })
	remove(t, newest[0]+".idx")
	for _, f := range findings(t, s, false) {
		if f.File == branchPrefix+branchName && !strings.Contains(f.Repair, "git index-pack") {
			t.Errorf("got %+v", f)
		}
	}
	fresh, err := Open(s.Dir(), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	fresh.setHeld(s.held)
	if _, err := fresh.Repair(t.Context(), branchName); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "git index-pack") {
		t.Errorf("it was set back: %v", err)
	}
	git(t, s.Dir(), "index-pack", newest[0]+".pack")
	if found := findings(t, s, true); len(found) > 0 {
		t.Errorf("after the repair: %v", found)
	}
}
