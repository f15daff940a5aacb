package emulator_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// folders gives orgs to load that are not part of this repository, if they are
// there.
func folders(t *testing.T) []string {
	t.Helper()
	root := os.Getenv("ORGKEEP_REFERENCE")
	if root == "" {
		root = "../../../shared"
	}
	found, err := filepath.Glob(filepath.Join(root, "corpora", "mdapi", "*"))
	if err != nil || len(found) == 0 {
		t.Skip("no reference orgs here")
	}
	return found
}

// everything asks for all that the org has, by name.
func everything(o *org) map[string][]string {
	types := map[string][]string{}
	for p := range o.Files() {
		if c, ok := metadata.Default().ComponentAt(p); ok && !slices.Contains(types[c.Type], c.FullName) {
			types[c.Type] = append(types[c.Type], c.FullName)
		}
	}
	return types
}

func TestEveryFolderIsServedWhole(t *testing.T) {
	t.Parallel()
	for _, dir := range append(folders(t), "../../internal/demo/org") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			o := serve(t, nil, emulator.WithOrg(os.DirFS(dir)))
			if w := o.Warnings(); len(w) > 0 {
				t.Errorf("warnings: %v", w)
			}
			got := o.retrieve(66, everything(o))
			if got.status != "Succeeded" || len(got.messages) > 0 {
				t.Fatalf("%s %s %v", got.status, got.failure, got.messages)
			}
			want := map[string]string{}
			for p, content := range o.Files() {
				want[p] = string(content)
			}
			sent := maps.Clone(got.files)
			delete(got.files, "package.xml")
			if diff := cmp.Diff(want, got.files); diff != "" {
				t.Error(diff)
			}
			redeploy(t, o, sent, want)
		})
	}
}

// redeploy sends back what was retrieved: nothing may change.
func redeploy(t *testing.T, o *org, sent, want map[string]string) {
	t.Helper()
	// What cannot be sent back at all, whatever it holds.
	refused := func(p string) bool {
		return strings.HasPrefix(p, "matchingRules/") || strings.HasPrefix(p, "installedPackages/") || strings.Contains(sent[p], "(hidden)")
	}
	var names, left []string
	for p := range sent {
		c, ok := metadata.Default().ComponentAt(p)
		switch {
		case refused(strings.TrimSuffix(p, metadata.MetaSuffix)) || refused(p):
			left = append(left, p)
		case ok:
			names = append(names, c.String())
		}
	}
	for _, p := range left {
		delete(sent, p)
	}
	sent["package.xml"] = manifest(66, names...)
	got := o.deploy(sent, careful)
	if got.status != "Succeeded" {
		t.Fatalf("%s: %s", got.status, strings.Join(got.failures, "\n"))
	}
	for _, s := range got.successes {
		if !strings.HasPrefix(s, "=") {
			t.Errorf("changed by a deploy of itself: %s", s)
		}
	}
	is := map[string]string{}
	for p, content := range o.Files() {
		is[p] = string(content)
	}
	if diff := cmp.Diff(want, is); diff != "" {
		t.Error(diff)
	}
}
