package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// listed is what go list says of a package, as far as it matters here.
type listed struct {
	ImportPath string
	Dir        string
	Name       string
	Doc        string
	GoFiles    []string
	Imports    []string
	Module     *struct{ Main bool }
}

// inner is the import path without the module's name.
func (p listed) inner() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

// list asks the go command for the packages of this module as one system
// builds them.
func list(t *testing.T, goos string) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-deps", "-json=ImportPath,Dir,Name,Doc,GoFiles,Imports,Module", module+"/...")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("read what go list wrote: %v", err)
		}
		if p.Module != nil && p.Module.Main {
			all = append(all, p)
		}
	}
}

func TestPackagesImportOnlyInOneDirection(t *testing.T) {
	t.Parallel()
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Run("built for "+goos, func(t *testing.T) {
			t.Parallel()
			for _, p := range list(t, goos) {
				for _, imported := range p.Imports {
					if wrong := judge(p.inner(), imported); wrong != "" {
						t.Error(wrong)
					}
				}
			}
		})
	}
}

func TestEveryPackageHasAPlaceInTheMap(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "linux") {
		if within(p.inner(), "internal/archtest") || within(p.inner(), "examples") {
			continue
		}
		if _, _, ok := place(p.inner()); !ok {
			t.Errorf("%s has no row in the package map (layers_test.go)", p.inner())
		}
	}
}

func TestTheMapForbidsWhatItShould(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		from, to string
		wrong    bool
	}{
		"a public package may use the vocabulary":    {"pkg/mdapi", module + "/pkg/metadata", false},
		"the vocabulary uses nothing of ours":        {"pkg/metadata", module + "/pkg/normalize", true},
		"the client never sees the emulator":         {"pkg/mdapi", module + "/pkg/emulator", true},
		"the emulator never sees the client":         {"pkg/emulator", module + "/pkg/mdapi", true},
		"the emulator never sees the normalizer":     {"pkg/emulator", module + "/pkg/normalize", true},
		"public packages never see internal ones":    {"pkg/normalize", module + "/internal/tree", true},
		"the core may normalize":                     {"internal/tree", module + "/pkg/normalize", false},
		"the core does not know the network":         {"internal/diff", module + "/pkg/mdapi", true},
		"a diff is made of trees":                    {"internal/diff", module + "/internal/tree", false},
		"a tree knows nothing of diffs":              {"internal/tree", module + "/internal/diff", true},
		"a snapshot knows nothing of diffs":          {"internal/snapshot", module + "/internal/diff", true},
		"the core does not know the use cases":       {"internal/snapshot", module + "/internal/retrieve", true},
		"a use case may talk to an org":              {"internal/retrieve", module + "/pkg/mdapi", false},
		"a rollback reads back":                      {"internal/rollback", module + "/internal/readback", false},
		"a deploy does not roll back":                {"internal/deploy", module + "/internal/rollback", true},
		"drift does not deploy":                      {"internal/drift", module + "/internal/deploy", true},
		"a use case does not know the terminal":      {"internal/capture", module + "/internal/cli", true},
		"a part of a package belongs to it":          {"internal/state/statetest", module + "/internal/state", false},
		"a program may use the edges":                {"cmd/orgkeep", module + "/internal/cli", false},
		"an unknown package is wrong":                {"internal/util", module + "/pkg/metadata", true},
		"importing an unknown package is wrong":      {"internal/cli", module + "/internal/util", true},
		"Git belongs to snapshot":                    {"internal/snapshot", "github.com/go-git/go-git/v5/plumbing", false},
		"nobody else sees Git":                       {"internal/cli", "github.com/go-git/go-git/v5", true},
		"commands belong to the command line":        {"internal/cli", "github.com/spf13/cobra", false},
		"nobody else has commands":                   {"internal/report", "github.com/spf13/cobra/doc", true},
		"the keyring belongs to sign-in":             {"internal/auth", "github.com/zalando/go-keyring", false},
		"nobody else sees the keyring":               {"internal/config", "github.com/zalando/go-keyring", true},
		"shipped code does not import test packages": {"internal/diff", "pgregory.net/rapid", true},
		"everybody may use the standard library":     {"pkg/metadata", "encoding/xml", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := judge(tc.from, tc.to); (got != "") != tc.wrong {
				t.Errorf("%s -> %s: %q", tc.from, tc.to, got)
			}
		})
	}
}
