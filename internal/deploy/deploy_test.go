package deploy_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/state/statetest"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestADeployIsNotedBeforeItIsSentAndClosedAfterwards(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	o.before = func() error {
		note := only(t, opts.Journal)
		if note.Phase != deploy.Begun || note.AsyncID != "" || note.PlanDigest != "d1" || note.OrgID != opts.OrgID {
			t.Errorf("before the call the note says %+v", note)
		}
		return nil
	}
	out, err := deploy.Run(t.Context(), o, stage(good), opts)
	must(t, err)
	if !o.server.Has(metadata.Component{Type: "ApexClass", FullName: "New"}) || !out.Result.Success || out.Found {
		t.Errorf("the class is not there: %+v", out)
	}
	note := only(t, opts.Journal)
	if note.Open() || note.Status != "Succeeded" || note.AsyncID != out.ID {
		t.Errorf("afterwards the note says %+v", note)
	}
	entries, err := os.ReadDir(opts.Journal.Dir)
	must(t, err)
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		if filepath.Ext(e.Name()) != ".json" || info.Mode().Perm() != 0o600 {
			t.Errorf("%s %v is left in the journal", e.Name(), info.Mode())
		}
	}
}

// A deploy is all or nothing, leaves what it deletes in the bin, and does not pass
// over warnings.
func TestADeployIsAllOrNothing(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	_, err := deploy.Run(t.Context(), o, stage(good), opts)
	must(t, err)
	if diff := cmp.Diff(mdapi.DeployOptions{RollbackOnError: true, SinglePackage: true}, o.asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestARejectedDeployKeepsTheOrgsWords(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "tests:\n  Old:\n    works: \"\"\n    fails: expected 1 got 2\n")
	broken := stage(good)
	broken.Files[1].Content = []byte("<ApexClass>\n  <x>\n</ApexClass>\n")
	_, err := deploy.Run(t.Context(), o, broken, opts)
	var rejected *deploy.RejectedError
	if !errors.As(err, &rejected) || !errors.Is(err, deploy.ErrRejected) || len(rejected.Result.Failures) != 1 {
		t.Fatalf("a broken file: %v", err)
	}
	if f := rejected.Result.Failures[0]; f.FullName != "New" || f.Line == 0 || !strings.Contains(err.Error(), f.Problem) {
		t.Errorf("the org's words are lost: %+v: %v", f, err)
	}
	opts.TestLevel, opts.RunTests = mdapi.RunSpecifiedTests, []string{"Old"}
	_, err = deploy.Run(t.Context(), o, stage(good), opts)
	if !errors.As(err, &rejected) || len(rejected.Result.TestFailures) != 1 || !strings.Contains(err.Error(), "Old.fails: expected 1 got 2") {
		t.Errorf("a failing test: %v", err)
	}
	pending, err := opts.Journal.Pending(opts.OrgID)
	if err != nil || len(pending) != 0 {
		t.Errorf("pending: %v, %v", pending, err)
	}
}

func TestACheckChangesNothing(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	opts.CheckOnly = true
	if _, err := deploy.Run(t.Context(), o, stage(good), opts); err != nil {
		t.Fatal(err)
	}
	if o.server.Has(metadata.Component{Type: "ApexClass", FullName: "New"}) {
		t.Error("the class is there")
	}
}

func TestADeployWhoseReplyIsLostIsFoundAndNotSentAgain(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	first, err := deploy.Run(t.Context(), o, stage(good), opts)
	must(t, err)
	o.after = lost
	second, err := deploy.Run(t.Context(), o, stage(good+"// more\n"), opts)
	must(t, err)
	if !second.Found || second.ID == first.ID || o.deploys(t) != 2 {
		t.Errorf("found %v, id %s after %s, %d deploys", second.Found, second.ID, first.ID, o.deploys(t))
	}
}

func TestADeployThatNeverArrivedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	o.before = lost
	_, err := deploy.Run(t.Context(), o, stage(good), opts)
	var unknown *deploy.UnknownError
	if !errors.As(err, &unknown) || !errors.Is(err, deploy.ErrUnknown) || !unknown.Listed || len(unknown.Candidates) != 0 || o.deploys(t) != 0 {
		t.Fatalf("%v", err)
	}
	for _, said := range []string{lostText, "Setup › Deployment Status", "2026-11-02T09:00:0"} {
		if !strings.Contains(err.Error(), said) {
			t.Errorf("the error does not say %q: %v", said, err)
		}
	}
	// Soon afterwards nobody can say; later the org's list is believed.
	if _, err := deploy.Settle(t.Context(), o, opts); !errors.Is(err, deploy.ErrUnknown) {
		t.Errorf("at once: %v", err)
	}
	o.clock.advance(5 * time.Minute)
	_, err = o.Limits(t.Context()) // whose reply tells the time
	must(t, err)
	settled, err := deploy.Settle(t.Context(), o, opts)
	if err != nil || len(settled) != 1 || settled[0].Status != deploy.NeverArrived || settled[0].Open() {
		t.Errorf("later: %+v, %v", settled, err)
	}
}

