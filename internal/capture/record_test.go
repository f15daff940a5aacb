package capture_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// commits gives a run's commits, oldest first.
func (w *world) commits(r *capture.Result) []snapshot.Commit {
	w.t.Helper()
	var out []snapshot.Commit
	for _, id := range r.Commits {
		c, err := w.store.Load(w.t.Context(), id)
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

func TestEachChangeIsFoundWithItsAuthor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.must()
	want := map[metadata.Component]string{}
	for _, change := range demo.Changes() {
		w.edit(change.User.Username, func(e *emulator.Editor) error { return change.Apply(e) })
		for _, c := range change.Touched {
			want[c] = change.User.Username
		}
	}
	result := w.must()
	got := map[metadata.Component]string{}
	unknown := 0
	for _, change := range result.Diff.Changes {
		c := change.Component
		who := result.Authors[c].Username
		if who == "" {
			who = want[c] // unknown is always allowed
			unknown++
		}
		got[c] = who
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes and authors (-want +got):\n%s", diff)
	}
	t.Logf("%d changes, %d of them by unknown", len(got), unknown)
	same(t, w.truth(leftOut()...), w.head())
	if again := w.must(); again.Changed() {
		t.Errorf("another commit was made for %v", changes(again.Diff))
	}
}

func TestOneCommitIsMadePerAuthor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	first := w.must()
	if got := w.commits(first); len(got) != 1 || got[0].Author.Email != "rita@acme.example" || !strings.Contains(got[0].Subject, "first snapshot") {
		t.Errorf("the first snapshot is %+v", got)
	}
	write := func(path, content string) func(*emulator.Editor) error {
		return func(e *emulator.Editor) error { return e.Put(path, []byte(content)) }
	}
	w.edit("tom.osei@acme.example", write("classes/RateCard.cls", "public class RateCard { }\n"))
	tom := w.clock.Now().Truncate(time.Second)
	w.edit("maria.keller@acme.example", write("classes/CaseRouter.cls", "public class CaseRouter { }\n"))
	maria := w.clock.Now().Truncate(time.Second)
	w.edit("ada.admin@acme.example", write("settings/Apex.settings", "<ApexSettings xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <enableApexSubmitCallouts>true</enableApexSubmitCallouts>\n</ApexSettings>\n"))
	result := w.must(func(o *capture.Options) {
		o.Mail = func(username string) string { return strings.Replace(username, "@acme.example", "@git.example", 1) }
		o.Trailers = []snapshot.Trailer{{Key: "Ticket", Value: "4711"}}
	})
	type commit struct {
		Author, Mail, Subject string
		When                  time.Time
	}
	want := []commit{
		{"Tom Osei", "tom.osei@git.example", "prod: changed ApexClass RateCard", tom},
		{"Maria Keller", "maria.keller@git.example", "prod: changed ApexClass CaseRouter", maria},
		{"unknown", "unknown@" + w.opts.OrgID + ".invalid", "prod: changed Settings Apex", w.clock.Now().Truncate(time.Second)},
	}
	var got []commit
	all := w.commits(result)
	for _, c := range all {
		got = append(got, commit{c.Author.Name, c.Author.Email, c.Subject, c.Author.When.UTC()})
		if c.Committer.Email != "rita@acme.example" {
			t.Errorf("committed by %s", c.Committer.Email)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("commits (-want +got):\n%s", diff)
	}
	if all[0].IsSnapshot() || all[1].IsSnapshot() || !all[2].IsSnapshot() {
		t.Error("the last commit alone must be the snapshot")
	}
	for _, key := range []string{capture.TrailerOrg, capture.TrailerVersion, capture.TrailerListed, capture.TrailerCoverage, capture.TrailerDuration, capture.TrailerTool, "Ticket"} {
		if v, ok := all[2].Trailer(key); !ok || v == "" {
			t.Errorf("the snapshot has no trailer %s", key)
		}
	}
	git(t, w.store.Dir(), "fsck", "--full", "--strict")
}

func git(tb testing.TB, dir string, args ...string) string {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), "git", append([]string{"-C", dir}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		tb.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func TestOneFileOfSeveralAuthorsNamesThemAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.must()
	relabel := func(was, is string) func(*emulator.Editor) error {
		return func(e *emulator.Editor) error {
			content, err := e.Get("labels/CustomLabels.labels")
			if err != nil {
				return err
			}
			text := strings.Replace(string(content), was, is, 1)
			if text == string(content) {
				return errors.New("nothing was changed")
			}
			return e.Put("labels/CustomLabels.labels", []byte(text))
		}
	}
	w.edit("maria.keller@acme.example", relabel("Welcome to Acme, {0}!", "Hello {0}!"))
	w.edit("tom.osei@acme.example", relabel("Banner of the dispatch board", "Banner"))
	result := w.must()
	all := w.commits(result)
	last := all[len(all)-1]
	co, _ := last.Trailer("Co-authored-by")
	if last.Author.Name != "Tom Osei" || co != "Maria Keller <maria.keller@acme.example>" {
		t.Errorf("the author is %s, beside %q; changes are %v", last.Author.Name, co, changes(result.Diff))
	}
}

func TestOneCommitForAllWhenThatIsWanted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.must()
	for _, user := range []string{"tom.osei@acme.example", "maria.keller@acme.example"} {
		w.edit(user, func(e *emulator.Editor) error {
			return e.Put("classes/By"+user[:3]+".cls", []byte("public class X {}\n"))
		})
	}
	result := w.must(func(o *capture.Options) { o.SingleCommit = true })
	all := w.commits(result)
	if len(all) != 1 || all[0].Author.Email != "rita@acme.example" || all[0].Subject != "prod: 2 added, 0 changed, 0 deleted" {
		t.Errorf("commits are %+v", all)
	}
}

