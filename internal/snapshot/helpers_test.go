package snapshot

import (
	"bytes"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// fixed is when everything in these tests happens.
func fixed() time.Time { return time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC) }

// noWait takes no time.
func noWait(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func testOptions() Options {
	env := map[string]string{"GIT_COMMITTER_NAME": "Kim", "GIT_COMMITTER_EMAIL": "kim@example.com", "GIT_CONFIG_NOSYSTEM": "1"}
	return Options{Now: fixed, Env: func(name string) string { return env[name] }, Wait: noWait}
}

// studied is how many of something are tried: more with ORGKEEP_STUDY set.
func studied(always, study int) int {
	if os.Getenv("ORGKEEP_STUDY") != "" {
		return study
	}
	return always
}

func newStore(t *testing.T) *Store {
	t.Helper()
	s, err := Init(t.Context(), t.TempDir(), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// lock takes the store's lock for the rest of the test.
func lock(t *testing.T, s *Store) {
	t.Helper()
	unlock, err := s.Lock(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(unlock)
}

// files are contents by path.
type files map[string]string

// put stores contents and gives the tree of them.
func (f files) put(b *Batch) (tree.Tree, error) {
	var entries []tree.Entry
	for _, path := range slices.Sorted(maps.Keys(f)) {
		h, err := b.Blob([]byte(f[path]))
		if err != nil {
			return tree.Tree{}, err
		}
		entries = append(entries, tree.Entry{Path: path, Hash: h})
	}
	return tree.New(entries), nil
}

func spec(root tree.Tree, message string) CommitSpec {
	return CommitSpec{
		Root: "metadata", Tree: root, Message: message,
		Author:   Signature{Name: "Ada", Email: "ada@example.com", When: fixed().Add(-time.Hour)},
		Trailers: []Trailer{{SnapshotTrailer, "prod"}},
	}
}

const branchName = "org/prod"

// snap records these files on the branch, on top of what is there.
func snap(t *testing.T, s *Store, f files, message string, with ...func(*Batch)) Published {
	t.Helper()
	p, err := trySnap(t, s, f, message, with...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func trySnap(t *testing.T, s *Store, f files, message string, with ...func(*Batch)) (Published, error) {
	t.Helper()
	old := head(t, s)
	b, err := s.Begin(t.Context())
	if err != nil {
		return Published{}, err
	}
	defer b.Discard()
	for _, set := range with {
		set(b)
	}
	root, err := f.put(b)
	if err != nil {
		return Published{}, err
	}
	if _, err := b.Commit(t.Context(), spec(root, message)); err != nil {
		return Published{}, err
	}
	if err := b.Keep("listing", []byte(message)); err != nil {
		return Published{}, err
	}
	return b.Publish(t.Context(), branchName, old)
}

func head(t *testing.T, s *Store) ID {
	t.Helper()
	id, err := s.Head(t.Context(), branchName)
	if err != nil && !isNoSnapshot(err) {
		t.Fatal(err)
	}
	return id
}

// git runs the real git in the store's folder and gives what it prints.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := tryGit(t, dir, args...)
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func tryGit(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not here")
	}
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=User", "GIT_AUTHOR_EMAIL=user@example.com", "GIT_COMMITTER_NAME=User", "GIT_COMMITTER_EMAIL=user@example.com")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return strings.TrimRight(out.String(), "\n"), err
}

// fsck lets git check everything at its strictest. Objects that nothing refers to
// are no fault.
func fsck(t *testing.T, dir string) {
	t.Helper()
	for line := range strings.Lines(git(t, dir, "fsck", "--full", "--strict", "--no-dangling")) {
		// That a new repository has no branch yet is a notice.
		if !strings.HasPrefix(line, "notice: ") {
			t.Errorf("git fsck: %s", line)
		}
	}
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