func TestSeveralDeploysThatMayBeOursAreNotGuessedAmong(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	o.after = func() error {
		other := deploy.NewJournal(statetest.Unsynced(), t.TempDir()) // of another clone
		elsewhere := opts
		elsewhere.Journal = other
		if _, err := deploy.Run(t.Context(), &org{Client: o.Client, clock: o.clock}, stage(good+"// theirs\n"), elsewhere); err != nil {
			t.Error(err)
		}
		return lost()
	}
	_, err := deploy.Run(t.Context(), o, stage(good), opts)
	var unknown *deploy.UnknownError
	if !errors.As(err, &unknown) || len(unknown.Candidates) != 2 {
		t.Errorf("%v", err)
	}
}

func TestWhatCannotBeOursIsNotTaken(t *testing.T) {
	t.Parallel()
	const ours = "005000000000001"
	row := func(change func(mdapi.Record)) mdapi.Record {
		r := mdapi.Record{"Id": "0Af000000000002AAA", "Status": "Pending", "CheckOnly": false, "CreatedById": ours + "AAC"}
		if change != nil {
			change(r)
		}
		return r
	}
	for name, tc := range map[string]struct {
		rows []mdapi.Record
		err  error
		want mdapi.AsyncID
	}{
		"ours, with the longer id":   {rows: []mdapi.Record{row(nil)}, want: "0Af000000000002AAA"},
		"somebody else's":            {rows: []mdapi.Record{row(func(r mdapi.Record) { r["CreatedById"] = "005000000000009AAA" })}},
		"a validation":               {rows: []mdapi.Record{row(func(r mdapi.Record) { r["CheckOnly"] = true })}},
		"one without an id":          {rows: []mdapi.Record{row(func(r mdapi.Record) { r["Id"] = nil })}},
		"one of another's beside it": {rows: []mdapi.Record{row(func(r mdapi.Record) { r["CreatedById"] = "005x" }), row(nil)}, want: "0Af000000000002AAA"},
		"a list that is refused":     {err: &mdapi.Fault{Code: "INVALID_TYPE", Message: "no such object"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fake{rows: tc.rows, listErr: tc.err}
			c := &clock{now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
			out, err := deploy.Run(t.Context(), f, stage(good), deploy.Options{
				OrgID: "00D", UserID: ours, Journal: deploy.NewJournal(statetest.Unsynced(), t.TempDir()), Now: c.Now, Wait: c.sleep,
			})
			if tc.want == "" && !errors.Is(err, deploy.ErrUnknown) || tc.want != "" && (err != nil || out.ID != tc.want) {
				t.Errorf("%s, %v", out.ID, err)
			}
			if !strings.Contains(f.asked, "FROM DeployRequest WHERE CreatedDate >= 2026-11-02T09:00:00Z") {
				t.Errorf("asked %s", f.asked)
			}
		})
	}
}

// fake is an org that loses every reply and answers queries from rows.
type fake struct {
	rows    []mdapi.Record
	listErr error
	asked   string
}

// Deploy loses the reply.
func (*fake) Deploy(context.Context, string, mdapi.DeployOptions) (mdapi.AsyncID, error) {
	return "", lost()
}

// DeployRecentValidation loses the reply too.
func (*fake) DeployRecentValidation(context.Context, mdapi.AsyncID) (mdapi.AsyncID, error) {
	return "", lost()
}

// CancelDeploy has nothing to cancel.
func (*fake) CancelDeploy(context.Context, mdapi.AsyncID) (bool, error) { return true, nil }

// WaitDeploy succeeds.
func (*fake) WaitDeploy(_ context.Context, id mdapi.AsyncID, _ func(mdapi.DeployResult)) (mdapi.DeployResult, error) {
	return mdapi.DeployResult{ID: id, Status: "Succeeded", Done: true, Success: true}, nil
}

// ToolingQuery answers from the rows.
func (f *fake) ToolingQuery(_ context.Context, soql string) ([]mdapi.Record, error) {
	f.asked = soql
	return f.rows, f.listErr
}

// ServerTime is not known.
func (*fake) ServerTime() time.Time { return time.Time{} }

func TestARefusedCallLeavesNothingOpen(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	must(t, o.server.Inject(emulator.Fault{Call: "deploy", Count: -1, Kind: emulator.FaultSOAP, Code: "INSUFFICIENT_ACCESS", Message: "no"}))
	_, err := deploy.Run(t.Context(), o, stage(good), opts)
	var fault *mdapi.Fault
	if !errors.As(err, &fault) || fault.Code != "INSUFFICIENT_ACCESS" {
		t.Errorf("%v", err)
	}
	if note := only(t, opts.Journal); note.Open() || note.Status != "Refused" {
		t.Errorf("%+v", note)
	}
}

func TestWhatWasLeftIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	o.deaf = errors.New("the network is down")
	if _, err := deploy.Run(t.Context(), o, stage(good), opts); !errors.Is(err, o.deaf) {
		t.Fatal(err)
	}
	if note := only(t, opts.Journal); note.Phase != deploy.Accepted || note.AsyncID == "" {
		t.Fatalf("%+v", note)
	}
	o.deaf = nil
	settled, err := deploy.Settle(t.Context(), o, opts)
	if err != nil || len(settled) != 1 || settled[0].Status != "Succeeded" {
		t.Errorf("%+v, %v", settled, err)
	}
	if again, err := deploy.Settle(t.Context(), o, opts); err != nil || len(again) != 0 {
		t.Errorf("a second time: %v, %v", again, err)
	}
}

