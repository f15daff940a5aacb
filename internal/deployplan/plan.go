package deployplan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/impact"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Verb is what an action does to the org.
type Verb string

// The verbs of a plan.
const (
	Create Verb = "create"
	Change Verb = "change"
	Delete Verb = "delete"
	// Leave is what the API cannot do; it stays as it is in the org.
	Leave Verb = "leave"
)

// Mark is the sign that stands before an action: + ~ - ?
func (v Verb) Mark() string {
	switch v {
	case Create:
		return "+"
	case Change:
		return "~"
	case Delete:
		return "-"
	}
	return "?"
}

// Action is one thing that happens, or cannot happen, to one component.
type Action struct {
	Verb      Verb               `json:"verb"`
	Component metadata.Component `json:"component"`
	// Elements say what changes inside the component.
	Elements []diff.Element `json:"elements,omitempty"`
	// Reason says why something is left, or what is particular about the action.
	Reason string `json:"reason,omitempty"`
	// ByHand says what a person can do where the API cannot.
	ByHand string `json:"by_hand,omitempty"`
	// DataLoss tells that customer data goes with it, and says which.
	DataLoss string `json:"data_loss,omitempty"`
	// Records is how many records that is about, up to one more than [CountedTo]; nil
	// where nobody has counted them. It is no part of the digest.
	Records *int `json:"records,omitempty"`
	// MayStay names what may stay behind because the platform has no known form
	// that clears it; the check after the deploy decides.
	MayStay []Rest `json:"may_stay,omitempty"`
}

// CountedTo is where counting records ends: beyond it nobody decides by the number.
const CountedTo = 1000

// Loss says which customer data goes, and how much of it where that is known.
func (a Action) Loss() string {
	switch {
	case a.DataLoss == "" || a.Records == nil:
		return a.DataLoss
	case *a.Records > CountedTo:
		return fmt.Sprintf("%s (more than %d records)", a.DataLoss, CountedTo)
	case *a.Records == 1:
		return a.DataLoss + " (1 record)"
	}
	return fmt.Sprintf("%s (%d records)", a.DataLoss, *a.Records)
}

// Rest is a part of a component that may stay as it is.
type Rest struct {
	// Element is the dotted path of element names below the component.
	Element string `json:"element"`
	// Key tells the entry among those of its name; empty means all of them.
	Key string `json:"key,omitempty"`
	Why string `json:"why"`
	// Gone tells that the component itself may be missing.
	Gone bool `json:"gone,omitempty"`
}

// String says what stays and why, in one line.
func (r Rest) String() string {
	out := r.Element
	if r.Key != "" {
		out += " " + r.Key
	}
	return out + ": " + r.Why
}

// Stage is one deploy.
type Stage struct {
	Name    string           `json:"name"`
	Version metadata.Version `json:"api_version"`
	// Named are the members of package.xml.
	Named []metadata.Component `json:"named"`
	// Before and After are deletions on either side of the additions, in the order
	// in which they have to happen; those of one type stand together.
	Before []metadata.Component `json:"delete_before,omitempty"`
	After  []metadata.Component `json:"delete_after,omitempty"`
	Files  []File               `json:"files"`
	// ValidateFirst asks for a validation before the deploy: the stage is a part of
	// one that was too large.
	ValidateFirst bool `json:"validate_first,omitempty"`
	// Needs says, in words, why the org can check the stage only when those before
	// it are deployed; empty where it can check it as it is.
	Needs string `json:"needs,omitempty"`
}

