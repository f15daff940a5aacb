package emulator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

func till(key string) string {
	if key != "" {
		key = "        <consumerKey>" + key + "</consumerKey>\n"
	}
	return xmlFile("ConnectedApp", "    <contactEmail>a@acme.example</contactEmail>\n    <label>Till</label>\n    <oauthConfig>\n        <callbackUrl>https://till.acme.example</callbackUrl>\n"+key+"    </oauthConfig>\n")
}

func TestConsumerKeys(t *testing.T) {
	t.Parallel()
	taken := []string{"ConnectedApp:%s: The consumer key is already taken"}
	for name, tc := range map[string]struct {
		app, key string
		options  []emulator.Option
		failures []string
		stays    string // the key that the app has afterwards
	}{
		"an app keeps the key that the file leaves out": {app: "Till", stays: "one"},
		"an app's own key cannot be written":            {app: "Till", key: "one", failures: taken, stays: "one"},
		"nor can another app's":                         {app: "Shop", key: "one", failures: taken},
		"a new one can":                                 {app: "Shop", key: "two", stays: "two"},
		"the refusal can be switched off":               {app: "Till", key: "one", options: []emulator.Option{emulator.WithBehaviour("refuse-consumer-key-taken", "off")}, stays: "one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serve(t, map[string]string{"connectedApps/Till.connectedApp": till("one")}, tc.options...)
			path := "connectedApps/" + tc.app + ".connectedApp"
			got := o.deploy(map[string]string{"package.xml": manifest(66, "ConnectedApp:"+tc.app), path: till(tc.key)}, careful)
			var want []string
			for _, f := range tc.failures {
				want = append(want, fmt.Sprintf(f, tc.app))
			}
			if diff := cmp.Diff(want, got.failures); diff != "" {
				t.Error(diff)
			}
			if tc.stays != "" && !strings.Contains(o.file(path), "<consumerKey>"+tc.stays+"</consumerKey>") {
				t.Errorf("the app is now %s", o.file(path))
			}
		})
	}
}

func duplicateRule(order int) string {
	return xmlFile("DuplicateRule", fmt.Sprintf("    <isActive>true</isActive>\n    <masterLabel>Rule</masterLabel>\n    <sortOrder>%d</sortOrder>\n", order))
}

func TestDuplicateRulesAreNumberedWithoutGaps(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := 1; i <= 11; i++ {
		files[fmt.Sprintf("duplicateRules/Account.Rule_%d.duplicateRule", i)] = duplicateRule(i)
	}
	for name, tc := range map[string]struct {
		order    int
		failures []string
	}{
		"the next number":      {12, nil},
		"a gap":                {14, []string{"DuplicateRule:Account.More: SortOrder must be in sequential order from 1"}},
		"a number that is had": {3, []string{"DuplicateRule:Account.More: SortOrder must be in sequential order from 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := serve(t, files).deploy(map[string]string{
				"package.xml": manifest(66, "DuplicateRule:Account.More"), "duplicateRules/Account.More.duplicateRule": duplicateRule(tc.order),
			}, careful)
			if diff := cmp.Diff(tc.failures, got.failures); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Who can see accounts is not known where the org shows no file of them.
func TestAccountSettingsInAnOrgWithoutItsAccounts(t *testing.T) {
	t.Parallel()
	const path = "settings/Account.settings"
	settings := func(value string) string {
		return xmlFile("AccountSettings", "    <enableAccountOwnerReport>"+value+"</enableAccountOwnerReport>\n")
	}
	for name, tc := range map[string]struct {
		model    string
		failures []string
		stays    string
	}{
		"no file of accounts": {"", nil, "true"},
		"private accounts":    {"Private", nil, "true"},
		"shared accounts": {"Read", []string{
			"AccountSettings:Account: You can't set enableAccountOwnerReport unless the default access of accounts is private",
		}, "false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{path: settings("false")}
			if tc.model != "" {
				files["objects/Account.object"] = xmlFile("CustomObject", "    <sharingModel>"+tc.model+"</sharingModel>\n")
			}
			o := serve(t, files)
			got := o.deploy(map[string]string{"package.xml": manifest(66, "Settings:Account"), path: settings("true")}, careful)
			if diff := cmp.Diff(tc.failures, got.failures); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(o.file(path), ">"+tc.stays+"<") {
				t.Errorf("the settings are now %s", o.file(path))
			}
		})
	}
}
