package emulator_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestASavedOrgIsTheSameOrg(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := serve(t, sample())
	if err := first.SaveTo(dir); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"package.xml": "<Package/>", "README.md": "mine"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	err := first.Edit("admin@emulator.example", func(e *emulator.Editor) error {
		return e.Delete(metadata.Component{Type: "LightningComponentBundle", FullName: "deck"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.SaveTo(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "lwc/deck/deck.js")); err == nil {
		t.Error("a deleted component was left")
	}
	if _, err := os.Stat(filepath.Join(dir, "README.md")); err != nil {
		t.Error(err)
	}
	second := serve(t, nil, emulator.WithOrg(os.DirFS(dir)))
	if diff := cmp.Diff(first.texts(), second.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownFoldersAreServedOrNamed(t *testing.T) {
	t.Parallel()
	o := serve(t, map[string]string{
		"novelties/A.novelty": xmlFile("Novelty", ""), "novelties/B.bin": "\x00", "a/b/c/d": "deep", "classes/A.txt": "no",
	})
	if got := o.retrieve(66, map[string][]string{"Novelty": {"*"}}); got.files["novelties/A.novelty"] == "" {
		t.Errorf("files %v, messages %v", paths(got.files), got.messages)
	}
	want := []string{
		"a/b/c/d: the path belongs to no metadata type: a/b/c/d",
		"classes/A.txt: the path belongs to no metadata type: classes/A.txt",
		"novelties/B.bin: the path belongs to no metadata type: novelties/B.bin",
	}
	if diff := cmp.Diff(want, o.Warnings()); diff != "" {
		t.Error(diff)
	}
}