func TestAnotherOrgsNotesAreNotOurs(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	o.deaf = errors.New("down")
	_, _ = deploy.Run(t.Context(), o, stage(good), opts) // left open on purpose
	opts.OrgID = "00D000000000009"
	if settled, err := deploy.Settle(t.Context(), o, opts); err != nil || len(settled) != 0 {
		t.Errorf("%v, %v", settled, err)
	}
}

func TestANoteThatCannotBeReadStopsEverything(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	must(t, os.MkdirAll(opts.Journal.Dir, 0o700))
	must(t, os.WriteFile(filepath.Join(opts.Journal.Dir, "x.json"), []byte("{"), 0o600))
	if _, err := deploy.Settle(t.Context(), o, opts); err == nil {
		t.Error("it was passed over")
	}
}

// Killed at any operation on the disk, the next run finds out what became of the
// deploy, and the org never has two.
func TestAKilledRunIsSettledWhereverItWasKilled(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	accepted, never := 0, 0
	for n := 1; ; n++ {
		had := o.deploys(t)
		opts.Journal = deploy.NewJournal(statetest.Unsynced(), t.TempDir())
		dying := opts
		disk := statetest.New(statetest.Unsynced(), statetest.Kill(n))
		dying.Journal = deploy.Journal{Dir: opts.Journal.Dir, FS: disk}
		_, err := deploy.Run(t.Context(), o, stage(fmt.Sprintf("public class New { /* %d */ }\n", n)), dying)
		if _, hit := disk.Hit(); !hit {
			must(t, err)
			t.Logf("%d points, the org had the deploy at %d and not at %d", n-1, accepted, never)
			break
		}
		sent := o.deploys(t) - had
		o.clock.advance(10 * time.Minute)
		_, err = o.Limits(t.Context())
		must(t, err)
		settled, err := deploy.Settle(t.Context(), o, opts)
		must(t, err)
		has := slices.ContainsFunc(settled, func(op deploy.Operation) bool { return op.Status == "Succeeded" })
		switch {
		case sent == 1 && !has:
			// A kill after the last note was closed leaves nothing to settle.
			all, err := opts.Journal.Operations()
			must(t, err)
			if len(all) != 1 || all[0].Status != "Succeeded" {
				t.Errorf("killed at %d: the org has the deploy, and the journal says %+v", n, all)
			}
			accepted++
		case sent == 1:
			accepted++
		case sent == 0 && has, sent > 1:
			t.Errorf("killed at %d: %d deploys, settled %+v", n, sent, settled)
		default:
			never++
		}
		if open, err := opts.Journal.Pending(opts.OrgID); err != nil || len(open) != 0 {
			t.Errorf("killed at %d: still open: %v, %v", n, open, err)
		}
	}
	if accepted == 0 || never == 0 {
		t.Errorf("the kills hit one side only: %d and %d", accepted, never)
	}
}

func TestNothingIsSentThatCannotBeNoted(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	full := errors.New("no space left on device")
	opts.Journal.FS = statetest.New(statetest.Unsynced(), statetest.From(1, full))
	if _, err := deploy.Run(t.Context(), o, stage(good), opts); !errors.Is(err, full) || o.deploys(t) != 0 {
		t.Errorf("%v, %d deploys", err, o.deploys(t))
	}
}

func TestTheErrorOfARejectedDeployIsAboutTheFirstThing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		result mdapi.DeployResult
		want   string
	}{
		"components": {
			mdapi.DeployResult{Failures: []mdapi.DeployMessage{{ComponentType: "Layout", FullName: "A", Problem: "no"}, {}}},
			"the org rejected the deploy: 2 components failed, first Layout A: no",
		},
		"coverage": {mdapi.DeployResult{CoverageWarnings: []mdapi.CoverageWarning{{Message: "74%"}}}, "the org rejected the deploy: 74%"},
		"a cancel": {mdapi.DeployResult{Status: "Canceled", CanceledByName: "Ada"}, "the org rejected the deploy: it was canceled by Ada"},
		"a lock":   {mdapi.DeployResult{Status: "Failed", ErrorMessage: "locked"}, "the org rejected the deploy: Failed locked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, (&deploy.RejectedError{Result: tc.result}).Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
