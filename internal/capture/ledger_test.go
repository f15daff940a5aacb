package capture

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func sampleLedger() *ledger {
	l := &ledger{rows: map[metadata.Component]lineage{}, ledgerHead: ledgerHead{
		Version: ledgerVersion, Org: "00D", APIVersion: "66.0", Reader: "005", Form: "1", Files: "abc",
		Full:   time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC),
		Missed: map[string]int{"ApexPage": 1}, Flows: map[string]string{"F": "1/2"},
	}}
	l.put("Layout", lineage{Name: "Case-A %28B%29", Row: "x", Open: true, Files: 1, Bytes: 700})
	l.put("ApexClass", lineage{Name: "A", Row: "y"})
	return l
}

// drawer keeps things as the store does.
type drawer map[string][]byte

func (d drawer) Keep(name string, content []byte) error {
	if content == nil {
		delete(d, name)
		return nil
	}
	d[name] = content
	return nil
}

func (d drawer) Kept(_ context.Context, branch, name string) ([]byte, error) {
	if content, ok := d[name]; ok && branch == "org/prod" {
		return content, nil
	}
	return nil, snapshot.ErrNotFound
}

func kept(tb testing.TB, d drawer) *ledger {
	tb.Helper()
	l, err := readLedger(tb.Context(), d, "org/prod")
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

func TestALedgerIsReadAsItWasKept(t *testing.T) {
	t.Parallel()
	want, d := sampleLedger(), drawer{}
	if err := want.keep(nil, d.Keep); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"listing.json", "rows-ApexClass.json", "rows-Layout.json"}, slices.Sorted(maps.Keys(d))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	got := kept(t, d)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(ledger{})); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if r, ok := got.row(metadata.Component{Type: "Layout", FullName: "Case-A (B)"}); !ok || !r.Open {
		t.Errorf("a name is not found in its other spelling: %v", r)
	}
	next := sampleLedger()
	delete(next.rows, metadata.Component{Type: "ApexClass", FullName: "A"})
	next.put("../odd", lineage{Name: "N"})
	if err := next.keep(got, d.Keep); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"listing.json", "rows-Layout.json"}, slices.Sorted(maps.Keys(d))); diff != "" {
		t.Errorf("files later (-want +got):\n%s", diff)
	}
}

func TestALedgerThatCannotBeReadIsNone(t *testing.T) {
	t.Parallel()
	whole := func() drawer {
		d := drawer{}
		if err := sampleLedger().keep(nil, d.Keep); err != nil {
			t.Fatal(err)
		}
		return d
	}
	tests := map[string]func(drawer){
		"nothing is kept":          func(d drawer) { clear(d) },
		"half a head":              func(d drawer) { d[ListingName] = d[ListingName][:20] },
		"rows are gone":            func(d drawer) { delete(d, "rows-Layout.json") },
		"rows are damaged":         func(d drawer) { d["rows-Layout.json"] = []byte("[{") },
		"it is of another version": func(d drawer) { d[ListingName] = []byte(`{"version":999}`) },
	}
	for name, spoil := range tests {
		d := whole()
		spoil(d)
		if l := kept(t, d); l != nil {
			t.Errorf("%s: it was read all the same", name)
		}
	}
	if _, err := readLedger(t.Context(), failing{}, "org/prod"); err == nil {
		t.Error("a disk that fails is taken for an empty one")
	}
}

type failing struct{}

func (failing) Kept(context.Context, string, string) ([]byte, error) {
	return nil, errors.New("the disk fails")
}

