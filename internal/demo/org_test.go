package demo

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

const (
	namespace   = "http://soap.sforce.com/2006/04/metadata"
	declaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n<"
)

// files reads the whole sample org.
func files(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := fs.WalkDir(Org(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		out[p], err = fs.ReadFile(Org(), p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// inEachOrg runs a check on the org as it is shipped and as it is after all
// changes: what holds for the one must hold for the other.
func inEachOrg(t *testing.T, check func(*testing.T, map[string][]byte)) {
	t.Helper()
	t.Run("as shipped", func(t *testing.T) {
		t.Parallel()
		check(t, files(t))
	})
	t.Run("after all changes", func(t *testing.T) {
		t.Parallel()
		check(t, changed(t))
	})
}

// isXML leaves out what people write as they like: content and bundles.
func isXML(p string, b []byte) bool {
	if path.Ext(p) == ".resource" {
		return false
	}
	return bytes.HasPrefix(b, []byte("<?xml"))
}

func parse(t *testing.T, p string, b []byte) *etree.Element {
	t.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(b); err != nil {
		t.Fatalf("%s: %v", p, err)
	}
	return doc.Root()
}

func TestEveryXMLFileHasTheFormTheServerWrites(t *testing.T) {
	t.Parallel()
	inEachOrg(t, func(t *testing.T, all map[string][]byte) {
		t.Helper()
		for p, b := range all {
			if !isXML(p, b) {
				if ext := path.Ext(p); ext == ".xml" {
					t.Errorf("%s has no declaration", p)
				}
				continue
			}
			root := parse(t, p, b)
			if got := root.SelectAttrValue("xmlns", ""); got != namespace {
				t.Errorf("%s: root is in %q", p, got)
			}
			text := string(b)
			switch {
			case !strings.HasPrefix(text, declaration):
				t.Errorf("%s: declaration is not followed by the root", p)
			case !strings.HasSuffix(text, ">\n") || strings.HasSuffix(text, "\n\n"):
				t.Errorf("%s does not end with one line feed", p)
			case strings.ContainsAny(text, "\t\r"):
				t.Errorf("%s holds a tab or a carriage return", p)
			}
		}
	})
}

func TestEveryFileBelongsToAComponent(t *testing.T) {
	t.Parallel()
	inEachOrg(t, func(t *testing.T, all map[string][]byte) {
		t.Helper()
		reg := metadata.Default()
		for p := range all {
			if err := metadata.CheckPath(p); err != nil {
				t.Error(err)
			}
			if _, ok := reg.ComponentAt(p); !ok && p != "package.xml" {
				t.Errorf("%s belongs to no component", p)
			}
		}
	})
}

// components counts as a listing does: what has a file, folders too, and the
// children that can be addressed.
func components(t *testing.T, all map[string][]byte) map[string][]string {
	t.Helper()
	reg := metadata.Default()
	seen := map[metadata.Component]bool{}
	for p, b := range all {
		c, ok := reg.ComponentAt(p)
		if !ok {
			continue
		}
		seen[c] = true
		typ, _ := reg.Type(c.Type)
		if len(typ.Children) == 0 || typ.MetaFile || typ.Bundle || !isXML(p, b) {
			continue
		}
		for _, e := range parse(t, p, b).ChildElements() {
			for _, child := range typ.Children {
				if e.Tag == child.Element && !child.Unaddressable {
					seen[metadata.Component{Type: child.Type, FullName: child.FullName(c.FullName, leaf(e, child.Key))}] = true
				}
			}
		}
	}
	byType := map[string][]string{}
	for c := range seen {
		byType[c.Type] = append(byType[c.Type], c.FullName)
	}
	for _, names := range byType {
		slices.Sort(names)
	}
	return byType
}

func leaf(e *etree.Element, tag string) string {
	if c := e.SelectElement(tag); c != nil {
		return c.Text()
	}
	return ""
}

func TestTheOrgIsLargeEnoughToBeAwkward(t *testing.T) {
	t.Parallel()
	byType := components(t, files(t))
	count := 0
	for _, names := range byType {
		count += len(names)
	}
	t.Logf("%d types, %d components", len(byType), count)
	if len(byType) < 30 || count < 280 {
		t.Errorf("%d types and %d components, want at least 30 and 280", len(byType), count)
	}
}

func TestPackageXMLNamesEveryComponentThatHasAFile(t *testing.T) {
	t.Parallel()
	all := files(t)
	manifest, err := metadata.ParseManifest(all["package.xml"])
	if err != nil {
		t.Fatal(err)
	}
	seen := map[metadata.Component]bool{}
	for p := range all {
		if c, ok := metadata.Default().ComponentAt(p); ok {
			seen[c] = true
		}
	}
	var want []metadata.Component
	for c := range seen {
		want = append(want, c)
	}
	got := manifest.Components()
	for _, list := range [][]metadata.Component{want, got} {
		slices.SortFunc(list, metadata.Component.Compare)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSetsStandInTheOrderTheServerGivesThem(t *testing.T) {
	t.Parallel()
	sets := []struct{ ext, element, key string }{
		{".object", "fields", "fullName"},
		{".object", "listViews", "fullName"},
		{".object", "validationRules", "fullName"},
		{".object", "recordTypes", "fullName"},
		{".profile", "fieldPermissions", "field"},
		{".profile", "classAccesses", "apexClass"},
		{".profile", "objectPermissions", "object"},
		{".profile", "layoutAssignments", "layout"},
		{".permissionset", "fieldPermissions", "field"},
		{".permissionset", "objectPermissions", "object"},
		{".labels", "labels", "fullName"},
		{".translation", "customLabels", "name"},
		{".objectTranslation", "fields", "name"},
		{".md", "values", "field"},
		{".workflow", "rules", "fullName"},
		{".workflow", "alerts", "fullName"},
		{".queue", "queueSobject", "sobjectType"},
	}
	all := files(t)
	for _, set := range sets {
		for p, b := range all {
			if path.Ext(p) != set.ext {
				continue
			}
			var keys []string
			for _, e := range parse(t, p, b).SelectElements(set.element) {
				keys = append(keys, leaf(e, set.key))
			}
			if !slices.IsSorted(keys) {
				t.Errorf("%s: %s are not sorted by %s", p, set.element, set.key)
			}
		}
	}
}
