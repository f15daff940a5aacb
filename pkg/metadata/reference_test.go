package metadata_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// needReference gives a folder or file of the reference material that may lie
// beside the repository, and skips where it does not.
func needReference(tb testing.TB, name string) string {
	tb.Helper()
	root := os.Getenv("ORGKEEP_REFERENCE")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	p := filepath.Join(root, filepath.FromSlash(name))
	if _, err := os.Stat(p); err != nil {
		tb.Skipf("no reference material: %s is not there", name)
	}
	return p
}

// published is what a public table says of a type.
type published struct {
	Name       string
	Directory  string
	Suffix     string
	MetaFile   bool
	Bundle     bool
	InFolder   bool
	FolderType string
	FolderFor  string
	Children   []struct {
		Name             string
		XMLElement       string `json:"xmlElement"`
		UniqueIDElement  string `json:"uniqueIdElement"`
		IgnoreParentName bool
		IsAddressable    *bool
	}
}

func readPublished(t *testing.T) (types []published, valueSets []string) {
	t.Helper()
	raw, err := os.ReadFile(needReference(t, "reference/metadata-types.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Types                 []published
		StandardValueSetNames []string
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all.Types, all.StandardValueSetNames
}

func (p published) ours() metadata.Type {
	t := metadata.Type{Name: p.Name, Directory: p.Directory, Suffix: p.Suffix, MetaFile: p.MetaFile, Bundle: p.Bundle, InFolder: p.InFolder}
	if p.InFolder { // elsewhere it is the folder of source format
		t.FolderType = p.FolderType
	}
	for _, c := range p.Children {
		t.Children = append(t.Children, metadata.Child{
			Type: c.Name, Element: c.XMLElement, Key: c.UniqueIDElement, Bare: c.IgnoreParentName, Unaddressable: c.IsAddressable != nil && !*c.IsAddressable,
		})
	}
	return t
}

func TestTheTableSaysWhatThePublishedOneSays(t *testing.T) {
	t.Parallel()
	types, _ := readPublished(t)
	want := map[string]metadata.Type{}
	for _, p := range types {
		if p.FolderFor == "" {
			want[p.Name] = p.ours()
		}
	}
	got := map[string]metadata.Type{}
	for _, typ := range metadata.Default().Types() {
		got[typ.Name] = typ
	}
	sorted := cmpopts.SortSlices(func(a, b metadata.Child) bool { return a.Type < b.Type })
	if diff := cmp.Diff(want, got, sorted, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

// Folders are no components of their own here: they go by the type of what is in
// them.
func TestPublishedFolderTypesBelongToTypesInFolders(t *testing.T) {
	t.Parallel()
	types, _ := readPublished(t)
	found := 0
	for _, p := range types {
		if p.FolderFor == "" {
			continue
		}
		found++
		of, ok := metadata.Default().Type(p.FolderFor)
		// E-mail templates lie in folders of two kinds, of which a type names one.
		if !ok || !of.InFolder || of.Directory != p.Directory || of.FolderType != p.Name && p.Name != "EmailTemplateFolder" {
			t.Errorf("%s: folder of %+v", p.Name, of)
		}
	}
	if found == 0 {
		t.Error("the published table has no types of folders")
	}
}

func TestTheStandardValueSetsAreThePublishedOnes(t *testing.T) {
	t.Parallel()
	_, want := readPublished(t)
	slices.Sort(want)
	if diff := cmp.Diff(want, metadata.StandardValueSetNames()); diff != "" {
		t.Error(diff)
	}
}

func TestFilesOfRealOrgsBelongToComponents(t *testing.T) {
	t.Parallel()
	root := needReference(t, "corpora/mdapi")
	r, files := metadata.Default(), 0
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		_, p, _ := strings.Cut(filepath.ToSlash(rel), "/") // the first folder is the org
		if !strings.Contains(p, "/") {
			return nil
		}
		files++
		if err := metadata.CheckPath(p); err != nil {
			t.Error(err)
		}
		at, ok := r.ComponentAt(p)
		if !ok {
			t.Errorf("%s belongs to nothing", p)
			return nil
		}
		if main, ok := r.Path(at); !ok || !strings.HasPrefix(p, main) && !r.IsFolder(p) {
			t.Errorf("%s belongs to %s, which lies at %s", p, at, main)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Error("no files were found")
	}
	t.Logf("%d files", files)
}
