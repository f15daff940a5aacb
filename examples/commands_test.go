package examples

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/orgkeep/orgkeep/internal/config"
)

// exampleFiles are all files here that are no Go.
func exampleFiles(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(p) == ".go" {
			return err
		}
		b, err := os.ReadFile(p)
		out[filepath.ToSlash(p)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestYAMLIsYAML(t *testing.T) {
	t.Parallel()
	for p, text := range exampleFiles(t) {
		var v any
		if ext := filepath.Ext(p); ext == ".yaml" || ext == ".yml" {
			if err := yaml.Unmarshal([]byte(text), &v); err != nil {
				t.Errorf("%s: %v", p, err)
			}
		}
	}
}

// invocation is a command line of ours in an example: an optional folder, the
// words of the command, then its flags and what they act on.
var invocation = regexp.MustCompile(`(?m)(?:^|[\s(/])orgkeep(?: -C \S+)? ((?:auth )?[a-z]+)\b(.*)$`)

var flag = regexp.MustCompile(`(?:^|\s)(--[a-z-]+)`)

// used gathers commands and their flags from all examples.
func used(t *testing.T) map[string][]string {
	t.Helper()
	// Continued lines are one.
	joiner := strings.NewReplacer("\\\n", " ", "\\\r\n", " ")
	out := map[string]map[string]bool{}
	for _, text := range exampleFiles(t) {
		text = regexp.MustCompile(`(?m)^\s*(#|//).*$`).ReplaceAllString(text, "")
		for _, m := range invocation.FindAllStringSubmatch(joiner.Replace(text), -1) {
			if out[m[1]] == nil {
				out[m[1]] = map[string]bool{}
			}
			for _, f := range flag.FindAllStringSubmatch(m[2], -1) {
				out[m[1]][f[1]] = true
			}
		}
	}
	lists := map[string][]string{}
	for command, flags := range out {
		lists[command] = slices.Sorted(maps.Keys(flags))
	}
	return lists
}

func TestExamplesUseTheDailyCommands(t *testing.T) {
	t.Parallel()
	got := used(t)
	for _, want := range []string{"drift", "snapshot", "fsck", "plan", "apply"} {
		if _, ok := got[want]; !ok {
			t.Errorf("no example of %s among %v", want, got)
		}
	}
}

// buildDir is where the program goes. TestMain sets it, and removes it.
var buildDir string

// program builds orgkeep once for all tests that ask.
var program = sync.OnceValues(func() (string, error) {
	if _, err := os.Stat("../cmd/orgkeep/main.go"); err != nil {
		return "", err
	}
	path := filepath.Join(buildDir, "orgkeep")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	out, err := exec.Command("go", "build", "-o", path, "../cmd/orgkeep").CombinedOutput()
	if err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return path, nil
})

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "orgkeep-examples-")
	if err != nil {
		panic(err)
	}
	buildDir = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func built(t *testing.T) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEveryCommandAndFlagExists(t *testing.T) {
	t.Parallel()
	path := built(t)
	for command, flags := range used(t) {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			help, err := exec.CommandContext(t.Context(), path, append(strings.Fields(command), "--help")...).Output()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range flags {
				if !strings.Contains(string(help), f) {
					t.Errorf("orgkeep %s has no flag %s", command, f)
				}
			}
		})
	}
}

func TestTheSettingsAreUnderstood(t *testing.T) {
	t.Parallel()
	settings, err := os.ReadFile("orgkeep.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := config.Parse(settings); err != nil {
		t.Error(err)
	}
}
