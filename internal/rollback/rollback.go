package rollback

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/internal/readback"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Org is an org that can be read and deployed to; *mdapi.Client is one.
type Org interface {
	capture.Org
	deploy.Org
}

// Deps are what a rollback works with.
type Deps struct {
	Org        Org
	Normalizer capture.Normalizer
	Store      *snapshot.Store
	FS         state.FS
}

func (d Deps) reading() drift.Deps { return drift.Deps{Org: d.Org, Normalizer: d.Normalizer} }

// Options say what is taken back, and how.
type Options struct {
	Alias, OrgID, OrgName string
	// UserID and Username are the user who is signed in.
	UserID, Username string
	// Command is what the user called, for the note of the run.
	Command    string
	Production bool
	Branch     string // of the org's snapshots
	Root       string // folder of the repository that holds the org
	// Target is the commit to go back to, TargetName the revision as the user
	// wrote it.
	Target     snapshot.ID
	TargetName string
	// Keep narrows the rollback to some components; nil means all.
	Keep func(metadata.Component) bool
	// Picks narrow it to elements of components, beside what Keep says.
	Picks []deployplan.Pick
	// WithDependencies adds what a narrowed rollback needs and the org has not.
	WithDependencies bool
	// Users are names of users that are others in this org, by those in the target.
	Users map[string]string
	// Limits bound one deploy; the zero value is what the platform takes.
	Limits deployplan.Limits
	// Strict refuses a plan when anything in the org has changed since it was made.
	Strict bool
	// promotes tells that the target may be a state of another org.
	promotes bool
	// Read says how the org is read. Its version is used where the target's
	// snapshot does not tell one.
	Read      capture.ReadOptions
	CheckOnly bool // the org validates what it can as it is, and nothing is changed
	TestLevel mdapi.TestLevel
	RunTests  []string
	// ValidateInverse lets the org check the way back before anything is deployed.
	ValidateInverse bool
	// Cancel makes the org give up the deploy under way when it is closed; see
	// deploy.Options.
	Cancel <-chan struct{}
	// Confirm is shown the plan before anything is deployed; its error ends the
	// run. Nil asks nobody.
	Confirm  func(ctx context.Context, plan *deployplan.Plan) error
	Progress func(mdapi.DeployResult)
	// Say is told in words what happens between the deploys; nil tells nobody.
	Say func(text string)
	// Tool is orgkeep's version and Mail the address of a user, for the snapshot.
	Tool string
	Mail func(username string) string
	Now  func() time.Time
	// Wait waits between two looks at the org's deploys; nil waits by the clock.
	Wait func(ctx context.Context, d time.Duration) error
}

// Result is what a rollback did and what is left.
type Result struct {
	Plan   *deployplan.Plan
	Digest string // of the plan
	// Undo is the name under which the way back is kept; empty where there is none.
	Undo string
	// InverseChecked is the validation of the way back; empty where none was asked
	// for.
	InverseChecked mdapi.AsyncID
	// Username is the user who deployed.
	Username string
	// Before is the org as it was right before the deploy; nil when nothing was to be
	// deployed, or an interrupted run had recorded it.
	Before *capture.Result
	// Deploys are the stages that the org kept, in order.
	Deploys []deploy.Outcome
	// Verify is what the components that were touched came to; nil when nothing
	// was deployed.
	Verify *readback.Result
	// Left is what is still different between the target and the snapshot taken
	// afterwards, of everything that the rollback was about.
	Left *readback.Result
	// Diff is from target to the snapshot taken afterwards.
	Diff     diff.Result
	Snapshot *capture.Result
	Duration time.Duration
	// NotValidated are stages that a check could not look at, because they need
	// those before them.
	NotValidated []NotValidated
}

// NotValidated is a stage of which the org cannot tell yet, and why, in words.
type NotValidated struct{ Stage, Why string }

// Errors that decide what a caller does next.
var (
	// ErrOtherOrg is returned for a plan or a target of another org.
	ErrOtherOrg = errors.New("it is of another org")
	// ErrUnread is returned when a component of the plan cannot be read again
	// right before the deploy.
	ErrUnread = errors.New("what the plan touches cannot be read")
)

// KeptError is a run that failed after the org had kept some of its deploys: what is
// left is what a new plan is about.
type KeptError struct {
	Kept []deploy.Outcome
	// Target is the commit to which the run was on its way.
	Target snapshot.ID
	Err    error
}

// Error names the deploys that the org has kept, and says what came then.
func (e *KeptError) Error() string {
	return "the org has kept " + e.Names() + "; then: " + e.Err.Error()
}

// Names are the deploys that the org has kept, with their ids.
func (e *KeptError) Names() string {
	ids := make([]string, len(e.Kept))
	for i, d := range e.Kept {
		ids[i] = d.Stage + " (" + string(d.ID) + ")"
	}
	return strings.Join(ids, ", ")
}

// Unwrap gives what came then.
func (e *KeptError) Unwrap() error { return e.Err }

// Run plans, asks and applies. The caller holds the store's lock.
func Run(ctx context.Context, deps Deps, opts Options) (*Result, error) {
	plan, err := Plan(ctx, deps, opts)
	if err != nil {
		return nil, err
	}
	if opts.Confirm != nil {
		if err := opts.Confirm(ctx, plan); err != nil {
			return &Result{Plan: plan}, err
		}
	}
	return Apply(ctx, deps, plan, opts)
}
