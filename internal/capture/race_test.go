package capture_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// racing lets something happen right before one call of a run.
type racing struct {
	*mdapi.Client
	call string
	nth  int
	do   func()

	mu   *sync.Mutex
	seen map[string]int
}

func race(org *mdapi.Client, call string, nth int, do func()) racing {
	return racing{Client: org, call: call, nth: nth, do: do, mu: &sync.Mutex{}, seen: map[string]int{}}
}

func (r racing) before(call string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[call]++
	if call == r.call && r.seen[call] == r.nth {
		r.do()
	}
}

func (r racing) DescribeMetadata(ctx context.Context) (mdapi.DescribeResult, error) {
	r.before("describe")
	return r.Client.DescribeMetadata(ctx)
}

func (r racing) ListMetadata(ctx context.Context, queries ...mdapi.ListQuery) ([]mdapi.FileProperties, error) {
	r.before("list")
	return r.Client.ListMetadata(ctx, queries...)
}

func (r racing) Retrieve(ctx context.Context, req mdapi.RetrieveRequest) (mdapi.AsyncID, error) {
	r.before("retrieve")
	return r.Client.Retrieve(ctx, req)
}

func (r racing) WaitRetrieve(ctx context.Context, id mdapi.AsyncID, zip string, progress func(mdapi.RetrieveStatus)) (mdapi.RetrieveResult, error) {
	r.before("wait")
	result, err := r.Client.WaitRetrieve(ctx, id, zip, progress)
	r.before("came")
	return result, err
}

func (r racing) DescribeGlobal(ctx context.Context, since time.Time) (mdapi.GlobalResult, error) {
	r.before("objects")
	return r.Client.DescribeGlobal(ctx, since)
}

func (r racing) ToolingQuery(ctx context.Context, soql string) ([]mdapi.Record, error) {
	r.before("query")
	return r.Client.ToolingQuery(ctx, soql)
}

func (r racing) Users(ctx context.Context, ids ...string) (map[string]mdapi.User, error) {
	r.before("users")
	return r.Client.Users(ctx, ids...)
}

// Whatever somebody does while a snapshot is taken is in this one or the next,
// and never makes a run incomplete.
func TestAChangeDuringARunIsInThisSnapshotOrTheNext(t *testing.T) {
	t.Parallel()
	edits := map[string]func(*emulator.Editor) error{
		"a class is changed": func(e *emulator.Editor) error {
			return e.Put("classes/RateCard.cls", []byte("public class RateCard { Integer now; }\n"))
		},
		"a class is deleted": func(e *emulator.Editor) error {
			return e.Delete(metadata.Component{Type: "ApexClass", FullName: "WelcomeMailer"})
		},
		"a report and its folder come": func(e *emulator.Editor) error {
			report, err := e.Get("reports/Acme_Sales/Lost_Deals.report")
			if err != nil {
				return err
			}
			folder, err := e.Get("reports/Acme_Sales-meta.xml")
			if err != nil {
				return err
			}
			if err := e.Put("reports/Fresh-meta.xml", folder); err != nil {
				return err
			}
			return e.Put("reports/Fresh/R.report", report)
		},
		"a field is deleted": func(e *emulator.Editor) error {
			return e.Delete(metadata.Component{Type: "CustomField", FullName: "Project__c.Budget__c"})
		},
		"a profile is changed": func(e *emulator.Editor) error {
			content, err := e.Get("profiles/Admin.profile")
			if err != nil {
				return err
			}
			return e.Put("profiles/Admin.profile", []byte(strings.Replace(string(content), "<editable>true</editable>", "<editable>false</editable>", 1)))
		},
	}
	for what, edit := range edits {
		for i, at := range []struct {
			call string
			nth  int
		}{{"query", 1}, {"describe", 1}, {"objects", 1}, {"list", 1}, {"list", 25}, {"list", 40}, {"retrieve", 1}, {"retrieve", 2}, {"wait", 2}, {"came", 1}, {"users", 1}} {
			for mode, how := range map[string]func(*capture.Options){"full": func(*capture.Options) {}, "incremental": incremental} {
				if (i+len(mode))%rounds(9, 1) != len(what)%rounds(9, 1) {
					continue // every point is tried in the long run
				}
				t.Run(fmt.Sprintf("%s before %s %d of a run that is %s", what, at.call, at.nth, mode), func(t *testing.T) {
					t.Parallel()
					w := newWorld(t, demo.Org())
					w.must()
					batch := 150
					if mode == "incremental" {
						batch = 25
						w.clock.advance(time.Hour) // nothing is hot any more
						w.must(how)
					}
					touch := func(e *emulator.Editor) error {
						return e.Put("classes/CaseRouter.cls", []byte("public class CaseRouter { Integer before; }\n"))
					}
					w.edit("maria.keller@acme.example", touch)
					done := false
					org := race(w.client, at.call, at.nth, func() {
						done = true
						if err := w.org.Edit("tom.osei@acme.example", edit); err != nil {
							t.Error(err)
						}
					})
					first, err := w.runOn(org, limited(batch), how)
					if err != nil {
						t.Fatal(err)
					}
					if !done {
						t.Fatal("nothing happened during the run")
					}
					second := w.must(limited(batch), how)
					same(t, w.truth(leftOut()...), w.head())
					if diff := cmp.Diff([]string{}, append(missing(first.State.Coverage), missing(second.State.Coverage)...)); diff != "" {
						t.Errorf("the coverage (-want +got):\n%s", diff)
					}
					for _, r := range []*capture.Result{first, second} {
						for c, who := range r.Authors {
							if who.Username == "maria.keller@acme.example" && c.FullName != "CaseRouter" {
								t.Errorf("%s is taken to be changed by %s", c, who.Username)
							}
						}
					}
				})
			}
		}
	}
}
