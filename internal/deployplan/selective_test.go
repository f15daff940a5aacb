package deployplan_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// A restore that is too large for one deploy is cut into several, none of which
// is, in an order that an empty org takes.
func TestALargeRestoreIsSplit(t *testing.T) {
	t.Parallel()
	full := newOrg(t, demo.Org())
	for name, limits := range map[string]deployplan.Limits{"by files": {Files: 100}, "by bytes": {Bytes: 220 << 10}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			empty := newOrg(t, fstest.MapFS{})
			plan, err := deployplan.Build(t.Context(), deployplan.Input{
				Live: deployplan.State{Tree: tree.New(nil), Blobs: blobs{}}, Target: full.target, Version: version, Limits: limits,
			})
			must(t, err)
			if len(plan.Stages) < 2 {
				t.Fatalf("%d stages", len(plan.Stages))
			}
			for _, s := range plan.Stages {
				bytes := 0
				for _, f := range s.Files {
					bytes += len(f.Content)
				}
				if !s.ValidateFirst || limits.Files > 0 && len(s.Files) > limits.Files || limits.Bytes > 0 && bytes > limits.Bytes {
					t.Errorf("stage %s: %d files, %d bytes, validated first: %v", s.Name, len(s.Files), bytes, s.ValidateFirst)
				}
			}
			if !empty.deploy(plan) {
				t.Fatal("the org refused a part")
			}
			empty.target = full.target
			if _, surprises := empty.left(plan); len(surprises) > 0 {
				t.Errorf("left:\n%s", changesText(surprises))
			}
		})
	}
}

func TestACircleThatIsTooLargeIsCut(t *testing.T) {
	t.Parallel()
	full := newOrg(t, demo.Org())
	plan, err := deployplan.Build(t.Context(), deployplan.Input{
		Live: deployplan.State{Tree: tree.New(nil), Blobs: blobs{}}, Target: full.target, Version: version, Limits: deployplan.Limits{Files: 20},
	})
	must(t, err)
	named := map[metadata.Component]int{}
	for _, s := range plan.Stages {
		if len(s.Files) > 20 {
			t.Errorf("%s has %d files", s.Name, len(s.Files))
		}
		for _, c := range s.Named {
			named[c]++
		}
	}
	for c, n := range named {
		if n != 1 {
			t.Errorf("%s is named %d times", c, n)
		}
	}
	if len(named) < 200 {
		t.Errorf("only %d components are named", len(named))
	}
}

func TestWhatASelectionNeedsIsNamedOrAdded(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	o.edit(remove("ApexClass", "RateCardTest"))
	o.edit(remove("ApexClass", "RateCard"))
	in := o.input()
	in.Keep = func(c metadata.Component) bool { return c.FullName == "RateCardTest" }
	plan, err := deployplan.Build(t.Context(), in)
	must(t, err)
	var missing []string
	for _, m := range plan.Missing {
		missing = append(missing, m.Component.String()+" for "+m.By.String())
	}
	if diff := cmp.Diff([]string{"ApexClass:RateCard for ApexClass:RateCardTest"}, missing); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	in.WithDependencies = true
	plan, err = deployplan.Build(t.Context(), in)
	must(t, err)
	if diff := cmp.Diff([]string{"+ ApexClass:RateCard", "+ ApexClass:RateCardTest"}, actionsOf(plan)); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	if !o.deploy(plan) {
		t.Error("the org refused it")
	}
}

