package capture_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// moment is the org at one moment, read behind its back.
type moment struct {
	tree  tree.Tree
	blobs memory
}

type memory map[tree.Hash][]byte

func (m memory) Blob(_ context.Context, h tree.Hash) ([]byte, error) {
	content, ok := m[h]
	if !ok {
		return nil, errors.New("no such content")
	}
	return bytes.Clone(content), nil
}

func (w *world) moment(norm *normalize.Normalizer) moment {
	m := moment{blobs: memory{}}
	var entries []tree.Entry
	for p, content := range w.org.Files() {
		if slices.Contains(leftOut(), p) {
			continue
		}
		out := norm.Bytes(p, content).Output
		h := tree.HashOf(out)
		m.blobs[h] = out
		entries = append(entries, tree.Entry{Path: p, Hash: h})
	}
	m.tree = tree.New(entries)
	return m
}

func between(t *testing.T, a, b moment) []diff.Change {
	t.Helper()
	found, err := diff.Trees(t.Context(), diff.Input{Old: a.tree, New: b.tree, OldBlobs: a.blobs, NewBlobs: b.blobs})
	if err != nil {
		t.Fatal(err)
	}
	return found.Changes
}

// mutator changes an org at random, in many of the ways that people do.
type mutator struct {
	rnd *rand.Rand
	n   int
}

var freeText = regexp.MustCompile(`<(label|description|shortDescription|masterLabel|inlineHelpText|errorMessage|subject)>([^<]+)</`)

func pick[T any](m *mutator, from []T) T { return from[m.rnd.IntN(len(from))] }

func (m *mutator) change(files map[string][]byte) (string, func(*emulator.Editor) error) {
	m.n++
	switch m.rnd.IntN(8) {
	case 0:
		return m.code(files)
	case 1, 2:
		return m.text(files)
	case 3:
		return m.add(files)
	case 4:
		return m.child(files)
	case 5:
		return m.bundleFile(files)
	}
	return m.remove(files)
}

func (m *mutator) some(files map[string][]byte, fits func(p string) bool) string {
	var found []string
	for p := range files {
		if fits(p) && !strings.Contains(p, "acmepkg__") {
			found = append(found, p)
		}
	}
	slices.Sort(found)
	if len(found) == 0 {
		return ""
	}
	return pick(m, found)
}

func (m *mutator) code(files map[string][]byte) (string, func(*emulator.Editor) error) {
	p := m.some(files, func(p string) bool {
		return slices.Contains([]string{".cls", ".trigger", ".js", ".html", ".css", ".page", ".component", ".cmp"}, path.Ext(p))
	})
	return "a line at the end of " + p, func(e *emulator.Editor) error {
		return e.Put(p, append(bytes.Clone(files[p]), fmt.Sprintf("\n// %d\n", m.n)...))
	}
}

func (m *mutator) text(files map[string][]byte) (string, func(*emulator.Editor) error) {
	p := m.some(files, func(p string) bool { return freeText.Match(files[p]) })
	found := freeText.FindAllSubmatchIndex(files[p], -1)
	at := pick(m, found)
	return "a text in " + p, func(e *emulator.Editor) error {
		content := slices.Concat(files[p][:at[5]], fmt.Appendf(nil, " &amp; %d", m.n), files[p][at[5]:])
		return e.Put(p, content)
	}
}

func (m *mutator) add(files map[string][]byte) (string, func(*emulator.Editor) error) {
	kind := pick(m, []string{".report", ".layout", ".remoteSite", ".queue", ".permissionset", ".tab", ".email", ".resource", ".cls", ".md"})
	p := m.some(files, func(p string) bool { return path.Ext(p) == kind })
	if p == "" {
		return "nothing", func(*emulator.Editor) error { return nil }
	}
	now := strings.TrimSuffix(p, kind) + fmt.Sprintf("_%d", m.n) + kind
	return "the new " + now, func(e *emulator.Editor) error {
		if meta, ok := files[p+metadata.MetaSuffix]; ok {
			if err := e.Put(now+metadata.MetaSuffix, meta); err != nil {
				return err
			}
		}
		return e.Put(now, files[p])
	}
}

// child adds a field, a rule or a label.
func (m *mutator) child(files map[string][]byte) (string, func(*emulator.Editor) error) {
	p := m.some(files, func(p string) bool {
		return strings.HasPrefix(p, "objects/") && !strings.Contains(p, "__mdt") && !strings.Contains(p, "__e.")
	})
	item := pick(m, []string{
		"    <fields>\n        <fullName>New_%d__c</fullName>\n        <label>New</label>\n        <type>Checkbox</type>\n    </fields>\n",
		"    <validationRules>\n        <fullName>New_%d</fullName>\n        <active>true</active>\n        <errorConditionFormula>false</errorConditionFormula>\n        <errorMessage>no</errorMessage>\n    </validationRules>\n",
		"    <listViews>\n        <fullName>New_%d</fullName>\n        <filterScope>Everything</filterScope>\n        <label>New</label>\n    </listViews>\n",
	})
	if m.rnd.IntN(4) == 0 {
		p = "labels/CustomLabels.labels"
		item = "    <labels>\n        <fullName>New_%d</fullName>\n        <language>en_US</language>\n        <protected>true</protected>\n        <shortDescription>New</shortDescription>\n        <value>New</value>\n    </labels>\n"
	}
	return "a new child in " + p, func(e *emulator.Editor) error {
		text := string(files[p])
		end := strings.LastIndex(text, "</")
		return e.Put(p, []byte(text[:end]+fmt.Sprintf(item, m.n)+text[end:]))
	}
}

