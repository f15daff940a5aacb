package snapshot

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// two are clones of one bare repository, which has a first snapshot.
func twoClones(t *testing.T) (bare string, a, b *Store) {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "init", "-q", "--bare", "bare")
	bare = filepath.Join(dir, "bare")
	a = newStore(t)
	git(t, a.Dir(), "remote", "add", "origin", bare)
	a, err := Open(a.Dir(), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	lock(t, a)
	snap(t, a, files{"a": "1"}, "first")
	push(t, a)
	git(t, dir, "clone", "-q", bare, "b")
	if b, err = Open(filepath.Join(dir, "b"), testOptions()); err != nil {
		t.Fatal(err)
	}
	lock(t, b)
	return bare, a, b
}

func push(t *testing.T, s *Store) []Pushed {
	t.Helper()
	done, err := s.Push(t.Context(), Remote{AllowLocal: true}, []string{branchName}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func fetch(t *testing.T, s *Store) Fetched {
	t.Helper()
	done, err := s.Fetch(t.Context(), Remote{AllowLocal: true}, branchName)
	if err != nil {
		t.Fatal(err)
	}
	return done[0]
}

func TestSnapshotsGoThroughARemote(t *testing.T) {
	t.Parallel()
	bare, a, b := twoClones(t)
	fsck(t, bare)
	first := head(t, a)
	if got := head(t, b); got != first {
		t.Errorf("the clone is at %s", got)
	}
	if f := fetch(t, b); f.New != first {
		t.Errorf("fetched %+v", f)
	}
	second := snap(t, b, files{"a": "2"}, "second").Commits[0]
	if diff := cmp.Diff([]Pushed{{branchName, first, second}}, push(t, b)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Pushed{{branchName, second, second}}, push(t, b)); diff != "" {
		t.Errorf("nothing to push:\n%s", diff)
	}
	git(t, a.Dir(), "checkout", "-q", branchName)
	if err := b.Tag(t.Context(), "v1", second, Signature{Name: "Kim", Email: "k@example.com", When: fixed()}, "one"); err != nil {
		t.Fatal(err)
	}
	git(t, b.Dir(), "push", "-q", "origin", "v1")
	if diff := cmp.Diff(Fetched{Branch: branchName, Old: first, New: second}, fetch(t, a)); diff != "" {
		t.Error(diff)
	}
	if got := head(t, a); got != second {
		t.Errorf("after the fetch it is at %s", got)
	}
	for name, s := range map[string]*Store{"a": a, "b": b} {
		fsck(t, s.Dir())
		if p := lookAt(t, s.Dir()); len(p.Left) > 0 || p.Status != "" {
			t.Errorf("%s: left %v, status %s", name, p.Left, p.Status)
		}
		if found := findings(t, s, true); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
	if id, err := a.Resolve(t.Context(), "v1", ResolveOptions{}); err != nil || id != second {
		t.Errorf("the tag came as %s, %v", id, err)
	}
	if got := git(t, bare, "rev-parse", "refs/orgkeep/anchors/"+branchName+"/1"); got != second.String() {
		t.Errorf("the remote's anchor is %s", got)
	}
}

func TestAShallowCloneFetchesAndPushes(t *testing.T) {
	t.Parallel()
	bare, a, _ := twoClones(t)
	snap(t, a, files{"a": "2"}, "second")
	snap(t, a, files{"a": "3"}, "third")
	push(t, a)
	dir := t.TempDir()
	git(t, dir, "clone", "-q", "--depth", "1", "--branch", branchName, "file://"+bare, "ci")
	ci, err := Open(filepath.Join(dir, "ci"), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	lock(t, ci)
	fetch(t, ci)
	fourth := snap(t, ci, files{"a": "4"}, "fourth").Commits[0]
	push(t, ci)
	fetch(t, a)
	if got := head(t, a); got != fourth {
		t.Errorf("it is at %s", got)
	}
	fifth := snap(t, a, files{"a": "5"}, "fifth").Commits[0]
	push(t, a)
	fetch(t, ci)
	if got := head(t, ci); got != fifth {
		t.Errorf("the shallow clone is at %s", got)
	}
	for _, s := range []*Store{a, ci} {
		fsck(t, s.Dir())
		if found := findings(t, s, true); len(found) > 0 {
			t.Error(found)
		}
	}
}

func TestAPartialCloneSaysWhatItLacks(t *testing.T) {
	t.Parallel()
	bare, a, _ := twoClones(t)
	git(t, bare, "config", "uploadpack.allowFilter", "true")
	dir := t.TempDir()
	git(t, dir, "clone", "-q", "--filter=blob:none", "--no-checkout", "--branch", branchName, "file://"+bare, "part")
	part, err := Open(filepath.Join(dir, "part"), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	if found := findings(t, part, false); len(found) > 0 {
		t.Error(found)
	}
	_, err = part.File(t.Context(), head(t, a), "metadata/a")
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "git fetch --refetch --no-filter") {
		t.Fatalf("got %v", err)
	}
	git(t, part.Dir(), "fetch", "-q", "--refetch", "--no-filter")
	if content, err := part.File(t.Context(), head(t, a), "metadata/a"); err != nil || string(content) != "1" {
		t.Errorf("%q, %v", content, err)
	}
}

func TestTagsArePushedAndNeverMoved(t *testing.T) {
	t.Parallel()
	bare, a, b := twoClones(t)
	kim := Signature{Name: "Kim", Email: "k@example.com", When: fixed()}
	if err := a.Tag(t.Context(), "v1", head(t, a), kim, "one"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second has nothing to do
		if _, err := a.Push(t.Context(), Remote{AllowLocal: true}, []string{branchName}, []string{"v1"}); err != nil {
			t.Fatal(err)
		}
	}
	there := git(t, bare, "rev-parse", "v1")
	git(t, b.Dir(), "tag", "v1", head(t, b).String())
	snap(t, b, files{"a": "2"}, "second")
	if _, err := b.Push(t.Context(), Remote{AllowLocal: true}, []string{branchName}, []string{"v1"}); !errors.Is(err, ErrExists) {
		t.Errorf("another tag of that name: %v", err)
	}
	if _, err := b.Push(t.Context(), Remote{AllowLocal: true}, []string{branchName}, []string{"v2"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a tag that is not here: %v", err)
	}
	if got := git(t, bare, "rev-parse", "v1"); got != there {
		t.Errorf("the tag moved from %s to %s", there, got)
	}
	if got := git(t, bare, "rev-parse", branchName); strings.TrimSpace(got) != head(t, a).String() {
		t.Error("the branch was pushed all the same")
	}
}

func TestBeforeASnapshotItIsSeenWhetherItCanBePushed(t *testing.T) {
	t.Parallel()
	_, a, b := twoClones(t)
	local := Remote{AllowLocal: true}
	if err := b.MayPush(t.Context(), local, branchName, "org/new"); err != nil {
		t.Errorf("a clone that is up to date: %v", err)
	}
	fetch(t, b)
	git(t, b.Dir(), "branch", branchName, "origin/"+branchName)
	snap(t, a, files{"a": "2"}, "second")
	if err := a.MayPush(t.Context(), local, branchName); err != nil {
		t.Errorf("with something to push: %v", err)
	}
	push(t, a)
	var ahead *RemoteAheadError
	if err := b.MayPush(t.Context(), local, branchName); !errors.As(err, &ahead) {
		t.Errorf("a remote that went on: %v", err)
	}
	snap(t, b, files{"a": "3"}, "third")
	var apart *DivergedError
	if err := b.MayPush(t.Context(), local, branchName); !errors.As(err, &apart) {
		t.Errorf("both went on: %v", err)
	}
}

func TestARemoteThatWentOnIsNotOverwritten(t *testing.T) {
	t.Parallel()
	_, a, b := twoClones(t)
	fetch(t, b)
	first := head(t, a)
	theirs := snap(t, a, files{"a": "2"}, "theirs").Commits[0]
	push(t, a)
	git(t, b.Dir(), "branch", "-q", branchName, "origin/"+branchName)
	_, err := b.Push(t.Context(), Remote{AllowLocal: true}, []string{branchName}, nil)
	var ahead *RemoteAheadError
	if !errors.As(err, &ahead) || *ahead != (RemoteAheadError{"origin", branchName, first, theirs}) {
		t.Fatalf("got %v", err)
	}
	ours := snap(t, b, files{"a": "3"}, "ours").Commits[0]
	want := DivergedError{"origin", branchName, ours, theirs}
	for name, try := range map[string]func() error{
		"push": func() error {
			_, err := b.Push(t.Context(), Remote{AllowLocal: true}, []string{branchName}, nil)
			return err
		},
		"fetch": func() error { _, err := b.Fetch(t.Context(), Remote{AllowLocal: true}, branchName); return err },
	} {
		var diverged *DivergedError
		if err := try(); !errors.As(err, &diverged) || *diverged != want {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if got := head(t, b); got != ours {
		t.Errorf("it is at %s", got)
	}
}

func TestARewrittenRemoteIsNoticed(t *testing.T) {
	t.Parallel()
	for name, rewrite := range map[string]func(t *testing.T, bare string) (has string){
		"set back": func(t *testing.T, bare string) string {
			t.Helper()
			git(t, bare, "update-ref", branchPrefix+branchName, branchName+"~1")
			return git(t, bare, "rev-parse", branchName)
		},
		"a new root": func(t *testing.T, bare string) string {
			t.Helper()
			root := git(t, bare, "commit-tree", "-m", "root", branchName+"^{tree}")
			git(t, bare, "update-ref", branchPrefix+branchName, root)
			return root
		},
		"gone": func(t *testing.T, bare string) string {
			t.Helper()
			git(t, bare, "update-ref", "-d", branchPrefix+branchName)
			return ID{}.String()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bare, a, b := twoClones(t)
			had := snap(t, a, files{"a": "2"}, "second").Commits[0]
			push(t, a)
			fetch(t, a)
			fetch(t, b)
			has := rewrite(t, bare)
			before := lookAt(t, a.Dir())
			for what, try := range map[string]func() error{
				"push": func() error {
					_, err := a.Push(t.Context(), Remote{AllowLocal: true}, []string{branchName}, nil)
					return err
				},
				"fetch": func() error { _, err := a.Fetch(t.Context(), Remote{AllowLocal: true}, branchName); return err },
				"clone": func() error { _, err := b.Fetch(t.Context(), Remote{AllowLocal: true}, branchName); return err },
			} {
				var rewritten *RewrittenError
				if err := try(); !errors.As(err, &rewritten) || rewritten.Had != had || rewritten.Has.String() != has {
					t.Errorf("%s: got %v", what, err)
				}
			}
			if diff := cmp.Diff(before, lookAt(t, a.Dir())); diff != "" {
				t.Errorf("something changed:\n%s", diff)
			}
			if name == "gone" {
				return
			}
			// A clone made after that has only the remote's own word.
			dir := t.TempDir()
			git(t, dir, "clone", "-q", bare, "late")
			late, err := Open(filepath.Join(dir, "late"), testOptions())
			if err != nil {
				t.Fatal(err)
			}
			lock(t, late)
			var rewritten *RewrittenError
			if _, err := late.Fetch(t.Context(), Remote{AllowLocal: true}, branchName); !errors.As(err, &rewritten) || rewritten.Had != had {
				t.Errorf("a late clone: got %v", err)
			}
		})
	}
}

func TestRemotesAreReachedSecurelyOnly(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]error{
		"http://example.com/a.git":           ErrRemoteURL,
		"git://example.com/a.git":            ErrRemoteURL,
		"file:///srv/a.git":                  ErrRemoteURL,
		"/srv/a.git":                         ErrRemoteURL,
		"https://example.com/a.git":          nil,
		"ssh://git@example.com/a.git":        nil,
		"git@example.com:team/a.git":         nil,
		"https://user:secret@example.com/a":  nil,
		"http://user:secret@example.com/b c": ErrRemoteURL,
	} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			git(t, s.Dir(), "config", "remote.origin.url", url)
			s, err := Open(s.Dir(), testOptions())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.link(Remote{Password: "token"}); !errors.Is(err, want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestARepositoryWithoutRemoteSaysSo(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	if _, err := s.Fetch(t.Context(), Remote{}, branchName); !errors.Is(err, ErrNoRemote) {
		t.Errorf("got %v", err)
	}
}

func TestMachineStateGoesWithItsBranch(t *testing.T) {
	t.Parallel()
	bare, a, b := twoClones(t)
	kept := func(s *Store) string {
		t.Helper()
		content, err := s.Kept(t.Context(), branchName, "listing")
		if err != nil {
			return err.Error()
		}
		return string(content)
	}
	if diff := cmp.Diff([]string{"first", "listing of org/prod: not found in the repository"}, []string{kept(a), kept(b)}); diff != "" {
		t.Error(diff)
	}
	fetch(t, b)
	if diff := cmp.Diff("first", kept(b)); diff != "" {
		t.Errorf("fetched:\n%s", diff)
	}
	// It is published without a commit too.
	if p := snap(t, b, files{"a": "1"}, "unchanged"); len(p.Commits) > 0 {
		t.Error(p)
	}
	push(t, b)
	fetch(t, a)
	if diff := cmp.Diff([]string{"first", "unchanged"}, []string{kept(a), kept(b)}); diff != "" {
		t.Errorf("a's own is as good:\n%s", diff)
	}
	snap(t, b, files{"a": "2"}, "second")
	push(t, b)
	fetch(t, a)
	if diff := cmp.Diff([]string{"second", "second"}, []string{kept(a), kept(b)}); diff != "" {
		t.Errorf("moved on:\n%s", diff)
	}
	for _, dir := range []string{bare, a.Dir(), b.Dir()} {
		fsck(t, dir)
	}
	// Damage to it costs time, not data.
	write(t, a.gitDir, stateRef(branchName), "")
	if _, err := a.Kept(t.Context(), branchName, "listing"); !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v", err)
	}
	snap(t, a, files{"a": "3"}, "third")
	if diff := cmp.Diff("third", kept(a)); diff != "" {
		t.Error(diff)
	}
	if found := findings(t, a, true); len(found) > 0 {
		t.Error(found)
	}
}
