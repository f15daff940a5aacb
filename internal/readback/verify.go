package readback

import (
	"context"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Options say what was deployed and what it should have come to.
type Options struct {
	Plan *deployplan.Plan
	// Target is the state that the plan leads to, without a manifest.
	Target capture.Base
	// Carry is the newest recorded state of the org.
	Carry    capture.Base
	Registry *metadata.Registry
	// Read says how to read; what to read is worked out from the plan.
	Read capture.ReadOptions
	// Keep narrows the comparison as it narrowed the plan; nil means all.
	Keep func(metadata.Component) bool
}

// Result is what is left between the org and the target. Differences are from
// target to live.
type Result struct {
	// Announced were in the plan before the deploy, Surprises were not.
	Announced []diff.Change
	Surprises []diff.Change
	// Unread are components that could not be read back, with the reason: of these
	// nothing is proven.
	Unread []capture.Missing
}

// Clean tells whether everything came as the plan had said.
func (r Result) Clean() bool { return len(r.Surprises) == 0 && len(r.Unread) == 0 }

// Verify reads the components that a plan touches, and compares them with the
// target. A plan that touches nothing leaves nothing to read.
func Verify(ctx context.Context, deps drift.Deps, opts Options) (*Result, error) {
	touched := opts.Plan.Touched()
	if len(touched) == 0 {
		return &Result{}, nil
	}
	read := opts.Read
	read.Keep, read.KeepType = Scope(touched, opts.Registry, opts.Plan.APIVersion)
	in := within(touched, opts.Registry)
	found, err := drift.Run(ctx, deps, drift.Options{
		Read: read, Expected: opts.Target, Carry: opts.Carry, Since: opts.Plan.Made,
		Compare: func(c metadata.Component) bool { return in(c) && (opts.Keep == nil || opts.Keep(c)) },
	})
	if err != nil {
		return nil, fmt.Errorf("read back what was deployed: %w", err)
	}
	result := Judge(opts.Plan, found.Diff)
	for _, m := range found.Coverage.Missing {
		if in(metadata.Component{Type: m.Type, FullName: m.FullName}) {
			result.Unread = append(result.Unread, m)
		}
	}
	return result, nil
}

// Judge parts what is left into what the plan had announced and what it had not.
func Judge(plan *deployplan.Plan, left diff.Result) *Result {
	var out Result
	for _, c := range left.Changes {
		if surprise, is := plan.Surprises(c); is {
			out.Surprises = append(out.Surprises, surprise)
		} else {
			out.Announced = append(out.Announced, c)
		}
	}
	return &out
}