// Plan is what an org would be asked to do, bound to the state it was made from.
type Plan struct {
	SchemaVersion string           `json:"schema_version"`
	Alias         string           `json:"alias"`
	OrgID         string           `json:"org_id"`
	OrgName       string           `json:"org_name"`
	Production    bool             `json:"production"`
	TargetName    string           `json:"target_name"` // the revision as the user wrote it
	Target        string           `json:"target"`      // commit id
	APIVersion    metadata.Version `json:"api_version"`
	Made          time.Time        `json:"made"`
	Actions       []Action         `json:"actions"`
	Stages        []Stage          `json:"stages"`
	// Tests are the test classes that name what changes: a suggestion.
	Tests []string `json:"tests,omitempty"`
	// Missing are components that the plan refers to, and that neither the org nor
	// the plan has.
	Missing []impact.Need `json:"missing,omitempty"`
	// Promotion tells that the target is a state of another org.
	Promotion bool `json:"promotion,omitempty"`
	// Validation is a validation of the plan that passed. It is no part of the
	// digest.
	Validation *Validation `json:"validation,omitempty"`
	// ListedAt is the org's time when it was read for the plan.
	ListedAt time.Time `json:"listed_at,omitzero"`
	// Listed are the names of what the org listed then, packed; see
	// [Plan.WasListed].
	Listed string `json:"listed,omitempty"`
	// Narrowed tells that the plan is about what it touches, and not about all in
	// which live and target differ.
	Narrowed bool `json:"narrowed,omitempty"`
	// Overlay is in what the state that the plan leads to differs from Target.
	Overlay *Overlay `json:"overlay,omitempty"`
	// Undoes is the digest of the plan whose way back this is.
	Undoes string `json:"undoes,omitempty"`
	// Base holds a digest of each live component that the plan touches, by
	// Type:FullName; empty for one that the org lacks.
	Base map[string]string `json:"base"`
	// Flows are what the plan takes for granted of the versions of flows that it
	// touches, by name.
	Flows map[string]FlowBase `json:"flows,omitempty"`
	// Sum tells whether a file is as it was written. [Plan.Write] makes it up, and it
	// is no part of the digest.
	Sum string `json:"sum,omitempty"`
}

// Validation is a validation that an org has passed. Within ten days it can be
// deployed as it is, without its tests, where it had some and nothing else was
// deployed since. Source: Metadata API Developer Guide, deployRecentValidation().
type Validation struct {
	ID        string    `json:"id"`
	At        time.Time `json:"at"`
	TestLevel string    `json:"test_level,omitempty"`
	Tests     []string  `json:"tests,omitempty"`
}

// validFor is how long a validation can be deployed.
const validFor = 10 * 24 * time.Hour

// Valid tells whether the validation may still be deployed.
func (v *Validation) Valid(now time.Time) bool { return v != nil && now.Sub(v.At) < validFor }

// Empty tells whether there is nothing to deploy.
func (p *Plan) Empty() bool { return len(p.Stages) == 0 }

// Count gives how many actions have the verb.
func (p *Plan) Count(v Verb) int {
	n := 0
	for _, a := range p.Actions {
		if a.Verb == v {
			n++
		}
	}
	return n
}

// DataLoss gives the actions that destroy customer data.
func (p *Plan) DataLoss() []Action {
	var out []Action
	for _, a := range p.Actions {
		if a.DataLoss != "" {
			out = append(out, a)
		}
	}
	return out
}

// Size gives the number of files of the packages and their bytes.
func (p *Plan) Size() (files, sizeBytes int) {
	for _, s := range p.Stages {
		files += len(s.Files)
		for _, f := range s.Files {
			sizeBytes += f.length()
		}
	}
	return files, sizeBytes
}

// Touched gives the components that the plan asks the org to change, sorted.
func (p *Plan) Touched() []metadata.Component {
	var out []metadata.Component
	for _, a := range p.Actions {
		if _, ok := p.Base[a.Component.String()]; ok {
			out = append(out, a.Component)
		}
	}
	return sortedUnique(out)
}

// TouchedBy gives those of the components that the plan touches which one of its
// stages sends or deletes, sorted.
func (p *Plan) TouchedBy(s Stage) []metadata.Component {
	of := map[metadata.Component]bool{}
	for _, c := range slices.Concat(s.Named, s.Before, s.After) {
		of[c] = true
		// The versions of a flow, and which of them is active, are the flow's.
		if name, _, version := strings.Cut(c.FullName, "-"); version && c.Type == "Flow" {
			of[metadata.Component{Type: c.Type, FullName: name}] = true
		}
		if c.Type == "FlowDefinition" {
			of[metadata.Component{Type: "Flow", FullName: c.FullName}] = true
		}
	}
	return slices.DeleteFunc(p.Touched(), func(c metadata.Component) bool {
		object, _, _ := strings.Cut(c.FullName, ".") // what goes with its object is named nowhere
		return !of[c] && !slices.Contains(s.After, metadata.Component{Type: "CustomObject", FullName: object})
	})
}
