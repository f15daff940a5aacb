package diff_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/internal/diff"
)

const (
	autoFlow = "<Flow>\n    <decisions>\n        <name>D</name>\n        <locationX>%s</locationX>\n        <locationY>0</locationY>\n    </decisions>\n" +
		"    <processMetadataValues>\n        <name>CanvasMode</name>\n        <value>\n            <stringValue>AUTO_LAYOUT_CANVAS</stringValue>\n        </value>\n    </processMetadataValues>\n</Flow>\n"
	freeFlow = "<Flow>\n    <decisions>\n        <name>D</name>\n        <locationX>%s</locationX>\n        <locationY>0</locationY>\n    </decisions>\n</Flow>\n"
	alert    = "<Workflow>\n    <alerts>\n        <fullName>A</fullName>\n        <recipients>\n            <recipient>%s</recipient>\n            <type>user</type>\n        </recipients>\n    </alerts>\n</Workflow>\n"
	role     = "<Workflow>\n    <alerts>\n        <fullName>A</fullName>\n        <recipients>\n            <recipient>%s</recipient>\n            <type>role</type>\n        </recipients>\n    </alerts>\n</Workflow>\n"
	queue    = "<Queue>\n    <name>Q</name>\n    <queueMembers>\n        <users>\n            <user>%s</user>\n            <user>m@acme.example-x</user>\n        </users>\n    </queueMembers>\n</Queue>\n"
	site     = "<RemoteSiteSetting>\n    <description>%[1]s</description>\n    <url>https://%[1]s.example</url>\n</RemoteSiteSetting>\n"
)

func TestMasks(t *testing.T) {
	t.Parallel()
	certain := diff.Masking{Masks: diff.CertainMasks(), NewSandbox: "uat"}
	with := func(more ...diff.Mask) diff.Masking {
		return diff.Masking{Masks: append(diff.CertainMasks(), more...), NewSandbox: "uat"}
	}
	for name, tc := range map[string]struct {
		path, form, old, now string
		masking              diff.Masking
		left, masked         int
	}{
		"without masks":                            {"workflows/Account.workflow", alert, "a@acme.example", "a@acme.example.uat", diff.Masking{}, 1, 0},
		"a sandbox's name behind a user's":         {"workflows/Account.workflow", alert, "a@acme.example", "a@acme.example.UAT", certain, 0, 1},
		"the name of another sandbox":              {"workflows/Account.workflow", alert, "a@acme.example", "a@acme.example.dev", certain, 1, 0},
		"another user":                             {"workflows/Account.workflow", alert, "a@acme.example", "b@acme.example.uat", certain, 1, 0},
		"another user, if asked for":               {"workflows/Account.workflow", alert, "a@acme.example", "b@acme.example.uat", with(diff.MaskUsers), 0, 1},
		"what is no user":                          {"workflows/Account.workflow", role, "A", "B", with(diff.MaskUsers), 1, 0},
		"a member of a set":                        {"queues/Q.queue", queue, "z@acme.example", "z@acme.example.uat", certain, 0, 2},
		"a member whose place changes by it":       {"queues/Q.queue", queue, "m@acme.example", "m@acme.example.uat", certain, 0, 2},
		"places in a flow that lays itself out":    {"flows/F.flow", autoFlow, "10", "20", certain, 0, 1},
		"places in a flow that does not":           {"flows/F.flow", freeFlow, "10", "20", certain, 1, 0},
		"places in any flow, if asked for":         {"flows/F.flow", freeFlow, "10", "20", with(diff.MaskPositions), 0, 1},
		"hidden code":                              {"classes/A.cls", "%s", "class A {}", "(hidden)\n", certain, 0, 1},
		"an endpoint":                              {"remoteSiteSettings/R.remoteSite", site, "a", "b", certain, 2, 0},
		"an endpoint, if asked for, and no more":   {"remoteSiteSettings/R.remoteSite", site, "a", "b", with(diff.MaskEndpoints), 1, 1},
		"an id in a text":                          {"remoteSiteSettings/R.remoteSite", "<RemoteSiteSetting>\n    <description>see %s</description>\n</RemoteSiteSetting>\n", "001D000000IqhSLIAZ", "001D000000KzzzzIAC", with(diff.MaskIDs), 1, 0},
		"an id in a text, with its check in order": {"remoteSiteSettings/R.remoteSite", "<RemoteSiteSetting>\n    <description>see %s</description>\n</RemoteSiteSetting>\n", "001D000000IqhSLIAZ", "001000000000001AAA", with(diff.MaskIDs), 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := input(tc.path, complete(fmt.Sprintf(tc.form, tc.old)), complete(fmt.Sprintf(tc.form, tc.now)))
			in.Masking = tc.masking
			result := run(t, in)
			left := 0
			for _, c := range result.Changes {
				left += c.Size()
			}
			if left != tc.left || result.Masked != tc.masked {
				t.Errorf("%d left and %d masked, want %d and %d\n%s", left, result.Masked, tc.left, tc.masked, render(result))
			}
		})
	}
}

func TestMaskedValuesLeaveOtherDifferencesOfTheFile(t *testing.T) {
	t.Parallel()
	in := input("queues/Q.queue",
		complete(fmt.Sprintf(queue, "z@acme.example")),
		complete(strings.Replace(fmt.Sprintf(queue, "z@acme.example.uat"), "<name>Q<", "<name>Queue<", 1)))
	in.Masking = diff.Masking{Masks: diff.CertainMasks(), NewSandbox: "uat"}
	result := run(t, in)
	if len(result.Changes) != 1 || len(result.Changes[0].Elements) != 1 || result.Changes[0].Elements[0].Name != "name" || result.Masked != 2 {
		t.Errorf("%d masked\n%s", result.Masked, render(result))
	}
}

func TestAMaskHasAName(t *testing.T) {
	t.Parallel()
	for _, m := range diff.AllMasks() {
		if got, err := diff.ParseMask(string(m)); err != nil || got != m {
			t.Errorf("%s: %v", got, err)
		}
	}
	if _, err := diff.ParseMask("everything"); !errors.Is(err, diff.ErrMask) {
		t.Errorf("%v", err)
	}
}
