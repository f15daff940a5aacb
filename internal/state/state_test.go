package state

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// holderVariable makes this test binary a process that holds a lock until its
// input ends.
const holderVariable = "ORGKEEP_TEST_HOLD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holderVariable); dir != "" {
		if _, err := Acquire(dir, "snapshot"); err != nil {
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString("held\n")
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(0) // without Release, as after a crash
	}
	os.Exit(m.Run())
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestWriteFileReplacesAndLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a")
	for _, content := range []string{"first", "", "third"} {
		if err := WriteFile(OS(), file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != content {
			t.Errorf("%q, %v", got, err)
		}
	}
	if diff := cmp.Diff([]string{"a"}, names(t, dir)); diff != "" {
		t.Error(diff)
	}
	if err := WriteFile(OS(), filepath.Join(dir, "not", "there"), nil, 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a folder that is not there: %v", err)
	}
}

func TestMakeDirMakesAllThatIsMissing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b", "c")
	for range 2 {
		if err := MakeDir(OS(), dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Error(err)
	}
}

func TestALockIsHeldOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := Acquire(dir, "snapshot")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Acquire(dir, "tag")
	var locked *LockedError
	if !errors.As(err, &locked) || !errors.Is(err, ErrLocked) {
		t.Fatalf("got %v", err)
	}
	if locked.PID != os.Getpid() || locked.What != "snapshot" || locked.Since.IsZero() {
		t.Errorf("held by %+v", locked)
	}
	for range 2 {
		if err := l.Release(); err != nil {
			t.Error(err)
		}
	}
	l, err = Acquire(dir, "tag")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Release() }()
	if diff := cmp.Diff([]string{"lock", "lock.json"}, names(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// hold starts a process that holds the lock, and gives what ends it.
func hold(t *testing.T, dir string) (end func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), holderVariable+"="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, len("held\n"))
	if _, err := out.Read(said); err != nil || string(said) != "held\n" {
		t.Fatalf("%q, %v", said, err)
	}
	return func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}

func TestALockDiesWithItsHolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	end := hold(t, dir)
	var locked *LockedError
	if _, err := Acquire(dir, "tag"); !errors.As(err, &locked) || locked.PID == os.Getpid() {
		t.Fatalf("got %v", err)
	}
	if err := Break(dir); !errors.Is(err, ErrLocked) {
		t.Errorf("the lock of a living process was broken: %v", err)
	}
	end()
	l, err := Acquire(dir, "tag")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}

// The lock of another host, on a file system that does not free it.
func TestALockOfAnotherHostCanBeBroken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	end := hold(t, dir)
	defer end()
	text, err := os.ReadFile(filepath.Join(dir, holderName))
	if err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(text), `"host":"`+host+`"`, `"host":"elsewhere"`, 1)
	if err := os.WriteFile(filepath.Join(dir, holderName), []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Break(dir); err != nil {
		t.Fatal(err)
	}
	l, err := Acquire(dir, "tag")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}

func TestALockSaysWhoHoldsIt(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]LockedError{
		"locked by another process":                   {},
		"locked by process 7":                         {PID: 7},
		"locked by process 7 on laptop (snapshot)":    {PID: 7, Host: "laptop", What: "snapshot"},
		"locked by process 7 (what is known of more)": {PID: 7, What: "what is known of more"},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
