package capture

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// FullEvery is how long a full run is good for, unless the settings say otherwise:
// it is the only check on types whose dates are not known to be right.
const FullEvery = 7 * 24 * time.Hour

// memory is what a run knows of the runs before it. The zero memory, and none,
// know nothing.
type memory struct {
	ledger *ledger // of the base; nil when there is none that counts
	full   bool    // retrieve everything all the same
	flows  map[string]string
	heard  heard
	reader string
}

func (m *memory) incremental() bool { return m != nil && m.ledger != nil && !m.full }

// objects are those of which an incremental run asks only whether they were changed.
func (m *memory) objects() retrieve.Objects {
	if !m.incremental() {
		return retrieve.Objects{}
	}
	return m.ledger.Objects
}

// planOptions: sizes that were measured may fill a request further than estimates.
func (m *memory) planOptions(o ReadOptions) retrieve.PlanOptions {
	out := retrieve.PlanOptions{Version: o.Version, Limits: o.Limits}
	if m == nil || m.ledger == nil {
		return out
	}
	if o.Limits == retrieve.DefaultLimits() {
		out.Limits = retrieve.MeasuredLimits()
	}
	out.Size, out.ChildrenCount = m.ledger.size, m.ledger.ChildrenCount
	return out
}

// userTeller tells who is signed in; *mdapi.Client does.
type userTeller interface {
	UserInfo(ctx context.Context) (mdapi.UserInfo, error)
}

// toolingAsker runs queries on the objects of the Tooling API; *mdapi.Client does.
type toolingAsker interface {
	ToolingQuery(ctx context.Context, soql string) ([]mdapi.Record, error)
}

// remember reads what the last run left, and asks the org what no listing says. A
// run about some types only is not helped by it.
func (r *runner) remember(ctx context.Context) (*memory, error) {
	if r.opts.Read.Keep != nil {
		return nil, nil //nolint:nilnil // to know nothing is no error
	}
	m := &memory{full: r.opts.Full}
	if teller, ok := r.org.(userTeller); ok {
		who, err := teller.UserInfo(ctx)
		if err != nil && !mdapi.Refused(err) {
			return nil, fmt.Errorf("ask who is signed in: %w", err)
		}
		m.reader = who.UserID
	}
	var err error
	if m.flows, err = flowVersions(ctx, r.org); err != nil {
		return nil, err
	}
	if r.result.First {
		return m, nil
	}
	l, err := readLedger(ctx, r.store, r.opts.Branch)
	if err != nil {
		return nil, err
	}
	if r.fits(l, m.reader) {
		m.ledger = l
		m.full = m.full || r.opts.Now().Sub(l.Full) >= r.fullEvery()
		since := l.Heard
		if since.IsZero() {
			since = r.since()
		}
		m.heard, err = listen(ctx, r.org, since, l.Deploys)
	}
	return m, err
}

// heardTo is the time up to which hints were heeded. It stands still while there are
// none, so that a run in which nothing is done leaves nothing behind.
func (m *memory) heardTo(listed time.Time) time.Time {
	switch {
	case m.ledger == nil:
		return listed
	case m.heard.at.IsZero(), len(m.heard.hints) == 0 && !m.full:
		return m.ledger.Heard
	}
	return m.heard.at
}

func (r *runner) fullEvery() time.Duration {
	if r.opts.FullEvery > 0 {
		return r.opts.FullEvery
	}
	return FullEvery
}

// fits tells whether a ledger is about the base, and about what this run sees.
func (r *runner) fits(l *ledger, reader string) bool {
	return l != nil && l.Org == r.opts.OrgID && l.APIVersion == r.opts.Read.Version.String() && l.Reader == reader &&
		l.Form == r.form() && l.Scope == r.opts.Read.Scope && l.Files == digestFiles(r.base.Tree)
}

// form names the rules of the normalizer, under which the base was written.
func (r *runner) form() string {
	if f, ok := r.norm.(interface{ Fingerprint() string }); ok {
		return f.Fingerprint()
	}
	return ""
}

// mostFlows: some queries of the Tooling API end at this many rows and do not say
// so.
const mostFlows = 2000

// flowVersions gives the active and the latest version of each flow, as another
// version may become active without a trace in the listing. nil where the org does
// not tell.
func flowVersions(ctx context.Context, org Org) (map[string]string, error) {
	asker, ok := org.(toolingAsker)
	if !ok {
		return nil, nil //nolint:nilnil // to know nothing is no error
	}
	rows, err := asker.ToolingQuery(ctx, "SELECT DeveloperName, NamespacePrefix, ActiveVersionId, LatestVersionId FROM FlowDefinition")
	if mdapi.Refused(err) || len(rows) >= mostFlows {
		return nil, nil //nolint:nilerr,nilnil // to know nothing is no error
	}
	if err != nil {
		return nil, fmt.Errorf("ask for the versions of flows: %w", err)
	}
	out := map[string]string{}
	for _, row := range rows {
		name := row.Text("DeveloperName")
		if ns := row.Text("NamespacePrefix"); ns != "" {
			name = ns + "__" + name
		}
		out[name] = row.Text("ActiveVersionId") + "/" + row.Text("LatestVersionId")
	}
	return out, nil
}

