package capture_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// scale is how many components large orgs have here: few, or as many as
// ORGKEEP_SCALE says.
func scale(tb testing.TB) int {
	tb.Helper()
	text := os.Getenv("ORGKEEP_SCALE")
	if text == "" {
		return 800
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// large is a settled world whose org is made up.
func large(t *testing.T) (*world, *gateway, *capture.Result) {
	t.Helper()
	w := newWorld(t, fstest.MapFS{}, emulator.WithGenerated(scale(t), 1))
	g := &gateway{Client: w.client}
	w.opts.Full = false
	first := w.step(g)
	w.clock.advance(time.Hour)
	return w, g, first
}

// unaccounted gives what the org lists and neither is stored, nor was left out on
// purpose, nor is named as missing.
func unaccounted(result *capture.Result) []metadata.Component {
	l, r := result.State.Listing, result.State.Registry
	have := map[metadata.Component]bool{}
	for _, f := range result.State.Tree.Components(r) {
		have[retrieve.Canonical(f.Component)] = true
	}
	for _, m := range result.State.Coverage.Missing {
		have[metadata.Component{Type: m.Type, FullName: m.FullName}] = true
	}
	var out []metadata.Component
	for _, c := range l.Rows() {
		if parent, ok := retrieve.ParentOf(r, c); ok {
			c = parent
		}
		row, _ := l.Row(c)
		if !have[retrieve.Canonical(c)] && row.ManageableState != "installed" {
			out = append(out, c)
		}
	}
	return out
}

// A large org comes whole, in few retrieves, and one change in it takes one.
func TestALargeOrgIsReadInFewRetrieves(t *testing.T) {
	t.Parallel()
	w, g, first := large(t)
	if lost := unaccounted(first); len(lost) > 0 || !first.State.Coverage.Complete() {
		t.Errorf("unaccounted: %v, missing: %v", lost, missing(first.State.Coverage))
	}
	same(t, w.truth(leftOut()...), w.head())
	const most = 10_000 // files that a retrieve may bring
	least := (w.head().Len() + most - 1) / most
	inFirst := len(g.asked)
	g.all()
	again := w.step(g, func(o *capture.Options) { o.Full = true })
	inFull := len(g.asked)
	g.all()
	if again.Changed() || len(again.Missed) > 0 {
		t.Errorf("a full run found %v, and %v that nobody told of", changes(again.Diff), again.Missed)
	}
	w.clock.advance(time.Hour)
	var class string
	for e := range w.head().All() {
		if path.Ext(e.Path) == ".cls" {
			class = e.Path
		}
	}
	w.edit("tom.osei@acme.example", func(e *emulator.Editor) error { return e.Put(class, []byte("public class Changed {}\n")) })
	one := w.step(g)
	if len(one.Diff.Changes) != 1 || one.Full || len(g.asked) != 1 {
		t.Errorf("one change is seen as %v, in %d retrieves, full: %t", changes(one.Diff), len(g.asked), one.Full)
	}
	t.Logf("%d files in %d retrieves at first and %d in a full run, %d are the least; unaccounted: %d", w.head().Len(), inFirst, inFull, least, len(unaccounted(first)))
	if inFirst*10 > max(17*least, 10) || inFull*10 > max(12*least, 10) {
		t.Errorf("%d retrieves were made at first and %d in a full run, where %d would do", inFirst, inFull, least)
	}
}

// Many changes by many people: exactly those are in the difference, each by the
// one who made it.
func TestEachOfManyChangesHasItsAuthor(t *testing.T) {
	t.Parallel()
	w, g, _ := large(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	users := []string{"tom.osei@acme.example", "maria.keller@acme.example", "jo.brandt@acme.example"}
	files := w.org.Files()
	var paths []string
	for p := range files {
		if slices.Contains([]string{".cls", ".trigger", ".js", ".flow", ".layout"}, path.Ext(p)) {
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	rnd.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	want := map[string]string{}
	for i, p := range paths {
		if len(want) == min(500, scale(t)/10) {
			break
		}
		c, ok := metadata.Default().ComponentAt(p)
		if !ok || want["changed "+c.String()] != "" {
			continue
		}
		user := users[i%len(users)]
		want["changed "+c.String()] = user
		w.edit(user, func(e *emulator.Editor) error { return e.Put(p, altered(p, files[p], i)) })
	}
	result := w.step(g)
	got := map[string]string{}
	for _, c := range result.Diff.Changes {
		got[c.Kind.String()+" "+c.Component.String()] = result.Authors[c.Component].Username
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("changes and authors (-want +got):\n%s", d)
	}
	if len(result.Commits) != len(users) {
		t.Errorf("%d commits were made", len(result.Commits))
	}
	t.Logf("%d changes", len(got))
	same(t, w.truth(leftOut()...), w.head())
}

// altered gives a file with a change that means something.
func altered(p string, content []byte, n int) []byte {
	switch path.Ext(p) {
	case ".flow":
		return insertBefore(content, "</Flow>", fmt.Sprintf("    <description>Number %d</description>\n", n))
	case ".layout":
		return insertBefore(content, "</Layout>", fmt.Sprintf("    <customButtons>Number_%d</customButtons>\n", n))
	}
	return append(slices.Clone(content), fmt.Sprintf("\n// number %d\n", n)...)
}

func insertBefore(content []byte, end, text string) []byte {
	i := len(content) - 1
	for ; i > 0; i-- {
		if string(content[i:min(i+len(end), len(content))]) == end {
			break
		}
	}
	return slices.Concat(content[:i], []byte(text), content[i:])
}

// BenchmarkSnapshot measures snapshots of a made-up org over HTTP: the first one,
// one in which nothing has moved, and a full one.
func BenchmarkSnapshot(b *testing.B) {
	org := func(b *testing.B) *world {
		b.Helper()
		return newWorld(b, fstest.MapFS{}, emulator.WithGenerated(scale(b), 1))
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			w := org(b)
			b.StartTimer()
			w.must()
		}
	})
	for name, full := range map[string]bool{"nothing moved": false, "full": true} {
		b.Run(name, func(b *testing.B) {
			w := org(b)
			w.must()
			w.clock.advance(time.Hour)
			for b.Loop() {
				w.must(func(o *capture.Options) { o.Full = full })
			}
		})
	}
}
