package apply

import (
	"errors"
	"slices"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Run does a deploy.
func Run(in Input) Outcome {
	r := &runner{Input: in, s: in.State.Clone()}
	p, err := unpack(in.Zip, in.Options.SinglePackage)
	if err == nil && in.Options.PurgeOnDelete && in.Production && in.Set.Refuses(behaviour.RefusePurge) {
		err = refuse("purgeOnDelete cannot be used in a production organization")
	}
	var bad *refusal
	if errors.As(err, &bad) {
		r.out.Failed = true
		r.out.Messages = []Message{{FullName: bad.file, FileName: bad.file, Problem: bad.problem, ProblemType: problemError}}
		return r.out
	}
	r.p = p
	r.deploy()
	return r.finish()
}

type runner struct {
	Input
	p    pack
	s    *orgstate.State
	out  Outcome
	done []metadata.Component // deleted before the additions
}

// deploy runs the stages in the order of the service: deletes before, additions,
// deletes after.
func (r *runner) deploy() {
	units, wrong := r.units()
	for _, d := range r.p.deletes {
		if !d.after {
			r.runDeletes(d)
		}
	}
	r.report(Message{FullName: manifestName, FileName: r.p.root + manifestName, Changed: true, Success: true})
	for _, m := range wrong {
		r.report(m)
	}
	r.runUnits(units)
	for _, d := range r.p.deletes {
		if d.after {
			r.runDeletes(d)
		}
	}
	if r.Set.Is(behaviour.SameName, "deleted") {
		r.deleteAgain(units)
	}
}

// deleteAgain is the reading in which a name in both manifests ends deleted.
func (r *runner) deleteAgain(units []*unit) {
	for _, u := range units {
		if slices.Contains(r.done, u.c) && r.s.Has(u.c) {
			_ = Remove(r.s, u.c, r.By) // it was there a moment ago
		}
	}
}

// report notes a message; the manifest's own is not counted.
func (r *runner) report(m Message) {
	r.out.Messages = append(r.out.Messages, m)
	if m.ComponentType == "" && m.FullName == manifestName {
		return
	}
	r.out.Total++
	switch {
	case m.Success:
		r.out.Deployed++
	default:
		r.out.Errors++
	}
}

// finish decides what the deploy came to.
func (r *runner) finish() Outcome {
	r.out.State = r.s
	switch {
	case r.out.Errors == 0:
	case r.Options.RollbackOnError, r.out.Deployed == 0:
		r.out.Failed = true
	default:
		r.out.Partial = true
	}
	return r.out
}