// note hands over what the next run has to know, to be published with the
// snapshot.
func (r *runner) note(ctx context.Context, batch *snapshot.Batch) error {
	if r.opts.Read.Keep != nil {
		return r.noteFiltered(ctx, batch)
	}
	return r.ledgerNow().keep(r.memory.ledger, batch.Keep)
}

// noteFiltered: a run about some types leaves the rows as they were, which makes
// the next one retrieve what this one did once more. Only the files are others.
func (r *runner) noteFiltered(ctx context.Context, batch *snapshot.Batch) error {
	if r.result.First {
		return nil
	}
	l, err := readLedger(ctx, r.store, r.opts.Branch)
	if err != nil || l == nil || l.Form != r.form() || l.APIVersion != r.opts.Read.Version.String() || l.Files != digestFiles(r.base.Tree) {
		return err
	}
	l.Files = digestFiles(r.result.State.Tree)
	return keepJSON(batch.Keep, ListingName, l.ledgerHead)
}

func (r *runner) ledgerNow() *ledger {
	m, read := r.memory, r.read
	l := &ledger{rows: map[metadata.Component]lineage{}, ledgerHead: ledgerHead{
		Version: ledgerVersion, Org: r.opts.OrgID, APIVersion: r.opts.Read.Version.String(), Reader: m.reader, Form: r.form(), Scope: r.opts.Read.Scope,
		Files: digestFiles(r.result.State.Tree), Full: read.listing.Began, Missed: map[string]int{}, Flows: m.flows, Objects: read.listing.Objects,
		Heard: m.heardTo(read.listing.Began), Deploys: m.heard.deploys,
	}}
	if m.ledger != nil {
		maps.Copy(l.Missed, m.ledger.Missed)
		if m.incremental() {
			l.Full = m.ledger.Full
		}
		l.ChildrenCount = m.ledger.ChildrenCount || read.tooLarge
	}
	for _, c := range r.result.Missed {
		l.Missed[c.Type]++
	}
	silent := setOf(read.unspoken)
	for _, c := range read.listing.Rows() {
		row, _ := read.listing.Row(c)
		now := lineage{Name: c.FullName, Row: digestOf(row), Open: read.listing.Hot(row) || read.open(c), Silent: silent[c] || read.open(c)}
		size, ok := read.size(c)
		if !ok || m.incremental() && retrieve.Partial(c.Type, r.opts.Read.Version) {
			size, _ = m.ledger.size(c) // of all that it says
		}
		now.Files, now.Bytes = size.Files, size.Bytes
		l.put(c.Type, now)
	}
	l.keepUnlisted(m.ledger, read.listing, byComponent(r.result.State.Tree, r.result.State.Registry))
	l.keepRefused(read)
	return l
}

// keepRefused keeps the names of what no list shows and no snapshot has, and what
// the org did not want to hand out: it is there, so it is asked for again.
func (l *ledger) keepRefused(read *reading) {
	for _, c := range read.selection.Wanted {
		key := retrieve.Canonical(c)
		if _, refused := read.refused[key]; refused && !read.listed(c) && !read.came(c) && !read.has(key) {
			l.put(c.Type, lineage{Name: c.FullName, Open: true})
		}
	}
}

// keepUnlisted keeps the rows of what was not listed this time and is not proven
// to be gone: when it is listed again they tell whether it has moved, and when it
// is gone for good that there was something.
func (l *ledger) keepUnlisted(before *ledger, listing *retrieve.Listing, now map[metadata.Component]tree.Files) {
	if before == nil {
		return
	}
	for c, old := range before.rows {
		_, there := now[c]
		if !listing.Has(c) && (there || !listing.Lacks(c)) {
			l.rows[c] = old
		}
	}
}

// open tells whether a component was asked for and did not come as it is.
func (r *reading) open(c metadata.Component) bool {
	key := retrieve.Canonical(c)
	if _, ok := r.refused[key]; ok && !r.came(c) {
		return true
	}
	return r.notFound[key] && !r.came(c) || r.carried[key] || r.returned[key].uncompared()
}

// size is what a component took in the zip that brought it.
func (r *reading) size(c metadata.Component) (retrieve.Size, bool) {
	now, ok := r.returned[retrieve.Canonical(c)]
	if !ok {
		return retrieve.Size{}, false
	}
	var out retrieve.Size
	for _, f := range now.files {
		if f.packed == 0 {
			return retrieve.Size{}, false
		}
		out.Files++
		out.Bytes += f.packed
	}
	return out, true
}