func TestADeletionHasAnAuthorOnlyWhereTheAuditTrailLeavesNoDoubt(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		rows []mdapi.Record
		fail error
		want string
	}{
		{"one row of one user", []mdapi.Record{auditRow("deletedApexClass", "Deleted WelcomeMailer Apex Class code", "tom")}, nil, "tom"},
		{"the other order of words", []mdapi.Record{auditRow("deletedApexClass", "Deleted Apex Class code WelcomeMailer", "tom")}, nil, "tom"},
		{"rows of another class", []mdapi.Record{auditRow("deletedApexClass", "Deleted WelcomeMailerTest Apex Class", "tom")}, nil, ""},
		{"rows of another type", []mdapi.Record{auditRow("deletedApexPage", "Deleted Page WelcomeMailer", "tom")}, nil, ""},
		{"another action", []mdapi.Record{auditRow("changedApexClass", "Changed WelcomeMailer Apex Class code", "tom")}, nil, ""},
		{"two users", []mdapi.Record{auditRow("deletedApexClass", "Deleted WelcomeMailer Apex Class", "tom"), auditRow("deletedApexClass", "Deleted WelcomeMailer Apex Class", "eva")}, nil, ""},
		{"somebody who acted for another", []mdapi.Record{with(auditRow("deletedApexClass", "Deleted WelcomeMailer Apex Class", "tom"), "DelegateUser", "support@acme.example")}, nil, ""},
		{"no user", []mdapi.Record{auditRow("deletedApexClass", "Deleted WelcomeMailer Apex Class", "")}, nil, ""},
		{"an audit trail that may not be read", nil, &mdapi.Fault{Code: "INSUFFICIENT_ACCESS"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, demo.Org())
			w.must()
			gone := metadata.Component{Type: "ApexClass", FullName: "WelcomeMailer"}
			w.edit("tom.osei@acme.example", func(e *emulator.Editor) error { return e.Delete(gone) })
			result, err := w.runOn(audited{w.client, test.rows, test.fail})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(changes(result.Diff), "deleted ApexClass:WelcomeMailer") {
				t.Errorf("the changes are %v", changes(result.Diff))
			}
			if got := result.Authors[gone].Username; got != test.want {
				t.Errorf("it was deleted by %q, not %q", got, test.want)
			}
		})
	}
}

func auditRow(action, display, user string) mdapi.Record {
	r := mdapi.Record{"Action": action, "Display": display, "CreatedDate": "2026-11-02T09:02:00.000+0000", "DelegateUser": nil}
	if user != "" {
		r["CreatedBy"] = map[string]any{"Username": user, "Name": user}
	}
	return r
}

func with(r mdapi.Record, field, value string) mdapi.Record {
	r = maps.Clone(r)
	r[field] = value
	return r
}

type audited struct {
	*mdapi.Client
	rows []mdapi.Record
	fail error
}

func (a audited) Query(context.Context, string) ([]mdapi.Record, error) { return a.rows, a.fail }

// The org itself is asked too: its words for the query and its rows.
func TestTheAuditTrailOfAnOrgIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.must()
	gone := metadata.Component{Type: "ApexClass", FullName: "WelcomeMailer"}
	w.edit("tom.osei@acme.example", func(e *emulator.Editor) error { return e.Delete(gone) })
	if got := w.must().Authors[gone]; got.Username != "tom.osei@acme.example" || got.Name != "Tom Osei" || got.When.IsZero() {
		t.Errorf("it was deleted by %+v", got)
	}
}

