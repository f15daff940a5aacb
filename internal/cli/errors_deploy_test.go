package cli

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestWhatAnOrgSaysOfADeployIsShown(t *testing.T) {
	t.Parallel()
	rejected := mdapi.DeployResult{
		ID:       "0Af000000000001AAA",
		Failures: []mdapi.DeployMessage{{ComponentType: "Flow", FullName: "Route_Case", Line: 88, Problem: "The field Region__c does not exist"}},
		TestFailures: []mdapi.TestFailure{
			{Name: "RouterTest", MethodName: "high", Message: "System.AssertException: expected 1, got 2", StackTrace: "Class.Router: line 41, column 1"},
		},
		CoverageWarnings: []mdapi.CoverageWarning{{Message: "71 %, 75 % needed"}},
	}
	for name, tc := range map[string]struct {
		err  error
		exit ExitCode
		want string
	}{
		"it refused": {&deploy.RejectedError{Result: rejected}, ExitRejected, `error: prod refused the deploy; nothing was changed
  Flow  Route_Case  line 88  The field Region__c does not exist
  ApexClass  RouterTest.high  System.AssertException: expected 1, got 2
    Class.Router: line 41, column 1
  Code coverage  71 %, 75 % needed
  Setup › Deployment Status shows it as 0Af000000000001AAA.
`},
		"somebody canceled it": {&deploy.RejectedError{Result: mdapi.DeployResult{ID: "0Af", Status: "Canceled", CanceledByName: "Ada"}}, ExitRejected, `error: prod: the deploy was canceled by Ada; nothing was changed
  Setup › Deployment Status shows it as 0Af.
`},
		"it could not be validated": {&deploy.RejectedError{Result: mdapi.DeployResult{ID: "0Af", CheckOnly: true, ErrorStatusCode: "UNKNOWN_EXCEPTION", ErrorMessage: "again"}}, ExitRejected, `error: prod refused the validation; nothing was changed
  UNKNOWN_EXCEPTION again
  Setup › Deployment Status shows it as 0Af.
`},
		"it moved": {
			&deployplan.StaleError{Moved: []metadata.Component{comp("Flow", "A"), comp("Flow", "B")}, Who: map[metadata.Component]string{comp("Flow", "A"): "ada@acme.example, now"}},
			ExitStale, `error: prod: the org moved since the plan was made; nothing was deployed
  ~ Flow A, by ada@acme.example, now
  ~ Flow B
  Look at what moved, and plan again.
`,
		},
		"too much would go": {&capture.MassDeletionError{Deleted: 40, Of: 100}, ExitRefused, `error: prod: 40 of 100 components would be recorded as deleted
  If that is right:  orgkeep snapshot prod --allow-deletions 40
`},
		"the target is of another org": {rollback.ErrOtherOrg, ExitRefused, "error: prod: do it: it is of another org\n  Is the alias signed in to the org that is meant?\n"},
		"what is planned is hidden":    {rollback.ErrUnread, ExitIncomplete, "error: prod: do it: what the plan touches cannot be read\n  Nothing was deployed. May the user who is signed in see it?\n"},
		"what comes later is hidden": {
			&rollback.KeptError{Kept: []deploy.Outcome{{ID: "0Af1", Stage: "main, part 1 of 2"}}, Err: rollback.ErrUnread}, ExitIncomplete,
			"error: prod: the org has kept main, part 1 of 2 (0Af1); then: what the plan touches cannot be read\n  When the user who is signed in can see it:  orgkeep resume prod\n",
		},
		"nobody knows": {deploy.ErrUnknown, ExitFailure, "error: prod: do it: whether the org has the deploy is not known\n  What became of it:  orgkeep resume prod\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			f := testFactory(&stdout, &stderr)
			err := tc.err
			if tc.exit == ExitIncomplete || tc.exit == ExitFailure || name == "the target is of another org" {
				err = fmt.Errorf("do it: %w", err)
			}
			if code := f.report(ForOrg("prod", err)); code != tc.exit {
				t.Errorf("exit %d, want %d", code, tc.exit)
			}
			_ = f.IO.Flush()
			if diff := cmp.Diff(tc.want, stderr.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
