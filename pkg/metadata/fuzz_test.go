package metadata_test

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// FuzzManifest: no panic; what was read is written as a manifest that reads the
// same; what was refused gives nothing.
func FuzzManifest(f *testing.F) {
	for _, tc := range hostileManifests {
		if len(tc.in) < 1<<16 {
			f.Add([]byte(tc.in))
		}
	}
	f.Add(metadata.NewManifest(66, c("ApexClass", "*"), c("Layout", "Account-R&D <x>"), c("Report", "Sales/Pipeline")).XML())
	f.Add([]byte(head + "<types><!-- c --><name>A</name><members><![CDATA[B]]>&#xd;</members><other><x/></other></types><version>66</version></Package>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := metadata.ParseManifest(data)
		if err != nil {
			if !errors.Is(err, metadata.ErrManifest) || m.Types != nil || m.Version != 0 || m.FullName != "" {
				t.Fatalf("refused with %v and %+v", err, m)
			}
			return
		}
		again, err := metadata.ParseManifest(m.XML())
		if err != nil {
			t.Fatalf("%v\n%s", err, m.XML())
		}
		if diff := cmp.Diff(m.Components(), again.Components()); diff != "" {
			t.Fatal(diff)
		}
		if m.FullName != again.FullName || m.Version != again.Version || len(m.Types) != len(again.Types) {
			t.Fatalf("%+v became %+v", m, again)
		}
		if diff := cmp.Diff(string(m.XML()), string(again.XML())); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzPath: a path that is taken stays inside on every system, and the component
// that it belongs to has a name and a place.
func FuzzPath(f *testing.F) {
	for _, tc := range hostilePaths {
		if len(tc.p) < 1<<12 {
			f.Add(tc.p)
		}
	}
	for _, typ := range metadata.Default().Types() {
		for p := range placed(typ) {
			f.Add(p)
		}
	}
	r := metadata.Default()
	f.Fuzz(func(t *testing.T, p string) {
		if err := metadata.CheckPath(p); err != nil {
			if !errors.Is(err, metadata.ErrPath) {
				t.Fatalf("%q is refused by %v", p, err)
			}
			checkPrintable(t, err)
			_, _ = r.ComponentAt(p) // hostile, but no reason to panic
			return
		}
		checkInside(t, p)
		at, ok := r.ComponentAt(p)
		if !ok {
			if r.IsFolder(p) {
				t.Fatalf("%q is a folder of nothing", p)
			}
			return
		}
		if _, known := r.Type(at.Type); !known || at.FullName == "" || strings.HasPrefix(at.FullName, "/") || strings.HasSuffix(at.FullName, "/") {
			t.Fatalf("%q belongs to %q", p, at)
		}
		main, ok := r.Path(at)
		if !ok {
			t.Fatalf("%q belongs to %q, which lies nowhere", p, at)
		}
		if back, err := metadata.ParseComponent(at.String()); err != nil || back != at {
			t.Fatalf("%q is read back as %q, %v", at, back, err)
		}
		if again, ok := r.ComponentAt(main); ok && again != at {
			t.Fatalf("%q belongs to %q, whose own path %q belongs to %q", p, at, main, again)
		}
	})
}

// checkInside says in other words than CheckPath what it is to promise.
func checkInside(t *testing.T, p string) {
	t.Helper()
	if !fs.ValidPath(p) || p == "." || path.Clean(p) != p {
		t.Fatalf("%q is no plain path", p)
	}
	windows := path.Clean("root/" + strings.ReplaceAll(p, `\`, "/"))
	if !strings.HasPrefix(windows, "root/") {
		t.Fatalf("%q leads out", p)
	}
	for _, part := range strings.Split(p, "/") {
		ascii := strings.Map(func(r rune) rune {
			if r > 0x7f {
				return -1 // far more than what any system passes over
			}
			return r
		}, part)
		name, _, _ := strings.Cut(strings.ToLower(ascii), ":")
		if name = strings.TrimRight(name, " ."); name == ".git" && ascii == part || name == "git~1" && ascii == part {
			t.Fatalf("%q reaches into Git's folder", p)
		}
		if len(part) > 1 && part[1] == ':' {
			t.Fatalf("%q names a drive", p)
		}
	}
}
