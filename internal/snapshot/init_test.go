package snapshot

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/state/statetest"
)

func TestInitMakesWhatGitMakes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	git(t, s.Dir(), "status")
	if diff := cmp.Diff("refs/heads/main", git(t, s.Dir(), "symbolic-ref", "HEAD")); diff != "" {
		t.Error(diff)
	}
	write(t, s.Dir(), "a", "1")
	git(t, s.Dir(), "add", "-A")
	git(t, s.Dir(), "commit", "-q", "-m", "mine")
	fsck(t, s.Dir())
	again, err := Init(t.Context(), s.Dir(), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Resolve(t.Context(), "main", ResolveOptions{}); err != nil {
		t.Errorf("a second init: %v", err)
	}
}

func TestInitNamesTheBranchAsTheUserWants(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]string{"trunk": "trunk", "": "main", "no..branch": "main"} {
		opts := testOptions()
		global := filepath.Join(t.TempDir(), "config")
		if err := os.WriteFile(global, []byte("[init]\n\tdefaultBranch = "+setting+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		opts.Env = func(name string) string {
			return map[string]string{"GIT_CONFIG_GLOBAL": global, "GIT_CONFIG_NOSYSTEM": "1"}[name]
		}
		s, err := Init(t.Context(), t.TempDir(), opts)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.head(); err != nil || got != want {
			t.Errorf("%q: HEAD is at %q, %v", setting, got, err)
		}
	}
}

func TestInitCanBeTriedAgainAfterEveryFault(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		hit := false
		for name, fault := range map[string]statetest.Fault{"killed": statetest.Kill(n), "disk full": statetest.Full(n, syscall.ENOSPC)} {
			dir := filepath.Join(t.TempDir(), "new")
			disk := statetest.New(statetest.Unsynced(), fault)
			opts := testOptions()
			opts.FS = disk
			_, err := Init(t.Context(), dir, opts)
			if _, ok := disk.Hit(); !ok {
				continue
			}
			hit = true
			if err == nil {
				t.Errorf("%s at %d: no error", name, n)
			}
			s, err := Init(t.Context(), dir, testOptions())
			if err != nil {
				t.Fatalf("%s at %d, and again: %v", name, n, err)
			}
			if s.Dir() != dir {
				t.Errorf("it lies in %s", s.Dir())
			}
		}
		if !hit {
			t.Logf("%d operations", n-1)
			return
		}
	}
}

func TestRepositoriesAreFoundAsGitFindsThem(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	git(t, root, "init", "-q", "plain")
	git(t, root, "init", "-q", "--bare", "bare.git")
	git(t, root, "init", "-q", "--separate-git-dir", filepath.Join(root, "apart"), "tree")
	git(t, root, "init", "-q", "moved")
	git(t, filepath.Join(root, "moved"), "config", "core.worktree", filepath.Join(root, "shown"))
	if err := os.MkdirAll(filepath.Join(root, "plain", "a", "b"), 0o755); err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]struct {
		dir, gitDir string
		bare        bool
	}{
		"plain":          {"plain", "plain/.git", false},
		"plain/a/b":      {"plain", "plain/.git", false},
		"plain/.git":     {"plain", "plain/.git", false},
		"bare.git":       {"bare.git", "bare.git", true},
		"bare.git/refs":  {"bare.git", "bare.git", true},
		"tree":           {"tree", "apart", false},
		"moved":          {"shown", "moved/.git", false},
		"plain/.git/lol": {"plain", "plain/.git", false},
	} {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			s, err := Open(filepath.Join(root, filepath.FromSlash(from)), testOptions())
			if err != nil {
				t.Fatal(err)
			}
			got := []string{s.Dir(), s.gitDir}
			if diff := cmp.Diff([]string{filepath.Join(root, want.dir), filepath.Join(root, filepath.FromSlash(want.gitDir))}, got); diff != "" || s.bare != want.bare {
				t.Errorf("bare %v\n%s", s.bare, diff)
			}
		})
	}
}

func TestRepositoriesThatCannotBeWrittenAreRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		prepare func(t *testing.T, s *Store)
		want    error
	}{
		"ids by SHA-256": {func(t *testing.T, s *Store) { t.Helper(); set(t, s, "extensions.objectformat", "sha256") }, ErrUnsupported},
		"refs in tables": {func(t *testing.T, s *Store) { t.Helper(); set(t, s, "extensions.refstorage", "reftable") }, ErrUnsupported},
		"a later format": {func(t *testing.T, s *Store) { t.Helper(); set(t, s, "core.repositoryformatversion", "2") }, ErrUnsupported},
		"no HEAD":        {func(t *testing.T, s *Store) { t.Helper(); remove(t, s.refFile("HEAD")) }, ErrNotRepository},
		"version 1":      {func(t *testing.T, s *Store) { t.Helper(); set(t, s, "core.repositoryformatversion", "1") }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			tc.prepare(t, s)
			if _, err := Open(s.Dir(), testOptions()); !errors.Is(err, tc.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func set(t *testing.T, s *Store, key, value string) {
	t.Helper()
	section, name, _ := strings.Cut(key, ".")
	f, err := os.OpenFile(filepath.Join(s.gitDir, "config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString("[" + section + "]\n\t" + name + " = " + value + "\n")
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestIdentityIsFoundWhereGitFindsIt(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	write(t, home, ".gitconfig", "[user]\n\tname = Home\n\temail = home@example.com\n[include]\n\tpath = ~/more\n")
	write(t, home, "more", "[user]\n\tname = Included\n")
	write(t, home, ".config/git/config", "[user]\n\tname = XDG\n\temail = xdg@example.com\n")
	write(t, home, "global", "[user]\n\tname = Global\n\temail = global@example.com\n")
	for name, tc := range map[string]struct {
		env  map[string]string
		repo string
		want string // empty for ErrNoIdentity
	}{
		"nowhere":               {env: map[string]string{}},
		"only a name":           {env: map[string]string{"GIT_COMMITTER_NAME": "Kim"}},
		"the user's files":      {env: map[string]string{"HOME": home}, want: "Included <home@example.com>"},
		"the file that is said": {env: map[string]string{"HOME": home, "GIT_CONFIG_GLOBAL": filepath.Join(home, "global")}, want: "Global <global@example.com>"},
		"the repository":        {env: map[string]string{"HOME": home}, repo: "[user]\n\temail = repo@example.com\n", want: "Included <repo@example.com>"},
		"the committer":         {env: map[string]string{"HOME": home}, repo: "[committer]\n\tname = C\n", want: "C <home@example.com>"},
		"the environment":       {env: map[string]string{"HOME": home, "GIT_COMMITTER_NAME": "Env", "GIT_COMMITTER_EMAIL": "env@example.com"}, want: "Env <env@example.com>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.env["GIT_CONFIG_NOSYSTEM"] = "1"
			opts := testOptions()
			opts.Env = func(name string) string { return tc.env[name] }
			s, err := Init(t.Context(), t.TempDir(), opts)
			if err != nil {
				t.Fatal(err)
			}
			if tc.repo != "" {
				write(t, s.Dir(), ".git/config", tc.repo)
			}
			got, err := s.Identity()
			if tc.want == "" {
				if !errors.Is(err, ErrNoIdentity) {
					t.Errorf("got %v, %v", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got.Name+" <"+got.Email+">"); diff != "" {
				t.Error(diff)
			}
		})
	}
}
