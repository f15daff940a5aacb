package deployplan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func flowFile(label, status string) string {
	return xmlOf("Flow", "    <label>"+label+"</label>\n    <status>"+status+"</status>\n")
}

func flowState(label, status string) deployplan.State {
	return stateOf(map[string]string{"flows/F.flow": flowFile(label, status)})
}

// versionsOf gives a flow whose versions have these labels, by number from 1.
func versionsOf(active int, labels ...string) (map[string]deployplan.FlowVersions, deployplan.FlowReader, *[]int) {
	v, asked := deployplan.FlowVersions{Active: active}, &[]int{}
	for i := range labels {
		v.Numbers = append(v.Numbers, i+1)
	}
	return map[string]deployplan.FlowVersions{"F": v}, func(_ context.Context, _ string, n int) ([]byte, bool, error) {
		*asked = append(*asked, n)
		return []byte(flowFile(labels[n-1], "Obsolete")), labels[n-1] != "", nil
	}, asked
}

// Which version is used, what is read to find it, and what the user is told.
func TestAVersionThatHasTheContentIsFound(t *testing.T) {
	t.Parallel()
	const number = "<activeVersionNumber>%d</activeVersionNumber>"
	many := slices.Repeat([]string{"other"}, 30)
	for name, tc := range map[string]struct {
		live, target string // status
		active       int
		labels       []string
		number       int // that is made active; -1: the content is sent
		asked        []int
		says         string // word of the action, or of what may stay
		base         *deployplan.FlowBase
	}{
		"the newest of two that have it": {
			live: "Active", target: "Active", active: 5, labels: []string{"one", "x", "one", "y", "two"}, number: 3, asked: []int{4, 3},
			says: "version 3 has this content", base: &deployplan.FlowBase{Number: 3},
		},
		"none has it": {live: "Active", target: "Active", active: 3, labels: []string{"x", "y", "two"}, number: -1, asked: []int{2, 1}},
		"one is not shown": {
			live: "Active", target: "Active", active: 3, labels: []string{"one", "", "two"}, number: -1, asked: []int{2}, says: "does not tell what the others hold",
		},
		"more than are read": {
			live: "Active", target: "Active", active: 30, labels: append(many[:29:29], "two"), number: -1,
			asked: []int{29, 28, 27, 26, 25, 24, 23, 22, 21, 20}, says: "19 of the others were not looked at",
		},
		"a newer one that is not active": {
			live: "Active", target: "Active", active: 1, labels: []string{"two", "one"}, number: 2, asked: []int{2}, base: &deployplan.FlowBase{Number: 2},
		},
		"a newer one of other content": {
			live: "Active", target: "Active", active: 1, labels: []string{"two", "x"}, number: -1, asked: []int{2}, base: &deployplan.FlowBase{Latest: 2},
		},
		"the newest, with none active": {
			live: "Active", target: "Obsolete", active: 1, labels: []string{"two", "one"}, number: 0, asked: []int{2}, says: "none is active any more",
			base: &deployplan.FlowBase{Latest: 2, Number: 2},
		},
		"an older one, with none active": {live: "Active", target: "Obsolete", active: 2, labels: []string{"one", "two"}, number: -1},
		"the number of versions is used up": {
			live: "Active", target: "Active", active: 50, labels: append(append([]string{}, slices.Repeat([]string{"x"}, 44)...), "one", "x", "x", "x", "x", "two"),
			number: 45, asked: []int{49, 48, 47, 46, 45}, base: &deployplan.FlowBase{Number: 45},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			versions, read, asked := versionsOf(tc.active, tc.labels...)
			plan := build(t, deployplan.Input{Live: flowState("two", tc.live), Target: flowState("one", tc.target), Flows: versions, ReadFlow: read})
			sent := contentOf(plan, "flows/F.flow") != ""
			switched := contentOf(plan, "flowDefinitions/F.flowDefinition")
			if sent != (tc.number < 0) || tc.number >= 0 && !strings.Contains(switched, fmt.Sprintf(number, tc.number)) {
				t.Errorf("the content is sent: %v; the number: %s\n%s", sent, switched, text(plan))
			}
			if diff := cmp.Diff(tc.asked, *asked, equateEmpty); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			if !strings.Contains(text(plan), tc.says) || len(plan.Actions) != 1 {
				t.Errorf("does not say %q:\n%s", tc.says, text(plan))
			}
			base, assumed := plan.Flows["F"]
			base.Digest = ""
			if assumed != (tc.base != nil) || assumed && cmp.Diff(*tc.base, base) != "" {
				t.Errorf("assumes %v %+v", assumed, base)
			}
		})
	}
}