func FuzzLedger(f *testing.F) {
	d := drawer{}
	if err := sampleLedger().keep(nil, d.Keep); err != nil {
		f.Fatal(err)
	}
	f.Add(d[ListingName], d["rows-Layout.json"])
	f.Add([]byte(`{"version":1,"types":["A","A"]}`), []byte(`[null,{"n":"x"},{}]`))
	f.Add([]byte(`null`), []byte(`null`))
	f.Fuzz(func(t *testing.T, head, rows []byte) {
		l, err := readLedger(t.Context(), oneFile{head, rows}, "org/prod")
		if err != nil {
			t.Fatal(err)
		}
		if l == nil {
			return
		}
		again := drawer{}
		if err := l.keep(nil, again.Keep); err != nil {
			t.Fatal(err)
		}
		back := kept(t, again)
		opts := []cmp.Option{cmp.AllowUnexported(ledger{}), cmpopts.EquateEmpty()}
		for c := range l.rows {
			if !plainName(c.Type) {
				return
			}
		}
		if diff := cmp.Diff(l, back, opts...); diff != "" {
			t.Errorf("read again (-want +got):\n%s", diff)
		}
	})
}

// oneFile gives the same rows for every type.
type oneFile struct{ head, rows []byte }

func (o oneFile) Kept(_ context.Context, _, name string) ([]byte, error) {
	if name == ListingName {
		return o.head, nil
	}
	return o.rows, nil
}

// rowsOf is an org that lists rows and nothing else.
type rowsOf []mdapi.FileProperties

func (r rowsOf) DescribeMetadata(context.Context) (mdapi.DescribeResult, error) {
	var out mdapi.DescribeResult
	for _, name := range []string{"ApexClass", "CustomMetadata", "Queue"} {
		t, _ := metadata.Default().Type(name)
		out.Types = append(out.Types, t)
	}
	return out, nil
}

func (r rowsOf) ListMetadata(_ context.Context, queries ...mdapi.ListQuery) ([]mdapi.FileProperties, error) {
	var out []mdapi.FileProperties
	for _, q := range queries {
		for _, row := range r {
			if row.Type == q.Type {
				out = append(out, row)
			}
		}
	}
	return out, nil
}

// Rows that say too little make a run retrieve their components as long as that
// does not cost more than it is worth.
func TestUnmovedRowsAreTrustedByTypeAndNumber(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	tests := []struct {
		typ      string
		count    int
		modified time.Time
		missed   int
		want     int
	}{
		{"ApexClass", 10, now.Add(-time.Hour), 0, 0},
		{"ApexClass", 10, time.Unix(0, 0), 0, 10},
		{"ApexClass", 10, now.Add(-time.Hour), 1, 10},
		{"ApexClass", 2001, now.Add(-time.Hour), 1, 0},
		{"CustomMetadata", 2000, time.Unix(0, 0), 0, 2000},
		{"CustomMetadata", 2001, time.Unix(0, 0), 0, 0},
		{"Queue", 1000, now.Add(-time.Hour), 0, 1000},
		{"Queue", 1001, now.Add(-time.Hour), 0, 0},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%d of %s, dated %d, missed %d", test.count, test.typ, test.modified.Year(), test.missed), func(t *testing.T) {
			t.Parallel()
			var rows rowsOf
			var entries []tree.Entry
			l := &ledger{rows: map[metadata.Component]lineage{}, ledgerHead: ledgerHead{Missed: map[string]int{test.typ: test.missed}}}
			for i := range test.count {
				row := mdapi.FileProperties{Type: test.typ, FullName: fmt.Sprintf("T.N%d", i), ID: "x", LastModifiedDate: test.modified}
				rows = append(rows, row)
				path, _ := metadata.Default().Path(metadata.Component{Type: test.typ, FullName: row.FullName})
				entries = append(entries, tree.Entry{Path: path, Hash: tree.Hash{1}})
				l.put(test.typ, lineage{Name: row.FullName, Row: digestOf(row)})
			}
			listing, err := retrieve.List(t.Context(), rows, retrieve.ListOptions{ServerTime: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			r := newReading(Base{Tree: tree.New(entries)}, nil, nil, ReadOptions{Version: 66}, listing)
			r.selection = retrieve.Wanted(listing, r.known(), nil, nil)
			w := workSince(r, l, nil, nil)
			if len(w.retrieve) != test.want || len(w.retrieve)+len(w.unchanged) != test.count {
				t.Errorf("%d are retrieved and %d left alone, of %d", len(w.retrieve), len(w.unchanged), test.count)
			}
		})
	}
}
