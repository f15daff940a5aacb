package snapshot

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// What comes from an org or a user must never make a commit that git refuses.
func TestNoTextMakesACommitThatGitRefuses(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	at := func(seconds int64, zone int) time.Time { return time.Unix(seconds, 0).In(time.FixedZone("", zone)) }
	for i, c := range []CommitSpec{
		{Author: Signature{Name: "", Email: ""}},
		{Author: Signature{Name: "<Ada> Lovelace>", Email: "<ada@example.com>"}},
		{Author: Signature{Name: "Ada\nLovelace\x00", Email: "a\n b@example.com\r\n"}},
		{Author: Signature{Name: "\xff\xfe", Email: "\x80@example.com"}},
		{Author: Signature{Name: "...,;\"", Email: ".", When: at(-62135596800, 0)}},
		{Author: Signature{Name: "Ada", Email: "a", When: at(1<<40, 0)}},
		{Author: Signature{Name: "Ada", Email: "a", When: at(1700000000, 15*3600)}},
		{Author: Signature{Name: "Ada", Email: "a", When: at(1700000000, -14*3600)}},
		{Author: Signature{Name: "Ada", Email: "a", When: at(1700000000, 5*3600+45*60+17)}},
		{Author: Signature{Name: "Ж ö 日本", Email: "ж@example.com"}, Message: "\x00\xff subject\r\n\r\nbody\r\n"},
		{Author: Signature{Name: "Ada", Email: "a"}, Message: "  \n\n"},
		{Author: Signature{Name: "Ada", Email: "a"}, Message: "s", Trailers: []Trailer{{"Key", "a\nb\x00\xff"}}},
	} {
		c.Root, c.Extra = "metadata", map[string][]byte{"n": []byte(strings.Repeat("n", i))}
		if c.Message == "" {
			c.Message = "nothing special"
		}
		b, err := s.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Publish(t.Context(), branchName, head(t, s)); err != nil {
			t.Fatal(err)
		}
	}
	fsck(t, s.Dir())
}