var equateEmpty = cmp.Transformer("empty", func(s []int) string { return fmt.Sprint(len(s), s) })

// A plan that uses a version is stale when the version is not what it was; one that
// came or went beside it does not matter.
func TestAPlanIsStaleWhenItsVersionMoved(t *testing.T) {
	t.Parallel()
	gone := errors.New("the line is dead")
	for name, tc := range map[string]struct {
		labels []string
		drop   int // number of a version that is not there any more
		err    error
		moved  bool
	}{
		"nothing moved":           {labels: []string{"x", "one", "y", "two"}},
		"a version came":          {labels: []string{"x", "one", "y", "two", "three"}},
		"another went":            {labels: []string{"x", "one", "y", "two"}, drop: 1},
		"it went":                 {labels: []string{"x", "one", "y", "two"}, drop: 2, moved: true},
		"it holds something else": {labels: []string{"x", "uno", "y", "two"}, moved: true},
		"it is not shown":         {labels: []string{"x", "", "y", "two"}, moved: true},
		"nobody answers":          {labels: []string{"x", "one", "y", "two"}, err: gone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			versions, read, _ := versionsOf(4, "x", "one", "y", "two")
			plan := build(t, deployplan.Input{Live: flowState("two", "Active"), Target: flowState("one", "Active"), Flows: versions, ReadFlow: read})
			raw := encode(t, plan)
			plan, err := deployplan.Read(bytes.NewReader(raw), nil)
			must(t, err)
			now, readNow, _ := versionsOf(4, tc.labels...)
			v := now["F"]
			v.Numbers = slices.DeleteFunc(v.Numbers, func(n int) bool { return n == tc.drop })
			now["F"] = v
			moved, err := plan.FlowsMoved(t.Context(), plan.Touched(), now, func(ctx context.Context, flow string, n int) ([]byte, bool, error) {
				content, ok, _ := readNow(ctx, flow, n)
				return content, ok, tc.err
			})
			if !errors.Is(err, tc.err) || (len(moved) == 1) != tc.moved {
				t.Errorf("%v, %v", moved, err)
			}
			if tc.moved && moved[0] != (metadata.Component{Type: "Flow", FullName: "F"}) {
				t.Error(moved)
			}
		})
	}
}

// The Tooling API's fields are the file's elements, whatever their order.
func TestAFlowsFieldsAreItsFile(t *testing.T) {
	t.Parallel()
	decode := func(s string) map[string]any {
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		var out map[string]any
		must(t, d.Decode(&out))
		return out
	}
	got, err := deployplan.FlowFile(decode(`{"status": "Draft", "apiVersion": 62.0, "loops": [], "description": null, "runInMode": "",
		"screens": [{"name": "B", "allowBack": true, "locationX": 10}, {"name": "A <&>", "fields": [{"name": "f"}]}], "start": {"connector": {"targetReference": "B"}}}`))
	must(t, err)
	want := `<?xml version="1.0" encoding="UTF-8"?><Flow xmlns="http://soap.sforce.com/2006/04/metadata"><apiVersion>62.0</apiVersion><runInMode/>` +
		`<screens><allowBack>true</allowBack><locationX>10</locationX><name>B</name></screens><screens><fields><name>f</name></fields><name>A &lt;&amp;&gt;</name></screens>` +
		`<start><connector><targetReference>B</targetReference></connector></start><status>Draft</status></Flow>`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, bad := range []map[string]any{nil, {"locationX": 1.5}} {
		if out, err := deployplan.FlowFile(bad); err == nil {
			t.Errorf("%v: %s", bad, out)
		}
	}
}