func TestAMassDeletionStopsBeforeTheCommit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		org     fs.FS
		deleted int
		allowed int
		whole   string // the type that the refusal names
		refused bool
	}{
		{"a few of many", manyClasses(100), 10, 0, "", false},
		{"more than ten of a hundred", manyClasses(100), 11, 0, "", true},
		{"as many as are announced", manyClasses(100), 11, 11, "", false},
		{"one more than announced", manyClasses(100), 12, 11, "", true},
		{"two percent of many", manyClasses(1000), 20, 0, "", false},
		{"more than two percent of many", manyClasses(1000), 22, 0, "", true},
		{"the whole of a type", manyClasses(5), 5, 0, "ApexClass", true},
		{"the whole of a small type", manyClasses(4), 4, 0, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, test.org)
			w.must()
			before := w.head()
			w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
				for i := range test.deleted {
					if err := e.Delete(metadata.Component{Type: "ApexClass", FullName: fmt.Sprintf("C%04d", i)}); err != nil {
						return err
					}
				}
				return nil
			})
			_, err := w.run(func(o *capture.Options) { o.AllowDeletions = test.allowed })
			var mass *capture.MassDeletionError
			if errors.As(err, &mass) != test.refused || err != nil && mass == nil {
				t.Fatalf("it ended with %v", err)
			}
			if !test.refused {
				same(t, w.truth(), w.head())
				return
			}
			same(t, before, w.head())
			if mass.Deleted != test.deleted || mass.Type != test.whole {
				t.Errorf("it says %q", mass)
			}
		})
	}
}

func manyClasses(n int) fs.FS {
	files := fstest.MapFS{"pages/P.page": {Data: []byte("<p/>")}, "pages/P.page-meta.xml": {Data: []byte("<ApexPage/>")}}
	for i := range n {
		name := fmt.Sprintf("classes/C%04d.cls", i)
		files[name] = &fstest.MapFile{Data: []byte("public class C {}\n")}
		files[name+"-meta.xml"] = &fstest.MapFile{Data: []byte("<ApexClass xmlns=\"http://soap.sforce.com/2006/04/metadata\"/>")}
	}
	return files
}

func TestAChangedCoverageAloneIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.must()
	if err := w.org.Inject(emulator.Fault{Kind: emulator.FaultHiddenType, Type: "Queue"}); err != nil {
		t.Fatal(err)
	}
	all := w.commits(w.must())
	if len(all) != 1 || all[0].Author.Name != "orgkeep" || all[0].Subject != "prod: coverage changed" {
		t.Errorf("the commits are %+v", all)
	}
}

func TestARunAboutSomeTypesLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.must()
	coverage := git(t, w.store.Dir(), "show", "org/prod:.orgkeep/coverage.json")
	w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
		if err := e.Put("classes/RateCard.cls", []byte("public class RateCard { }\n")); err != nil {
			return err
		}
		return e.Delete(metadata.Component{Type: "Report", FullName: "Acme_Sales/Lost_Deals"})
	})
	for _, only := range []string{"ApexClass", "Profile", "Translations"} {
		result := w.must(func(o *capture.Options) {
			o.Read.KeepType = func(t string) bool { return t == only }
			o.Read.Keep = func(c metadata.Component) bool { return c.Type == only }
		})
		want := []string(nil)
		if only == "ApexClass" {
			want = []string{"changed ApexClass:RateCard"}
		}
		if diff := cmp.Diff(want, changes(result.Diff)); diff != "" {
			t.Errorf("a run about %s found (-want +got):\n%s", only, diff)
		}
		if diff := cmp.Diff(coverage, git(t, w.store.Dir(), "show", "org/prod:.orgkeep/coverage.json")); diff != "" {
			t.Errorf("a run about %s changed the coverage of others (-want +got):\n%s", only, diff)
		}
	}
	if got := changes(w.must().Diff); !slices.Contains(got, "deleted Report:Acme_Sales/Lost_Deals") {
		t.Errorf("a full run found %v", got)
	}
}

func TestABranchIsOfOneOrg(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.must()
	if _, err := w.run(func(o *capture.Options) { o.OrgID = "00D000000000002AAA" }); !errors.Is(err, capture.ErrOtherOrg) {
		t.Errorf("it ended with %v", err)
	}
}

func TestZipsOfARunThatDiedAreSwept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	dir := filepath.Join(w.opts.Read.ZipDir, "prod")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"retrieve-0001-09S.zip", ".retrieve-0002-09S.zip.123.part", "other"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.must()
	if diff := cmp.Diff([]string{filepath.Join(dir, "other")}, filesBelow(t, w.opts.Read.ZipDir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
