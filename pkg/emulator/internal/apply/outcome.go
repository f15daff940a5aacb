package apply

import (
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/refs"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Options are a deploy's options as far as they change what it does.
type Options struct {
	IgnoreWarnings    bool
	PurgeOnDelete     bool
	RollbackOnError   bool
	SinglePackage     bool
	AllowMissingFiles bool
}

// Input is everything that a deploy depends on.
type Input struct {
	State      *orgstate.State // not changed
	Zip        []byte
	Options    Options
	Production bool
	By         orgstate.Stamp
	Users      *orgstate.Users
	Set        *behaviour.Set
	// Assumed are references that the org had all along to what its folder does
	// not hold: they are taken as good.
	Assumed refs.Set
	// Without are user permissions that the org has no licence or feature for.
	Without []string
	// Settles: what the platform works in takes time here.
	Settles bool
	// Recalculating: a change of a sharing model is being worked in.
	Recalculating bool
}

// Message is a DeployMessage.
type Message struct {
	ComponentType, FullName, FileName string
	ID                                string
	Problem, ProblemType              string
	Line, Column                      int
	Changed, Created, Deleted         bool
	Success                           bool
}

// The kinds of problems.
const (
	problemError   = "Error"
	problemWarning = "Warning"
)

// Outcome is what a deploy came to. State is the org with everything that
// succeeded; whether it is kept is the caller's to decide, from Failed.
type Outcome struct {
	State                   *orgstate.State
	Messages                []Message // failures and successes in the order they came
	Total, Deployed, Errors int
	Failed                  bool                 // nothing of it may stay
	Partial                 bool                 // some of it failed, the rest stays
	Apex                    []metadata.Component // classes and triggers in the package
	Activating              []metadata.Component // matching rules that are not active yet
	Recalculates            bool                 // a sharing model changed
}
