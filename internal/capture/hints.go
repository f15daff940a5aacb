package capture

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// hint says that somebody may have changed something, be its row moved or not. The
// words are the org's, and they may be labels or lies: a hint counts for what a run
// would ask for anyway under one of these names, and it can only add to what is
// retrieved.
type hint struct {
	typeName string
	names    []string
	// about is what a profile was changed in, if the hint tells; without it the
	// profile is retrieved with all that it speaks of.
	about *hint
	// plain: what was changed in the profile comes with any part of it.
	plain bool
	// layouts: they were assigned otherwise, so that those of the object are needed.
	layouts bool
}

// heard is what the org tells beside its lists.
type heard struct {
	hints []hint
	// at is when it was asked, by its clock; zero where it did not answer.
	at time.Time
	// deploys are those of which it was asked what they did, and earlier ones.
	deploys []string
}

const (
	// overlap: rows are written with the time at which something began.
	overlap = 10 * time.Minute
	// mostAuditRows and mostDeploys bound what is read; mostDeployed is how large a
	// deploy may be for its components to be asked for. Its rows move in any case.
	mostAuditRows = 10_000
	mostDeploys   = 10
	mostDeployed  = 2_000
)

// listen asks the setup audit trail and the list of deploys what was done since a
// time. What known deploys did is not asked again. An org that does not answer gives
// no hints; only what makes it useless to go on is an error.
func listen(ctx context.Context, org Org, since time.Time, known []string) (heard, error) {
	since = since.Add(-overlap)
	out := heard{at: org.ServerTime(), deploys: known}
	audit, err := auditHints(ctx, org, since)
	if err == nil {
		out.hints = audit
	} else if out.at = (time.Time{}); retrieve.Ends(err) {
		return heard{}, fmt.Errorf("ask what was done in the org: %w", err)
	}
	deployed, deploys, err := deployHints(ctx, org, since, known)
	if err == nil {
		out.hints, out.deploys = append(out.hints, deployed...), deploys
	} else if out.at = (time.Time{}); retrieve.Ends(err) {
		return heard{}, fmt.Errorf("ask what was deployed: %w", err)
	}
	return out, nil
}

func auditHints(ctx context.Context, org Org, since time.Time) ([]hint, error) {
	rows, err := org.Query(ctx, fmt.Sprintf("SELECT Action, Display FROM SetupAuditTrail WHERE CreatedDate >= %s ORDER BY CreatedDate DESC, Id LIMIT %d",
		since.UTC().Format(time.RFC3339), mostAuditRows))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	forms := auditForms()
	said := map[[2]string]bool{}
	var hints []hint
	for _, row := range rows {
		action, text := row.Text("Action"), row.Text("Display")
		if said[[2]string{action, text}] {
			continue // one save writes many rows
		}
		said[[2]string{action, text}] = true
		if h, ok := hintOf(forms, action, text); ok {
			hints = append(hints, h)
		}
	}
	return hints, nil
}

// deployTeller tells what a deploy did; *mdapi.Client does.
type deployTeller interface {
	CheckDeployStatus(ctx context.Context, id mdapi.AsyncID, details bool) (mdapi.DeployResult, error)
}

// deployHints gives what deploys changed that are not known, and all that are then
// known.
func deployHints(ctx context.Context, org Org, since time.Time, known []string) (hints []hint, all []string, err error) {
	asker, canAsk := org.(toolingAsker)
	teller, canTell := org.(deployTeller)
	if !canAsk || !canTell {
		return nil, known, nil
	}
	rows, err := asker.ToolingQuery(ctx, fmt.Sprintf("SELECT Id, NumberComponentsTotal FROM DeployRequest WHERE CheckOnly = false AND CompletedDate >= %s"+
		" ORDER BY CompletedDate DESC LIMIT %d", since.UTC().Format(time.RFC3339), mostDeploys))
	if err != nil {
		return nil, nil, err
	}
	fresh := false
	for _, row := range rows {
		id := row.Text("Id")
		all = append(all, id)
		if slices.Contains(known, id) {
			continue
		}
		fresh = true
		if row.Int("NumberComponentsTotal") > mostDeployed {
			continue
		}
		result, err := teller.CheckDeployStatus(ctx, mdapi.AsyncID(id), true)
		if err != nil {
			return nil, nil, err
		}
		for _, m := range result.Successes {
			if m.ComponentType != "" && (m.Changed || m.Created || m.Deleted) {
				hints = append(hints, hint{typeName: m.ComponentType, names: []string{m.FullName}})
			}
		}
	}
	if !fresh {
		return nil, known, nil // as they are kept
	}
	return hints, all, nil
}

// heed chooses what hints are about.
func (s *selector) heed(hints []hint) {
	if len(hints) == 0 {
		return
	}
	s.askable = map[metadata.Component]bool{}
	for _, c := range s.selection.Wanted {
		s.askable[retrieve.Canonical(c)] = true
	}
	for _, h := range hints {
		switch all := s.meant(h); {
		case !retrieve.Partial(h.typeName, s.opts.Version):
			for _, c := range all {
				s.hinted[c] = true
			}
		case h.plain, h.about != nil && s.heedAbout(h):
			for _, c := range all {
				s.beside[c] = true
			}
		default:
			for _, c := range all {
				s.hinted[c] = true
			}
		}
	}
}

// heedAbout chooses what a profile was changed in, if it is known.
func (s *selector) heedAbout(h hint) bool {
	all := s.meant(*h.about)
	for _, c := range all {
		s.hinted[c] = true
		if h.layouts {
			s.widened[c.FullName] = true
		}
	}
	return len(all) > 0
}

// meant gives what a hint may be about: a component, or the parent of a child.
func (s *selector) meant(h hint) []metadata.Component {
	var out []metadata.Component
	for _, name := range h.names {
		c := metadata.Component{Type: h.typeName, FullName: name}
		if parent, child := retrieve.ParentOf(s.listing.Registry, c); child {
			c = parent
		}
		if c = retrieve.Canonical(c); s.askable[c] {
			out = append(out, c)
		}
	}
	return out
}