func (m *mutator) bundleFile(files map[string][]byte) (string, func(*emulator.Editor) error) {
	p := m.some(files, func(p string) bool { return strings.HasPrefix(p, "lwc/") })
	now := path.Dir(p) + fmt.Sprintf("/extra%d.css", m.n)
	return "the new file " + now, func(e *emulator.Editor) error { return e.Put(now, []byte(".a {}\n")) }
}

// remove deletes a component or a child, with what the platform deletes along.
func (m *mutator) remove(files map[string][]byte) (string, func(*emulator.Editor) error) {
	registry := metadata.Default()
	var all []metadata.Component
	for p, content := range files {
		c, ok := registry.ComponentAt(p)
		if !ok || strings.Contains(p, "acmepkg__") {
			continue
		}
		t, _ := registry.Type(c.Type)
		switch c.Type {
		case "ApexClass", "ApexPage", "ApexTrigger", "Report", "Layout", "RemoteSiteSetting", "Queue", "StaticResource", "CustomMetadata", "EmailTemplate", "Document", "PermissionSet", "LightningComponentBundle", "Role", "CustomTab":
			all = append(all, c)
		case "CustomObject", "CustomLabels", "Workflow", "SharingRules":
			kids, err := retrieve.Children(t, c.FullName, content)
			if err != nil {
				panic(err) // the org's own file
			}
			for _, kid := range kids {
				if kid.Type != "CustomField" || strings.HasSuffix(kid.FullName, "__c") {
					all = append(all, kid)
				}
			}
		}
	}
	slices.SortFunc(all, metadata.Component.Compare)
	c := pick(m, slices.Compact(all))
	return "the delete of " + c.String(), func(e *emulator.Editor) error {
		if err := e.Delete(c); err != nil && !errors.Is(err, emulator.ErrNoSuchComponent) {
			return err
		}
		return nil
	}
}

// dated tells whether the listing can say who changed something.
func dated(c diff.Change) bool {
	if c.Kind == diff.Deleted || c.Kind == diff.Renamed || strings.HasPrefix(c.Component.FullName, "acmepkg__") {
		return false
	}
	switch c.Component.Type {
	case "ApexClass", "ApexTrigger", "ApexPage", "LightningComponentBundle", "CustomField", "ValidationRule", "ListView", "CustomLabel", "Layout", "Report",
		"Queue", "PermissionSet", "Role", "StaticResource", "Flow":
		return true
	}
	return false
}

// Random changes by random users: after each snapshot the repository holds what
// the org holds, the changes are those that were made, and nobody is named for
// what somebody else did.
func TestRandomChangesAreFoundWithTheirAuthors(t *testing.T) {
	t.Parallel()
	for seed := range uint64(rounds(1, 40)) {
		t.Run(fmt.Sprintf("full runs, seed %d", seed), func(t *testing.T) {
			t.Parallel()
			randomChanges(t, seed, func(*capture.Options) {})
		})
		t.Run(fmt.Sprintf("incremental runs, seed %d", seed), func(t *testing.T) {
			t.Parallel()
			randomChanges(t, seed+1000, incremental)
		})
	}
}

func randomChanges(t *testing.T, seed uint64, how func(*capture.Options)) {
	t.Helper()
	norm, err := normalize.New()
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, demo.Org(), emulator.WithSeed(int64(seed)))
	w.must(how)
	m := &mutator{rnd: rand.New(rand.NewPCG(seed, 7))}
	users := []string{"tom.osei@acme.example", "maria.keller@acme.example", "jo.brandt@acme.example"}
	for range 5 {
		start := w.moment(norm)
		by := map[metadata.Component]string{}
		var done []string
		for range 1 + m.rnd.IntN(4) {
			before := w.moment(norm)
			user := pick(m, users)
			what, change := m.change(w.org.Files())
			w.edit(user, change)
			done = append(done, user+": "+what)
			for _, c := range between(t, before, w.moment(norm)) {
				by[c.Component] = user
			}
		}
		end := w.moment(norm)
		result := w.must(how)
		same(t, end.tree, w.head())
		want := map[string]string{}
		for _, c := range between(t, start, end) {
			want[c.Kind.String()+" "+c.Component.String()] = by[c.Component]
		}
		got := map[string]string{}
		for _, c := range result.Diff.Changes {
			who := result.Authors[c.Component].Username
			if who == "" && !dated(c) {
				who = by[c.Component]
			}
			got[c.Kind.String()+" "+c.Component.String()] = who
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("changes and authors after %q (-want +got):\n%s", done, diff)
		}
		if missing := missing(result.State.Coverage); len(missing) > 0 {
			t.Errorf("missing after %q: %v", done, missing)
		}
		if t.Failed() {
			return
		}
	}
}
