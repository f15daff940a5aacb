package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestDescribeGlobalTellsWhetherSomethingMoved(t *testing.T) {
	t.Parallel()
	put := func(path, content string) func(*emulator.Editor) error {
		return func(e *emulator.Editor) error { return e.Put(path, []byte(content)) }
	}
	boat := xmlFile("CustomObject", "    <label>Boat</label>\n")
	for name, tc := range map[string]struct {
		edit func(*emulator.Editor) error
		want int
	}{
		"nothing":      {func(*emulator.Editor) error { return nil }, http.StatusNotModified},
		"a new object": {put("objects/Boat__c.object", boat), http.StatusOK},
		"a new field":  {put(ship, xmlFile("CustomObject", shipFields+field("Extra__c", "Text", "        <length>5</length>\n"))), http.StatusOK},
		"a profile":    {put(admin, xmlFile("Profile", "    <custom>false</custom>\n")), http.StatusOK},
		"a gone object": {func(e *emulator.Editor) error {
			return e.Delete(metadata.Component{Type: "CustomObject", FullName: "Ship__c"})
		}, http.StatusOK},
		"Apex alone": {put("classes/Extra.cls", "class Extra {}"), http.StatusNotModified},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serve(t, sample())
			seen := o.get("/services/data/v66.0/sobjects").Header().Get("Date")
			o.clock.advance(time.Hour)
			if err := o.Edit("admin@emulator.example", tc.edit); err != nil {
				t.Fatal(err)
			}
			w := o.do(http.MethodGet, "/services/data/v66.0/sobjects", "", "", "If-Modified-Since", seen)
			if w.Code != tc.want || (w.Body.Len() == 0) != (tc.want == http.StatusNotModified) {
				t.Errorf("%d, not %d: %s", w.Code, tc.want, w.Body)
			}
			if again := w.Header().Get("Last-Modified"); tc.want == http.StatusOK {
				if w := o.do(http.MethodGet, "/services/data/v66.0/sobjects", "", "", "If-Modified-Since", again); w.Code != http.StatusNotModified {
					t.Errorf("asked again: %d", w.Code)
				}
			}
		})
	}
}

func TestDescribeGlobalNamesWhatBelongsToObjectsAndWhatIsNoMetadata(t *testing.T) {
	t.Parallel()
	o := serve(t, with(map[string]string{"objects/PersonAccount.object": xmlFile("CustomObject", ""), "objects/CaseComment.object": xmlFile("CustomObject", "")}))
	var got struct {
		Objects []struct {
			Name   string `json:"name"`
			Custom bool   `json:"custom"`
			Of     string `json:"associateParentEntity"`
		} `json:"sobjects"`
	}
	if err := json.Unmarshal(o.get("/services/data/v66.0/sobjects").Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, object := range got.Objects {
		names = append(names, fmt.Sprint(object.Name, " ", object.Custom, " ", object.Of))
	}
	want := []string{
		"Account false ", "AccountHistory false Account", "AccountShare false Account",
		"CaseComment false ", "CaseCommentHistory false CaseComment", "CaseCommentShare false CaseComment",
		"Rate__mdt true ",
		"Ship__c true ", "Ship__History false Ship__c", "Ship__Share false Ship__c",
		"ApexClass false ", "AsyncApexJob false ", "Organization false ",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}
