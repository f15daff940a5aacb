package capture_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// dying ends a run at one of its requests: the process that made it is gone.
type dying struct {
	base http.RoundTripper
	left atomic.Int64
	die  context.CancelFunc
}

func (d *dying) RoundTrip(r *http.Request) (*http.Response, error) {
	if d.left.Add(-1) == 0 {
		d.die()
	}
	return d.base.RoundTrip(r)
}

// dies takes a snapshot that ends at its nth request, and tells whether it ended
// there.
func (w *world) dies(nth int64) bool {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	d := &dying{base: http.DefaultTransport, die: cancel}
	d.left.Store(nth)
	client, err := mdapi.New(mdapi.Config{
		InstanceURL: w.org.URL(), Version: version, Tokens: mdapi.StaticToken(w.org.Credentials().AccessToken), TempDir: w.t.TempDir(),
		Now: w.clock.Now, Sleep: w.clock.sleep, HTTP: &http.Client{Transport: d},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	norm, err := normalize.New()
	if err != nil {
		w.t.Fatal(err)
	}
	unlock, err := w.store.Lock(w.t.Context(), "snapshot")
	if err != nil {
		w.t.Fatal(err)
	}
	defer unlock()
	_, err = capture.Run(ctx, client, norm, w.store, w.opts)
	return err != nil
}

// A run that ends at any of its requests records nothing and takes nothing from
// the next one: it finds the same changes, by the same people.
func TestTheRunAfterOneThatDiedIsAsIfThatHadNotBeen(t *testing.T) {
	t.Parallel()
	w, g := crew(t)
	for i, nth := 0, int64(1); ; i, nth = i+1, nth+int64(rounds(17, 1)) {
		ship := fmt.Sprintf("    <fields>\n        <fullName>F%d__c</fullName>\n        <label>F</label>\n        <length>9</length>\n        <type>Text</type>\n    </fields>\n    <label>Tall_Ship</label>\n", i)
		sail := metadata.Component{Type: "ApexClass", FullName: fmt.Sprintf("Sail%d", i)}
		w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
			return e.Put("objects/Tall_Ship__c.object", []byte(xmlFile("CustomObject", ship)))
		})
		w.edit("maria.keller@acme.example", func(e *emulator.Editor) error {
			if err := e.Put("classes/"+sail.FullName+".cls-meta.xml", []byte(xmlFile("ApexClass", "    <apiVersion>66.0</apiVersion>\n    <status>Active</status>\n"))); err != nil {
				return err
			}
			return e.Put("classes/"+sail.FullName+".cls", []byte("public class "+sail.FullName+" {}\n"))
		})
		w.clock.advance(time.Hour)
		before := w.head()
		if !w.dies(nth) {
			return // it has no more requests
		}
		same(t, before, w.head())
		result := w.step(g)
		same(t, w.truth(), w.head())
		want := map[string]string{"added ApexClass:" + sail.FullName: "maria.keller@acme.example", fmt.Sprintf("added CustomField:Tall_Ship__c.F%d__c", i): "tom.osei@acme.example"}
		got := map[string]string{}
		for _, c := range result.Diff.Changes {
			if what := c.Kind.String(); what == "added" || !strings.HasPrefix(c.Component.Type, "CustomField") {
				got[what+" "+c.Component.String()] = result.Authors[c.Component].Username
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || result.Full || len(g.asked) != 1 {
			t.Errorf("after a run that died at request %d: full: %t, %d retrieves, authors (-want +got):\n%s", nth, result.Full, len(g.asked), diff)
		}
		g.all()
	}
}