func TestPathsThatGitRefusesAreRefused(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	for _, path := range []string{
		"", ".", "..", "a/../b", "/a", "a/", "a//b", ".git/config", "a/.git", ".GIT/x", ".git /x", ".git.", "git~1", ".git::$INDEX_ALLOCATION/x", "a\\b", "a\x00b",
	} {
		b, err := s.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		h, err := b.Blob([]byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		file, extra, root := spec(tree.New([]tree.Entry{{Path: path, Hash: h}}), "one"), spec(tree.Tree{}, "one"), spec(tree.Tree{}, "one")
		extra.Extra = map[string][]byte{path: []byte("x")}
		root.Root = path
		for name, c := range map[string]CommitSpec{"file": file, "extra": extra, "root": root} {
			if _, err := b.buildTree(t.Context(), ID{}, c); err == nil {
				t.Errorf("%q was taken as %s", path, name)
			}
		}
		b.Discard()
	}
	if _, err := s.Head(t.Context(), branchName); !errors.Is(err, ErrNoSnapshot) {
		t.Errorf("got %v", err)
	}
}

func TestACommitNeedsTheContentOfItsFiles(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	b, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Discard()
	c := spec(tree.New([]tree.Entry{{Path: "a", Hash: tree.HashOf([]byte("never stored"))}}), "one")
	if _, err := b.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Publish(t.Context(), branchName, ID{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestARunOfSeveralCommits(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	first := snap(t, s, files{"a": "1", "b": "1", "c": "1"}, "first").Commits[0]
	trees := func(t *testing.T, b *Batch, all ...files) []tree.Tree {
		t.Helper()
		var out []tree.Tree
		for _, f := range all {
			root, err := f.put(b)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, root)
		}
		return out
	}
	steps := []files{
		{"a": "2", "b": "1", "c": "1"},
		{"a": "2", "b": "1", "c": "1"}, // changes nothing, and is left out
		{"a": "2", "b": "2", "c": "1"},
		{"a": "2", "b": "2", "c": "1"}, // the last, and the snapshot
	}
	for name, parent := range map[string]ID{"onto a parent that is known": first, "onto what is there": {}} {
		t.Run(name, func(t *testing.T) {
			b, err := s.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer b.Discard()
			var unchanged int
			for i, root := range trees(t, b, steps...) {
				c := spec(root, "step")
				if i < len(steps)-1 {
					c.Trailers = nil
				}
				c.Parent = parent
				id, err := b.Commit(t.Context(), c)
				if errors.Is(err, ErrUnchanged) {
					unchanged++
				} else if err != nil || id.IsZero() != parent.IsZero() {
					t.Fatal(id, err)
				}
			}
			if parent.IsZero() == (unchanged > 0) {
				t.Errorf("%d unchanged", unchanged)
			}
			if !parent.IsZero() {
				return // not published: the next begins where this did
			}
			p, err := b.Publish(t.Context(), branchName, first)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Commits) != 3 {
				t.Fatalf("commits: %v", p.Commits)
			}
			last, err := s.Load(t.Context(), p.Commits[2])
			if err != nil {
				t.Fatal(err)
			}
			if !last.IsSnapshot() || last.Parents[0] != p.Commits[1] {
				t.Errorf("the last is %+v", last)
			}
		})
	}
	fsck(t, s.Dir())
}

func TestABranchThatMovedIsNotOverwritten(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	first := snap(t, s, files{"a": "1"}, "first").Commits[0]
	b, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Discard()
	root, err := files{"a": "2"}.put(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Commit(t.Context(), spec(root, "second")); err != nil {
		t.Fatal(err)
	}
	user := git(t, s.Dir(), "commit-tree", "-p", first.String(), "-m", "mine", branchName+"^{tree}")
	git(t, s.Dir(), "update-ref", branchPrefix+branchName, user)
	if _, err := b.Publish(t.Context(), branchName, first); !errors.Is(err, ErrMoved) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(user, head(t, s).String()); diff != "" {
		t.Error(diff)
	}
}

func TestWritingNeedsTheLock(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for name, f := range map[string]func() error{
		"begin":  func() error { _, err := s.Begin(t.Context()); return err },
		"repair": func() error { _, err := s.Repair(t.Context(), branchName); return err },
		"fetch":  func() error { _, err := s.Fetch(t.Context(), Remote{}, branchName); return err },
		"push":   func() error { _, err := s.Push(t.Context(), Remote{}, []string{branchName}, nil); return err },
	} {
		if err := f(); !errors.Is(err, ErrNotLocked) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTagsAreNotMoved(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	id := snap(t, s, files{"a": "1"}, "first").Commits[0]
	tagger := Signature{Name: "Kim", Email: "kim@example.com", When: fixed()}
	if err := s.Tag(t.Context(), "v2026.11", id, tagger, "the November release\n"); err != nil {
		t.Fatal(err)
	}
	fsck(t, s.Dir())
	want := "v2026.11 Kim <kim@example.com> " + id.String() + " the November release"
	if diff := cmp.Diff(want, git(t, s.Dir(), "for-each-ref", "--format=%(refname:short) %(taggername) %(taggeremail) %(object) %(subject)", "refs/tags")); diff != "" {
		t.Error(diff)
	}
	for name, err := range map[string]error{
		"v2026.11":   ErrExists, // it is there
		"v2026.11/x": ErrExists, // and would have to be a folder
	} {
		if got := s.Tag(t.Context(), name, id, tagger, ""); !errors.Is(got, err) {
			t.Errorf("%s: %v", name, got)
		}
	}
	git(t, s.Dir(), "pack-refs", "--all")
	if err := s.Tag(t.Context(), "v2026.11", id, tagger, ""); !errors.Is(err, ErrExists) {
		t.Errorf("a packed one: %v", err)
	}
	for _, name := range []string{"", "a..b", "a b", "-x", "x.lock", "../../config", "a~1"} {
		if err := s.Tag(t.Context(), name, id, tagger, ""); err == nil {
			t.Errorf("%q was taken", name)
		}
	}
	if p := lookAt(t, s.Dir()); len(p.Left) > 0 {
		t.Errorf("left: %v", p.Left)
	}
}

func TestABranchCannotLieInAnother(t *testing.T) {
	t.Parallel()
	for _, packed := range []bool{false, true} {
		s := newStore(t)
		lock(t, s)
		snap(t, s, files{"a": "1"}, "first")
		git(t, s.Dir(), "branch", "team", branchName)
		if packed {
			git(t, s.Dir(), "pack-refs", "--all")
		}
		b, err := s.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer b.Discard()
		root, err := files{"a": "2"}.put(b)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Commit(t.Context(), spec(root, "other")); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Publish(t.Context(), "team/prod", ID{}); err == nil {
			t.Error("refs/heads/team and refs/heads/team/prod")
		}
		fsck(t, s.Dir())
		if p := lookAt(t, s.Dir()); len(p.Left) > 0 {
			t.Errorf("left: %v", p.Left)
		}
	}
}

// Git leaves the folders of deleted branches behind.
func TestEmptyFoldersMakeRoomForABranch(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	write(t, s.Dir(), ".git/refs/heads/org/prod/x/y", "")
	remove(t, s.refFile("refs/heads/org/prod/x/y"))
	snap(t, s, files{"a": "1"}, "first")
	fsck(t, s.Dir())
}
