package deployplan_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// scaled gives the size of a study: the large one where ORGKEEP_STUDY is set.
func scaled(small, large int) int {
	if os.Getenv("ORGKEEP_STUDY") != "" {
		return large
	}
	return small
}

// randomPlan is an org with random changes, and the plan that takes them back.
func randomPlan(t *testing.T, seed uint64) (*org, *deployplan.Plan) {
	t.Helper()
	o := newOrg(t, demo.Org())
	r := rand.New(rand.NewPCG(seed, 31))
	o.mutate(r, 1+r.IntN(4), false)
	return o, o.plan()
}

// removable are the components that the package of a plan names or deletes, but
// for what is named beside its children or goes with another.
func removable(p *deployplan.Plan) []metadata.Component {
	var out []metadata.Component
	for _, a := range p.Actions {
		if a.Verb == deployplan.Leave || a.Component.Type == "Flow" || strings.Contains(a.Reason, "goes with") || len(a.MayStay) > 0 {
			continue
		}
		out = append(out, a.Component)
	}
	return out
}

// lessOf takes one component out of a stage.
func lessOf(t *testing.T, s deployplan.Stage, out metadata.Component) deployplan.Stage {
	t.Helper()
	is := func(c metadata.Component) bool { return c == out }
	s.Named = slices.DeleteFunc(slices.Clone(s.Named), is)
	s.Before, s.After = slices.DeleteFunc(slices.Clone(s.Before), is), slices.DeleteFunc(slices.Clone(s.After), is)
	r := metadata.Default()
	parent, def, child := r.Parent(out.Type)
	path, _ := r.Path(out)
	s.Files = slices.DeleteFunc(slices.Clone(s.Files), func(f deployplan.File) bool {
		c, _ := r.ComponentAt(f.Path)
		return !child && c == out
	})
	for i, f := range s.Files {
		if !child || f.Path != path {
			continue
		}
		doc := etree.NewDocument()
		must(t, doc.ReadFromBytes(f.Content))
		for _, e := range doc.Root().SelectElements(def.Element) {
			if key := e.SelectElement(def.Key); key != nil && def.FullName(topName(out, parent), key.Text()) == out.FullName {
				doc.Root().RemoveChild(e)
			}
		}
		content, err := doc.WriteToBytes()
		must(t, err)
		s.Files[i] = deployplan.File{Path: f.Path, Content: content}
		if len(doc.Root().ChildElements()) == 0 {
			s.Files = slices.Delete(s.Files, i, i+1)
			s.Named = slices.DeleteFunc(s.Named, func(c metadata.Component) bool {
				return c.Type == parent.Name && strings.HasPrefix(out.FullName, c.FullName)
			})
			break
		}
	}
	return s
}

func topName(c metadata.Component, _ metadata.Type) string {
	object, _, _ := strings.Cut(c.FullName, ".")
	return object
}

// stillReaches deploys a package that lacks something to the org as it is now,
// and tells whether the target was reached all the same. It works on a copy.
func stillReaches(t *testing.T, o *org, p *deployplan.Plan) bool {
	t.Helper()
	files := o.server.Files()
	twin := newOrg(t, memory(files))
	twin.target = o.target
	before, _ := twin.left(p)
	if len(p.Stages[0].Files)+len(p.Stages[0].Before)+len(p.Stages[0].After) == 0 {
		return len(before) == 0
	}
	if !twin.tries(p) {
		return false
	}
	all, _ := twin.left(&deployplan.Plan{})
	left := func(c metadata.Component) bool {
		return slices.ContainsFunc(p.Actions, func(a deployplan.Action) bool {
			return a.Component == c && (a.Verb == deployplan.Leave || len(a.MayStay) > 0)
		})
	}
	for _, c := range all {
		if !left(c.Component) {
			return false
		}
	}
	return true
}

// The package of a rollback is built in less time than git takes for an archive of
// the same files: our time on the wall is held against git's on the processor. Run
// it with -bench Package; ORGKEEP_STUDY makes it of 10,000 components.
func BenchmarkPackage(b *testing.B) {
	stage, dir := largeStage(b, scaled(1000, 10_000))
	ours, theirs := time.Hour, time.Hour
	for b.Loop() {
		began := time.Now()
		if err := deployplan.WritePackage(b.Context(), io.Discard, stage); err != nil {
			b.Fatal(err)
		}
		ours = min(ours, time.Since(began))
	}
	for range 3 {
		cmd := exec.CommandContext(b.Context(), "git", "-C", dir, "archive", "--format=zip", "-o", filepath.Join(b.TempDir(), "x.zip"), "HEAD")
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Skipf("git: %v %s", err, out)
		}
		theirs = min(theirs, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	}
	b.ReportMetric(float64(ours)/float64(theirs), "of-git-archive")
}

// largeStage is a stage of n classes, each two files, and a repository that holds
// the same files.
func largeStage(tb testing.TB, n int) (deployplan.Stage, string) {
	tb.Helper()
	dir := tb.TempDir()
	s := deployplan.Stage{Name: "main", Version: version}
	r := rand.New(rand.NewPCG(1, 1))
	for i := range n {
		body := fmt.Sprintf("public class C%05d {\n", i)
		for range 20 + r.IntN(60) {
			body += fmt.Sprintf("    public static Integer f%d(Integer x) { return x * %d + %d; }\n", r.IntN(1e6), r.IntN(1e6), r.IntN(1e6))
		}
		name := fmt.Sprintf("classes/C%05d.cls", i)
		meta := "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ApexClass xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <apiVersion>66.0</apiVersion>\n    <status>Active</status>\n</ApexClass>\n"
		s.Named = append(s.Named, metadata.Component{Type: "ApexClass", FullName: fmt.Sprintf("C%05d", i)})
		s.Files = append(s.Files, deployplan.File{Path: name, Content: []byte(body + "}\n")}, deployplan.File{Path: name + "-meta.xml", Content: []byte(meta)})
	}
	if err := os.MkdirAll(filepath.Join(dir, "classes"), 0o700); err != nil {
		tb.Fatal(err)
	}
	for _, f := range s.Files {
		if err := os.WriteFile(filepath.Join(dir, f.Path), f.Content, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"config", "gc.auto", "0"}, {"add", "."}, {"-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "-m", "x"}, {"gc", "-q"}} {
		if out, err := exec.CommandContext(tb.Context(), "git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			tb.Skipf("git: %v %s", err, out)
		}
	}
	return s, dir
}

func TestAPackageHoldsItsFiles(t *testing.T) {
	t.Parallel()
	s, _ := largeStage(t, 20)
	var out bytes.Buffer
	must(t, deployplan.WritePackage(t.Context(), &out, s))
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	must(t, err)
	if len(z.File) != 41 {
		t.Errorf("%d entries", len(z.File))
	}
}
