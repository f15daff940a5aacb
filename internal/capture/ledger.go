package capture

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// ledger is what a snapshot remembers of the org's listing, so that the next one
// asks only for what has moved. It is machine state: without it the next run is a
// full one.
//
// It counts only for the files that it was written with. Its rows are those
// listed before the retrieves of the run, so that whatever was changed after the
// listing has a row that differs.
type ledger struct {
	ledgerHead
	rows map[metadata.Component]lineage // by canonical name
}

// ledgerHead is all of a ledger but its rows.
type ledgerHead struct {
	Version int `json:"version"`
	// What the rows are of. When any of it is another one, they say nothing.
	Org        string `json:"org"`
	APIVersion string `json:"api_version"`
	Reader     string `json:"reader"`          // the user who listed
	Form       string `json:"form"`            // the normalizer's rules
	Scope      string `json:"scope,omitempty"` // what the settings leave out
	Files      string `json:"files"`           // digest of the files of the snapshot

	Full time.Time `json:"full"` // when the last full run listed, by the org's clock
	// Heard is up to when the audit trail and the list of deploys were asked, by the
	// org's clock.
	Heard time.Time `json:"heard,omitzero"`
	// Deploys are those of which it was asked what they changed.
	Deploys []string `json:"deploys,omitempty"`
	// Missed counts, by type, components that a full run found to be changed
	// without a row that had moved; they are retrieved each time.
	Missed map[string]int `json:"missed,omitempty"`
	// ChildrenCount: a request that was small enough without counting children was
	// refused for its size.
	ChildrenCount bool `json:"children_count,omitempty"`
	// Flows are versions by flow, where the org told.
	Flows map[string]string `json:"flows,omitempty"`
	// Objects are the standard objects that the org named, be they metadata or not.
	Objects retrieve.Objects `json:"objects,omitzero"`
	// Types are those that have rows; each has a file of its own, so that a change
	// of one type does not write the rows of all again.
	Types []string `json:"types"`
}

// lineage is what is remembered of one component, be it a child.
type lineage struct {
	Name string `json:"n"`
	Row  string `json:"r"` // digest of the row
	// Open: retrieve it again in any case, because it was changed shortly before
	// the listing, or did not come.
	Open bool `json:"o,omitempty"`
	// Silent: what profiles and translations say of it did not come.
	Silent bool  `json:"s,omitempty"`
	Files  int   `json:"f,omitempty"`
	Bytes  int64 `json:"b,omitempty"`
}

// ledgerVersion is the version of the files' form, and of the rules for what is
// retrieved when.
const ledgerVersion = 1

// The names under which the store keeps a ledger.
const (
	// ListingName is the head of what is kept of a listing, for [snapshot.Store.Kept].
	ListingName = "listing.json"
	rowsPrefix  = "rows-"
)

func rowsName(typeName string) string { return rowsPrefix + typeName + ".json" }

// digestOf stands for a row. Dates and users of a row without a date are those of
// the call, so they are left out.
func digestOf(row mdapi.FileProperties) string {
	parts := []string{row.FullName, row.ID, row.FileName, row.NamespacePrefix, row.ManageableState}
	if retrieve.Dated(row) {
		parts = append(parts, row.CreatedByID, row.CreatedDate.UTC().Format(time.RFC3339Nano), row.LastModifiedByID, row.LastModifiedDate.UTC().Format(time.RFC3339Nano))
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return base64.RawStdEncoding.EncodeToString(sum[:9])
}

// digestFiles stands for the files of a snapshot.
func digestFiles(t tree.Tree) string {
	h := sha256.New()
	for e := range t.All() {
		_, _ = h.Write([]byte(e.Path))
		_, _ = h.Write(append(e.Hash[:], 0))
	}
	return base64.RawStdEncoding.EncodeToString(h.Sum(nil))
}

// row gives what is remembered of a component.
func (l *ledger) row(c metadata.Component) (lineage, bool) {
	if l == nil {
		return lineage{}, false
	}
	r, ok := l.rows[retrieve.Canonical(c)]
	return r, ok
}

// size is what a component took the last time.
func (l *ledger) size(c metadata.Component) (retrieve.Size, bool) {
	r, ok := l.row(c)
	return retrieve.Size{Files: r.Files, Bytes: r.Bytes}, ok && r.Files > 0
}

// put remembers a component.
func (l *ledger) put(typeName string, r lineage) {
	l.rows[retrieve.Canonical(metadata.Component{Type: typeName, FullName: r.Name})] = r
}

// keeper is where ledgers are read from; *snapshot.Store is one.
type keeper interface {
	Kept(ctx context.Context, branch, name string) ([]byte, error)
}

// readLedger gives what is kept for a branch, or nil. One that cannot be read is
// none, as all it saves is time.
func readLedger(ctx context.Context, from keeper, branch string) (*ledger, error) {
	l := &ledger{rows: map[metadata.Component]lineage{}}
	found, err := l.read(ctx, from, branch)
	if err != nil || !found {
		return nil, err
	}
	return l, nil
}

func (l *ledger) read(ctx context.Context, from keeper, branch string) (found bool, err error) {
	found, err = readKept(ctx, from, branch, ListingName, &l.ledgerHead)
	if !found || err != nil || l.Version != ledgerVersion {
		return false, err
	}
	for _, typ := range l.Types {
		var rows []lineage
		if found, err := readKept(ctx, from, branch, rowsName(typ), &rows); !found || err != nil {
			return false, err
		}
		for _, r := range rows {
			l.put(typ, r)
		}
	}
	return true, nil
}

func readKept(ctx context.Context, from keeper, branch, name string, into any) (found bool, err error) {
	data, err := from.Kept(ctx, branch, name)
	if errors.Is(err, snapshot.ErrNotFound) || errors.Is(err, snapshot.ErrCorrupt) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read what is remembered of the org: %w", err)
	}
	return json.Unmarshal(data, into) == nil, nil
}

// keep hands the ledger to what is published with the snapshot.
func (l *ledger) keep(before *ledger, keep func(name string, content []byte) error) error {
	byType := map[string][]lineage{}
	for c, r := range l.rows {
		if plainName(c.Type) {
			byType[c.Type] = append(byType[c.Type], r)
		}
	}
	l.Types = slices.Sorted(maps.Keys(byType))
	for _, typ := range l.Types {
		slices.SortFunc(byType[typ], func(a, b lineage) int { return strings.Compare(a.Name, b.Name) })
		if err := keepJSON(keep, rowsName(typ), byType[typ]); err != nil {
			return err
		}
	}
	if before != nil {
		for _, typ := range before.Types {
			if byType[typ] == nil {
				if err := keep(rowsName(typ), nil); err != nil {
					return fmt.Errorf("forget rows of the org: %w", err)
				}
			}
		}
	}
	return keepJSON(keep, ListingName, l.ledgerHead)
}

// plainName: a type's name is the org's word and becomes a file name. Rows of one
// that has an odd name are not remembered.
func plainName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_'
	})
}

func keepJSON(keep func(name string, content []byte) error, name string, value any) error {
	data, err := json.Marshal(value)
	if err == nil {
		err = keep(name, append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("keep what is remembered of the org: %w", err)
	}
	return nil
}
