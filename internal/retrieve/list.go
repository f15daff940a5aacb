package retrieve

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

const (
	// listsInFlight is polite to the org and hides its latency; a busy org gets
	// fewer, and one more again after calmLists that went well.
	listsInFlight = 8
	calmLists     = 10
	// truncatedRows: a list of this many rows was cut by the service (100,001 of
	// 118,000 groups came back), so it proves no absence.
	truncatedRows = 100_000
	// mostUnanswered is how many lists may get no answer at all before nobody is
	// taken to be there. One that takes too long is no reason to give up.
	mostUnanswered = 3
)

// ListOptions narrow a listing.
type ListOptions struct {
	Wanted func(typeName string) bool // nil means every type
	// ServerTime is the org's clock; nil leaves [Listing.Began] zero.
	ServerTime func() time.Time
	// Objects are those that an earlier listing had; the org is asked whether they
	// were changed since then.
	Objects  Objects
	Progress Progress
}

// List describes the org and lists every type, the children and the folders
// with all their members, and asks for what lists leave out or misname. A query that
// fails does not end the listing: its outcome is kept. An expired session, an exhausted request limit or a
// connection that cannot be had does.
func List(ctx context.Context, org Inventory, opts ListOptions) (*Listing, error) {
	described, err := org.DescribeMetadata(ctx)
	if err != nil {
		return nil, fmt.Errorf("describe the org's metadata: %w", err)
	}
	l := newListing(described.Types)
	if opts.ServerTime != nil {
		l.Began = opts.ServerTime()
	}
	if err := l.beyond(ctx, org, opts); err != nil {
		return nil, err
	}
	lister := newLister(org, l)
	lister.progress = opts.Progress
	if err := lister.run(ctx, firstQueries(l, opts.Wanted)); err != nil {
		return nil, err
	}
	for folders := lister.newFolders(); len(folders) > 0; folders = lister.newFolders() {
		if err := lister.run(ctx, folders); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// Again lists once more what concerns some components, and takes out of the
// listing what is not there any more. All other rows stay as they were: they were
// read before the retrieve, and one that has moved since then must be seen to
// have moved by the next run. It must not run beside readers of the listing.
func Again(ctx context.Context, org Lister, l *Listing, components []metadata.Component) error {
	queries := map[mdapi.ListQuery]bool{}
	for _, c := range components {
		for _, q := range queriesFor(l, c) {
			queries[q] = true
		}
	}
	now := &Listing{
		Registry: l.Registry, described: l.described, persons: l.persons,
		rows: map[metadata.Component]*keptRow{}, folders: map[metadata.Component]bool{}, outcomes: map[mdapi.ListQuery]Outcome{},
	}
	lister := newLister(org, now)
	if err := lister.run(ctx, slices.SortedFunc(maps.Keys(queries), compareQueries)); err != nil {
		return err
	}
	maps.Copy(l.outcomes, now.outcomes)
	maps.DeleteFunc(l.rows, func(key metadata.Component, _ *keptRow) bool {
		if _, still := now.rows[key]; still {
			return false
		}
		asked := queriesFor(l, key)
		return slices.ContainsFunc(asked, func(q mdapi.ListQuery) bool { return queries[q] }) &&
			!slices.ContainsFunc(asked, func(q mdapi.ListQuery) bool { return queries[q] && now.outcomes[q].Kind != Listed })
	})
	return nil
}

// queriesFor gives the queries whose answers hold a component's row.
func queriesFor(l *Listing, c metadata.Component) []mdapi.ListQuery {
	t, ok := l.Registry.Type(c.Type)
	if !ok || !t.InFolder {
		return []mdapi.ListQuery{{Type: c.Type}}
	}
	var queries []mdapi.ListQuery
	if l.folders[Canonical(c)] {
		for _, ft := range folderTypes(t) {
			queries = append(queries, mdapi.ListQuery{Type: ft})
		}
	}
	if folder := path.Dir(c.FullName); folder != "." {
		queries = append(queries, mdapi.ListQuery{Type: c.Type, Folder: folder})
	}
	return queries
}

func compareQueries(a, b mdapi.ListQuery) int {
	return metadata.Component{Type: a.Type, FullName: a.Folder}.Compare(metadata.Component{Type: b.Type, FullName: b.Folder})
}

// firstQueries: every type that is listed by itself, its children, and the
// types under which folders are listed.
func firstQueries(l *Listing, wanted func(string) bool) []mdapi.ListQuery {
	var queries []mdapi.ListQuery
	for _, t := range l.Types() {
		if wanted != nil && !wanted(t.Name) {
			continue
		}
		if t.InFolder {
			for _, ft := range folderTypes(t) {
				queries = append(queries, mdapi.ListQuery{Type: ft})
			}
			if hasUnfiled(t.Name) {
				queries = append(queries, mdapi.ListQuery{Type: t.Name, Folder: unfiled})
			}
			continue
		}
		queries = append(queries, mdapi.ListQuery{Type: t.Name})
		for _, c := range t.Children {
			if !c.Unaddressable {
				queries = append(queries, mdapi.ListQuery{Type: c.Type})
			}
		}
	}
	return queries
}

// folderTypes: e-mail templates lie in folders of two kinds, classic and
// Lightning. The folder type of an unknown type follows the usual form.
func folderTypes(t metadata.Type) []string {
	switch {
	case t.Name == "EmailTemplate":
		return []string{"EmailFolder", "EmailTemplateFolder"}
	case t.FolderType == "":
		return []string{t.Name + "Folder"}
	}
	return []string{t.FolderType}
}

type lister struct {
	org      Lister
	progress Progress
	limiter  *limiter

	mu      sync.Mutex // guards what follows
	listing *Listing
	asked   map[mdapi.ListQuery]bool
	done    int

	unanswered int
}

func newLister(org Lister, l *Listing) *lister {
	return &lister{org: org, listing: l, limiter: newLimiter(listsInFlight, calmLists), asked: map[mdapi.ListQuery]bool{}}
}

func (l *lister) run(ctx context.Context, queries []mdapi.ListQuery) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(listsInFlight)
	for _, q := range queries {
		l.asked[q] = true
	}
	for chunk := range slices.Chunk(queries, mdapi.MaxListQueries) {
		group.Go(func() error { return l.list(ctx, chunk) })
	}
	return group.Wait()
}

func (l *lister) ask(ctx context.Context, queries []mdapi.ListQuery) ([]mdapi.FileProperties, error) {
	slot, err := l.limiter.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer slot.leave()
	return l.org.ListMetadata(slot.calls(ctx), queries...)
}

// list makes one call. One bad query voids the whole call, and one long list may
// be cut, so each is then asked again alone.
func (l *lister) list(ctx context.Context, queries []mdapi.ListQuery) error {
	rows, err := l.ask(ctx, queries)
	if Ends(err) {
		return fmt.Errorf("list metadata: %w", err)
	}
	if (err != nil || len(rows) >= truncatedRows) && len(queries) > 1 {
		for _, q := range queries {
			if err := l.list(ctx, []mdapi.ListQuery{q}); err != nil {
				return err
			}
		}
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil && !answered(err) {
		if l.unanswered++; l.unanswered > mostUnanswered {
			return fmt.Errorf("list metadata: %w", err)
		}
	}
	l.record(queries, rows, err)
	l.done += len(queries)
	l.progress.tell(Step{Phase: "list", Done: l.done, Total: len(l.asked), Unit: "types and folders"})
	return nil
}

// CutError says that a list came with so many rows that the service has left some
// out.
type CutError struct{ Rows int }

// Error gives the number of rows.
func (e *CutError) Error() string { return fmt.Sprintf("the list was cut at %d rows", e.Rows) }

// Ends tells which errors make it useless to go on.
func Ends(err error) bool {
	return errors.Is(err, mdapi.ErrSessionExpired) || errors.Is(err, mdapi.ErrRequestLimit) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// answered tells whether the service itself spoke.
func answered(err error) bool {
	var fault *mdapi.Fault
	return errors.As(err, &fault)
}

func (l *lister) record(queries []mdapi.ListQuery, rows []mdapi.FileProperties, err error) {
	outcome := Outcome{Kind: Listed}
	switch {
	case errors.Is(err, mdapi.ErrUnknownType), err != nil && queries[0].Folder == unfiled:
		// Not every org has a folder of what lies in none.
		outcome = Outcome{Kind: NotAvailable, Err: err}
	case err != nil:
		outcome = Outcome{Kind: Failed, Err: err}
	case len(rows) >= truncatedRows:
		outcome = Outcome{Kind: Failed, Err: &CutError{Rows: truncatedRows}}
	}
	for _, q := range queries {
		l.listing.outcomes[q] = outcome
	}
	for _, row := range rows {
		l.listing.add(queries, row)
	}
}

// newFolders gives a query for each folder that was found and not listed yet.
// A folder may be seen among the members of another one.
func (l *lister) newFolders() []mdapi.ListQuery {
	l.mu.Lock()
	defer l.mu.Unlock()
	var queries []mdapi.ListQuery
	for c := range l.listing.folders {
		q := mdapi.ListQuery{Type: c.Type, Folder: c.FullName}
		if !l.asked[q] {
			queries = append(queries, q)
		}
	}
	slices.SortFunc(queries, compareQueries)
	return queries
}
