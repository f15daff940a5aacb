package archtest

import (
	"fmt"
	"slices"
	"strings"
)

const module = "github.com/orgkeep/orgkeep"

// layer is a row of the package map. A package imports from the rows above its
// own, and from its own row only what beside says.
type layer struct {
	name     string
	packages []string
	// beside maps a package to those of its own row that it may import; "*"
	// stands for all of them.
	beside map[string][]string
	// never lists packages of rows above that the row must not import.
	never []string
}

// layers is the package map, topmost row first. A package below one of these
// belongs to it: internal/state/statetest to internal/state.
func layers() []layer {
	return []layer{
		{name: "vocabulary", packages: []string{"pkg/metadata"}},
		// No row mates: client and emulator share names alone, so that they
		// cannot share a misreading.
		{name: "protocol and text", packages: []string{"pkg/mdapi", "pkg/normalize", "pkg/emulator"}},
		{
			name: "core",
			packages: []string{
				"internal/state", "internal/mdzip", "internal/seal", "internal/tree", "internal/diff", "internal/impact", "internal/deployplan", "internal/snapshot",
			},
			beside: map[string][]string{
				"internal/mdzip":      {"internal/state"},
				"internal/tree":       {"internal/state", "internal/mdzip"},
				"internal/diff":       {"internal/state", "internal/mdzip", "internal/tree"},
				"internal/impact":     {"internal/state", "internal/mdzip", "internal/tree", "internal/diff"},
				"internal/deployplan": {"internal/state", "internal/mdzip", "internal/seal", "internal/tree", "internal/diff", "internal/impact"},
				"internal/snapshot":   {"internal/state", "internal/mdzip", "internal/tree"},
			},
			never: []string{"pkg/mdapi", "pkg/emulator"},
		},
		{
			name: "use cases",
			packages: []string{
				"internal/retrieve", "internal/capture", "internal/drift", "internal/deploy", "internal/readback", "internal/rollback",
			},
			beside: map[string][]string{
				"internal/capture": {"internal/retrieve"},
				// Drift and the check after a deploy read an org just as a snapshot
				// does, so that none of them sees what the others do not.
				"internal/drift":    {"internal/retrieve", "internal/capture"},
				"internal/readback": {"internal/retrieve", "internal/capture", "internal/drift"},
				"internal/rollback": {"internal/retrieve", "internal/capture", "internal/drift", "internal/deploy", "internal/readback"},
			},
			never: []string{"pkg/emulator"},
		},
		{
			name:     "edges",
			packages: []string{"internal/auth", "internal/config", "internal/report", "internal/cli", "internal/demo"},
			beside: map[string][]string{
				"internal/auth": {"internal/config"},
				"internal/cli":  {"*"},
				"internal/demo": {"*"},
			},
		},
		{name: "programs", packages: []string{"cmd"}},
	}
}

// owners says which packages may import what lies outside. A key stands for all
// packages below it.
func owners() map[string][]string {
	return map[string][]string{
		"github.com/go-git/go-git/v5":     {"internal/snapshot"},
		"github.com/go-git/go-billy/v5":   {"internal/snapshot"},
		"github.com/spf13/cobra":          {"internal/cli"},
		"github.com/spf13/pflag":          {"internal/cli"},
		"github.com/vbauerster/mpb/v8":    {"internal/cli"},
		"github.com/fatih/color":          {"internal/cli"},
		"golang.org/x/term":               {"internal/cli"},
		"github.com/zalando/go-keyring":   {"internal/auth"},
		"github.com/gofrs/flock":          {"internal/state"},
		"github.com/rogpeppe/go-internal": {},
		"github.com/google/go-cmp":        {},
		"pgregory.net/rapid":              {},
		"testing":                         {"internal/state/statetest"},
	}
}

// place finds a package's row and the name of its row's entry.
func place(pkg string) (row int, entry string, ok bool) {
	for i, l := range layers() {
		for _, p := range l.packages {
			if within(pkg, p) {
				return i, p, true
			}
		}
	}
	return 0, "", false
}

func within(pkg, root string) bool { return pkg == root || strings.HasPrefix(pkg, root+"/") }

// judge tells what is wrong with an import, or "". Both names are import paths;
// those of the module are cut to what follows its name.
func judge(from, to string) string {
	inner, ours := strings.CutPrefix(to, module+"/")
	if !ours {
		return judgeOutside(from, to)
	}
	if within(from, "pkg") && within(inner, "internal") {
		return fmt.Sprintf("%s is for others to import, %s is not", from, inner)
	}
	row, entry, ok := place(from)
	if !ok {
		return fmt.Sprintf("%s has no row in the package map", from)
	}
	target, targetEntry, ok := place(inner)
	switch {
	case !ok:
		return fmt.Sprintf("%s has no row in the package map", inner)
	case entry == targetEntry:
		return ""
	}
	l := layers()[row]
	beside := l.beside[entry]
	switch {
	case target > row:
		return fmt.Sprintf("%s (%s) imports %s, which lies below it (%s)", from, l.name, inner, layers()[target].name)
	case target == row && !slices.Contains(beside, targetEntry) && !slices.Contains(beside, "*"):
		return fmt.Sprintf("%s imports %s of its own row against the arrows", from, inner)
	case slices.Contains(l.never, targetEntry):
		return fmt.Sprintf("%s (%s) must not know %s", from, l.name, inner)
	}
	return ""
}

func judgeOutside(from, to string) string {
	for lib, who := range owners() {
		if within(to, lib) && !slices.ContainsFunc(who, func(p string) bool { return within(from, p) }) {
			return fmt.Sprintf("%s imports %s, which belongs to %v", from, to, who)
		}
	}
	return ""
}
