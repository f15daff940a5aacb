package capture_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// leftOut are the files of the demo org that a package brought and nobody but its
// developer can change.
func leftOut() []string {
	return []string{"classes/acmepkg__SyncJob.cls", "classes/acmepkg__SyncJob.cls-meta.xml"}
}

func TestASnapshotHoldsTheWholeOrg(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	result := w.must()
	if diff := cmp.Diff([]capture.Missing{}, result.State.Coverage.Missing); diff != "" {
		t.Errorf("something is missing (-want +got):\n%s", diff)
	}
	same(t, w.truth(leftOut()...), w.head())
	managed := 0
	for _, c := range result.State.Coverage.Types {
		managed += c.Managed
	}
	if managed != 1 {
		t.Errorf("%d components are counted as left out because they are managed, not 1", managed)
	}
}

func TestAnUnchangedOrgMakesNoCommit(t *testing.T) {
	t.Parallel()
	options := map[string][]emulator.Option{
		"whatever the order of rows and entries": nil,
		"with rows that come twice and rows that say nothing": {
			emulator.WithBehaviour("list-duplicates", "yes"), emulator.WithBehaviour("list-bad-rows", "yes"),
		},
		"with names of installed components cut short":        {emulator.WithBehaviour("list-installed-namespace", "missing")},
		"with standard fields in the listing":                 {emulator.WithBehaviour("list-standard-fields", "yes")},
		"with a flow definition for each flow":                {emulator.WithBehaviour("flow-definitions", "all")},
		"with profiles that come whole":                       {emulator.WithBehaviour("profile-content", "whole")},
		"with honest dates":                                   {emulator.WithBehaviour("dates", "honest")},
		"with inactive values shown":                          {emulator.WithBehaviour("local-inactive-values", "shown")},
		"with children that count towards the limit of files": {emulator.WithBehaviour("file-limit-counts", "children")},
	}
	for name, o := range options {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, demo.Org(), o...)
			if first := w.must(); !first.State.Coverage.Complete() {
				t.Errorf("missing: %v", first.State.Coverage.Missing)
			}
			same(t, w.truth(leftOut()...), w.head())
			for range rounds(1, 3) {
				if again := w.must(); again.Changed() {
					t.Errorf("a commit was made for %v", again.Diff.Changes)
				}
			}
			if zips := filesBelow(t, w.opts.Read.ZipDir); len(zips) > 0 {
				t.Errorf("zips were left: %v", zips)
			}
		})
	}
}

func filesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Each run gets rows and zip entries in another order.
func TestManySnapshotsOfAShuffledOrgAreOneCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org(), emulator.WithBehaviour("list-duplicates", "yes"))
	commits := 0
	for range rounds(10, 100) {
		commits += len(w.must().Commits)
	}
	if commits != 1 {
		t.Errorf("%d commits were made, not 1", commits)
	}
}

func TestASnapshotHoldsOrgsThatNobodyHereMade(t *testing.T) {
	t.Parallel()
	for name, files := range corpora(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, files)
			result := w.must()
			if diff := cmp.Diff([]capture.Missing{}, result.State.Coverage.Missing); diff != "" {
				t.Errorf("something is missing (-want +got):\n%s", diff)
			}
			same(t, w.truth(packaged(name)...), w.head())
			t.Logf("%d files, %d components", w.head().Len(), len(w.head().Components(result.State.Registry)))
			if again := w.must(); again.Changed() {
				t.Error("a second snapshot made a commit")
			}
		})
	}
}

// rounds gives how often something is tried: a few times, or many when
// ORGKEEP_SOAK is set.
func rounds(few, many int) int {
	if os.Getenv("ORGKEEP_SOAK") != "" {
		return many
	}
	return few
}

// packaged is the same for those orgs.
func packaged(org string) []string {
	if org == "trailheadapps+ebikes-lwc" {
		return []string{"permissionsets/sfdcInternalInt__sfdc_scrt2.permissionset"}
	}
	return nil
}

// corpora gives the orgs that lie beside the repository, where they do.
func corpora(t *testing.T) map[string]fs.FS {
	t.Helper()
	const dir = "../../../shared/corpora/mdapi"
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Skip("there are no corpora beside the repository")
	}
	out := map[string]fs.FS{}
	for _, e := range entries {
		if e.IsDir() {
			out[e.Name()] = os.DirFS(filepath.Join(dir, e.Name()))
		}
	}
	return out
}