func TestTestsAreSuggestedForApexThatChanges(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	o.edit(swap("classes/RateCard.cls", "return null;", "return 0;"))
	if diff := cmp.Diff([]string{"RateCardTest"}, o.plan().Tests); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUsersAreMapped(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	o.edit(remove("Queue", "Offers"))
	content := ""
	for e := range o.target.Tree.All() {
		if e.Path == "queues/Offers.queue" {
			b, err := o.target.Blobs.Blob(t.Context(), e.Hash)
			must(t, err)
			content = string(b)
		}
	}
	_, rest, ok := strings.Cut(content, "<user>")
	user, _, _ := strings.Cut(rest, "</user>")
	if !ok {
		t.Fatalf("the queue names no user:\n%s", content)
	}
	o.server.AddUser("bo@other.example", "Bo")
	in := o.input()
	in.Users = map[string]string{strings.ToUpper(user): "bo@other.example"}
	plan, err := deployplan.Build(t.Context(), in)
	must(t, err)
	if !o.deploy(plan) {
		t.Fatal("the org refused it")
	}
	if got := string(o.server.Files()["queues/Offers.queue"]); !strings.Contains(got, "<user>bo@other.example</user>") || strings.Contains(got, user) {
		t.Errorf("the queue has:\n%s", got)
	}
	if _, surprises := o.left(plan); len(surprises) > 0 {
		t.Errorf("not announced:\n%s", changesText(surprises))
	}
}

func TestOneElementIsPicked(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	admin := metadata.Component{Type: "Profile", FullName: "Admin"}
	const path = "profiles/Admin.profile"
	before := string(o.server.Files()[path])
	first, second := entryOf(t, before, "fieldPermissions", 0), entryOf(t, before, "fieldPermissions", 1)
	o.edit(swap(path, first, strings.Replace(first, "<editable>true", "<editable>false", 1)))
	o.edit(swap(path, second, strings.Replace(second, "<editable>true", "<editable>false", 1)))
	field := strings.TrimSpace(between(first, "<field>", "</field>"))
	in := o.input()
	over, err := deployplan.Picked(t.Context(), in.Live, in.Target, metadata.Default(), []deployplan.Pick{{Component: admin, Element: "fieldPermissions", Key: field}})
	must(t, err)
	in.Target = over.Over(in.Target)
	in.Keep = func(c metadata.Component) bool { return c == admin }
	plan, err := deployplan.Build(t.Context(), in)
	must(t, err)
	if len(plan.Actions) != 1 || len(plan.Actions[0].Elements) != 1 {
		t.Fatalf("%s", text(plan))
	}
	if !o.deploy(plan) {
		t.Fatal("the org refused it")
	}
	now := string(o.server.Files()[path])
	if !strings.Contains(now, first) || strings.Contains(now, second) {
		t.Errorf("of two changed entries not the first alone came back:\n%s", now)
	}
	if _, err := deployplan.Picked(t.Context(), in.Live, in.Target, metadata.Default(), []deployplan.Pick{{Component: admin, Element: "fieldPermissions", Key: "No.Field"}}); err == nil {
		t.Error("an element that nobody has was picked")
	}
}

// entryOf gives the n-th entry of a name that is editable.
func entryOf(t *testing.T, content, name string, n int) string {
	t.Helper()
	for part := range strings.SplitSeq(content, "<"+name+">") {
		entry, _, ok := strings.Cut(part, "</"+name+">")
		if !ok || !strings.Contains(entry, "<editable>true") {
			continue
		}
		if n == 0 {
			return "<" + name + ">" + entry + "</" + name + ">"
		}
		n--
	}
	t.Fatalf("there are not so many %s", name)
	return ""
}

func between(s, from, to string) string {
	_, rest, _ := strings.Cut(s, from)
	out, _, _ := strings.Cut(rest, to)
	return out
}

func TestAValidationIsNoPartOfThePlansDigest(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	o.edit(swap("classes/RateCard.cls", "return null;", "return 0;"))
	plan := o.plan()
	before, err := plan.Digest()
	must(t, err)
	plan.Validation = &deployplan.Validation{ID: "0Af"}
	after, err := plan.Digest()
	must(t, err)
	if before != after {
		t.Error("the digest moved")
	}
}

// Whatever is taken out of a package, something stays behind.
func TestAPackageIsMinimal(t *testing.T) {
	t.Parallel()
	checked, plans := 0, 0
	for seed := uint64(0); plans < scaled(4, 50); seed++ {
		o, plan := randomPlan(t, seed)
		main := slices.IndexFunc(plan.Stages, func(s deployplan.Stage) bool { return s.Name == "main" })
		if main < 0 || len(plan.Stages) > 1 || len(removable(plan)) == 0 {
			continue
		}
		plans++
		for _, out := range removable(plan) {
			less := *plan
			less.Stages = []deployplan.Stage{lessOf(t, plan.Stages[main], out)}
			if stillReaches(t, o, &less) {
				t.Errorf("seed %d: without %s the target is reached as well\n%s", seed, out, text(plan))
			}
			checked++
		}
	}
	t.Logf("%d plans, %d packages without one of their components", plans, checked)
	if checked < 10 {
		t.Errorf("only %d were checked", checked)
	}
}
