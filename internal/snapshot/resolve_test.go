package snapshot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// daily is a branch with a snapshot at 12:00 UTC of each of so many days from
// 2026-11-01 on, each after a commit of another author.
func daily(t *testing.T, days int) (s *Store, snapshots, others []ID) {
	t.Helper()
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	opts := testOptions()
	opts.Now = func() time.Time { return now }
	s, err := Init(t.Context(), t.TempDir(), opts)
	if err != nil {
		t.Fatal(err)
	}
	lock(t, s)
	for day := range days {
		b, err := s.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer b.Discard()
		for n, text := range []string{"by another", "rest"} {
			root, err := files{"a": strings.Repeat("x", 10*day+n)}.put(b)
			if err != nil {
				t.Fatal(err)
			}
			c := spec(root, text)
			if n == 0 {
				c.Trailers = nil
			}
			if _, err := b.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		p, err := b.Publish(t.Context(), branchName, head(t, s))
		if err != nil {
			t.Fatal(err)
		}
		others, snapshots = append(others, p.Commits[0]), append(snapshots, p.Commits[1])
		now = now.AddDate(0, 0, 1)
	}
	return s, snapshots, others
}

func TestRevisionsAreFound(t *testing.T) {
	t.Parallel()
	s, snapshots, others := daily(t, 4)
	tag := func(name string, id ID) {
		if err := s.Tag(t.Context(), name, id, Signature{Name: "Kim", Email: "k@example.com", When: fixed()}, name+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	tag("v1", snapshots[1])
	tag("test", snapshots[0]) // of the same name as an alias
	git(t, s.Dir(), "tag", "light", snapshots[2].String())
	git(t, s.Dir(), "tag", "-a", "-m", "of a tag", "twice", "v1")
	git(t, s.Dir(), "update-ref", "refs/remotes/origin/main", snapshots[0].String())
	git(t, s.Dir(), "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
	git(t, s.Dir(), "update-ref", "refs/heads/org/test", snapshots[3].String())
	git(t, s.Dir(), "update-ref", "--no-deref", "HEAD", others[2].String())
	newest := snapshots[3]
	for rev, want := range map[string]ID{
		"prod":                                newest,
		"prod~0":                              newest,
		"prod~1":                              snapshots[2],
		"prod~3":                              snapshots[0],
		"prod^":                               snapshots[2],
		"prod^^":                              snapshots[1],
		"prod~1^":                             snapshots[1],
		"prod@2026-11-02":                     snapshots[1],
		"prod@2026-11-30":                     newest,
		"prod@2026-11-03T12:00Z":              snapshots[2],
		"prod@2026-11-03T11:59Z":              snapshots[1],
		"prod@2026-11-03T12:00:00Z":           snapshots[2],
		"prod@2026-11-03T14:00+02:00":         snapshots[2],
		"prod@2026-11-03T13:59+02:00":         snapshots[1],
		"prod@2026-11-03T12:00":               snapshots[2],
		"prod@2026-11-03~1":                   snapshots[1],
		"org/prod":                            newest,
		"org/prod~1":                          others[3],
		"org/prod~3":                          others[2],
		"heads/org/prod^":                     others[3],
		"refs/heads/org/prod":                 newest,
		"v1":                                  snapshots[1],
		"v1^{}":                               snapshots[1],
		"v1^{commit}":                         snapshots[1],
		"v1^0":                                snapshots[1],
		"twice":                               snapshots[1],
		"tags/v1~1":                           others[1],
		"refs/tags/light":                     snapshots[2],
		"test":                                newest,       // the alias wins
		"tags/test":                           snapshots[0], // and the tag has another name
		"origin":                              snapshots[0],
		"origin/main":                         snapshots[0],
		"HEAD":                                others[2],
		"@":                                   others[2],
		"HEAD~1":                              snapshots[1],
		newest.String():                       newest,
		strings.ToUpper(newest.String()):      newest,
		newest.String()[:7]:                   newest,
		others[0].String()[:12] + "~0":        others[0],
		snapshots[1].String()[:10] + "^":      others[1],
		"refs/orgkeep/anchors/org/prod/2":     snapshots[2],
		"refs/orgkeep/anchors/org/prod/3^^{}": others[1],
	} {
		t.Run(rev, func(t *testing.T) {
			t.Parallel()
			got, err := s.Resolve(t.Context(), rev, aliases("prod", "test"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(rev, "@") && rev != "@" || strings.HasPrefix(rev, "prod") || rev == "test" {
				return
			}
			if diff := cmp.Diff(git(t, s.Dir(), "rev-parse", rev+"^{commit}"), got.String()); diff != "" {
				t.Errorf("git has another:\n%s", diff)
			}
		})
	}
}

func TestRevisionsThatAreNotThere(t *testing.T) {
	t.Parallel()
	s, snapshots, _ := daily(t, 2)
	git(t, s.Dir(), "tag", "v2026.11", snapshots[0].String())
	git(t, s.Dir(), "tag", "tree", snapshots[0].String()+"^{tree}")
	for rev, near := range map[string][]string{
		"":                              nil,
		"~1":                            nil,
		"prdo":                          {"prod"},
		"v2026.12":                      {"v2026.11"},
		"prod~2":                        nil,
		"prod^2":                        nil,
		"prod@2026-10-31":               nil,
		"prdo@2026-11-02":               {"prod@2026-11-02"},
		"prod@yesterday":                nil,
		"org/prod~9":                    nil,
		"org/prod^2":                    nil,
		"org/prod^{tree}":               nil,
		"org/prod^{":                    nil,
		"org/prod~99999999999999999999": nil,
		"tree":                          nil,
		"ffff":                          nil,
		"abc":                           nil,
		"../../etc/passwd":              nil,
		"config":                        nil,
		"refs/heads/../../config":       nil,
		strings.Repeat("a", 40):         nil,
	} {
		t.Run(rev, func(t *testing.T) {
			t.Parallel()
			_, err := s.Resolve(t.Context(), rev, aliases("prod"))
			var missing *RevisionError
			if !errors.As(err, &missing) || !errors.Is(err, ErrNoSuchRevision) {
				t.Fatalf("got %v", err)
			}
			if missing.Revision != rev {
				t.Errorf("it names %q", missing.Revision)
			}
			if near != nil {
				if diff := cmp.Diff(near, missing.Near); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestAnOrgWithoutSnapshotsIsNotAnUnknownRevision(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	_, err := s.Resolve(t.Context(), "prod", aliases("prod"))
	if !errors.Is(err, ErrNoSnapshot) || errors.Is(err, ErrNoSuchRevision) {
		t.Errorf("got %v", err)
	}
}

func TestAShortIdOfSeveralCommitsNamesThem(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	b, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Discard()
	empty, err := b.writeTree(nil)
	if err != nil {
		t.Fatal(err)
	}
	// Of some hundred commits two begin with the same four digits.
	first := map[string]ID{}
	var prefix string
	var want []string
	for n := 0; want == nil; n++ {
		raw := formatCommit(empty, nil, CommitSpec{Message: strconv.Itoa(n)}, Signature{Name: "Kim", Email: "k@example.com", When: fixed()})
		id, err := b.add(kindCommit, raw, nil)
		if err != nil {
			t.Fatal(err)
		}
		prefix = id.String()[:4]
		if other, ok := first[prefix]; ok {
			want = []string{id.String(), other.String()}
			slices.Sort(want)
		}
		first[prefix] = id
	}
	if _, _, err := b.publish(t.Context(), move{Ref: "refs/tags/one", New: first[prefix]}); err != nil {
		t.Fatal(err)
	}
	_, err = s.Resolve(t.Context(), prefix, ResolveOptions{})
	var missing *RevisionError
	if !errors.As(err, &missing) {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff(want, missing.Near); diff != "" {
		t.Error(diff)
	}
	if id, err := s.Resolve(t.Context(), want[0][:39], ResolveOptions{}); err != nil || id.String() != want[0] {
		t.Errorf("%s, %v", id, err)
	}
}

func TestSnapshotsEndWhereAShallowCloneEnds(t *testing.T) {
	t.Parallel()
	s, snapshots, _ := daily(t, 4)
	clones := t.TempDir()
	git(t, clones, "clone", "-q", "--depth", "3", "--branch", branchName, "file://"+s.Dir(), "clone")
	clone, err := Open(clones+"/clone", testOptions())
	if err != nil {
		t.Fatal(err)
	}
	var got []ID
	err = clone.Snapshots(t.Context(), branchName, func(c Commit) error { got = append(got, c.ID); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]ID{snapshots[3], snapshots[2]}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := clone.Resolve(t.Context(), "prod~2", aliases("prod")); !errors.Is(err, ErrNoSuchRevision) {
		t.Errorf("beyond its end: %v", err)
	}
	// It goes on from there.
	lock(t, clone)
	if p := snap(t, clone, files{"a": "new"}, "in the clone"); len(p.Commits) != 1 {
		t.Errorf("commits: %v", p.Commits)
	}
	if _, err := clone.Head(t.Context(), branchName); err != nil {
		t.Error(err)
	}
}

func TestAFreshCloneGoesOnFromItsRemote(t *testing.T) {
	t.Parallel()
	s, snapshots, _ := daily(t, 2)
	git(t, s.Dir(), "update-ref", "refs/heads/main", snapshots[0].String())
	clones := t.TempDir()
	git(t, clones, "clone", "-q", "--branch", "main", "file://"+s.Dir(), "clone")
	clone, err := Open(clones+"/clone", testOptions())
	if err != nil {
		t.Fatal(err)
	}
	if got := head(t, clone); got != snapshots[1] {
		t.Errorf("head is %s", got)
	}
	lock(t, clone)
	p := snap(t, clone, files{"a": "new"}, "in the clone")
	c, err := clone.Load(t.Context(), p.Commits[0])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]ID{snapshots[1]}, c.Parents); diff != "" {
		t.Error(diff)
	}
	fsck(t, clone.Dir())
}

func TestACancelledContextStopsReading(t *testing.T) {
	t.Parallel()
	s, snapshots, _ := daily(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, f := range map[string]func() error{
		"load":      func() error { _, err := s.Load(ctx, snapshots[0]); return err },
		"tree":      func() error { _, err := s.Tree(ctx, snapshots[0], ""); return err },
		"snapshots": func() error { return s.Snapshots(ctx, branchName, func(Commit) error { return nil }) },
		"begin":     func() error { _, err := s.Begin(ctx); return err },
		"fsck":      func() error { _, err := s.Fsck(ctx, FsckOptions{}); return err },
	} {
		if err := f(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
