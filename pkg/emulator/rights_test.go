package emulator_test

import (
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// reader serves the sample to a user who lacks rights.
func reader(t *testing.T, lacks string) *org {
	t.Helper()
	o := serve(t, with(map[string]string{emulator.ScriptFile: "users:\n  - {username: rita@acme.example, name: Rita Reader, lacks: [" + lacks + "]}\n"}))
	token, err := o.NewSession("rita@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	o.token = token
	return o
}

func TestUsersMayLackRights(t *testing.T) {
	t.Parallel()
	const (
		list = "<listMetadata><queries><type>ApexClass</type></queries></listMetadata>"
		ask  = "/services/data/v66.0/query?q=SELECT+PermissionsModifyMetadata,PermissionsViewSetup+FROM+UserPermissionAccess"
	)
	for name, tc := range map[string]struct{ lacks, access, listed string }{
		"who lacks nothing lists":               {"", `"PermissionsModifyMetadata":true,"PermissionsViewSetup":true`, "Captain"},
		"one of two rights is enough":           {"ModifyMetadata", `"PermissionsModifyMetadata":false,"PermissionsViewSetup":true`, "Captain"},
		"without both nothing is listed":        {"ModifyMetadata, ModifyAllData", `"PermissionsModifyMetadata":false`, "INSUFFICIENT_ACCESS"},
		"without the API no call is answered":   {"ApiEnabled", `"PermissionsModifyMetadata":true`, "API_DISABLED_FOR_ORG"},
		"Setup may not be seen by who may list": {"ViewSetup", `"PermissionsModifyMetadata":true,"PermissionsViewSetup":false`, "Captain"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := reader(t, tc.lacks)
			if w := o.get(ask); !strings.Contains(w.Body.String(), tc.access) {
				t.Errorf("rights: %s", w.Body)
			}
			if w := o.soap(list); !strings.Contains(w.Body.String(), tc.listed) {
				t.Errorf("a list: %s", w.Body)
			}
		})
	}
}

func TestWhoDoesNotSeeSetupGetsLessOfAProfile(t *testing.T) {
	t.Parallel()
	ask := map[string][]string{"Profile": {"Admin"}, "PermissionSet": {"Crew"}, "CustomObject": {"Ship__c"}, "ApexClass": {"Captain"}, "Layout": {"Ship__c-Ship Layout"}}
	for lacks, want := range map[string]bool{"": true, "ViewSetup": true, "ViewSetup, CustomizeApplication": false} {
		got := reader(t, lacks).retrieve(66, ask)
		for path, sections := range map[string][]string{admin: {"<fieldPermissions>", "<layoutAssignments>"}, crew: {"<fieldPermissions>"}} {
			for _, section := range sections {
				if strings.Contains(got.files[path], section) != want {
					t.Errorf("lacking %q, %s: %s", lacks, path, got.files[path])
				}
			}
			if !strings.Contains(got.files[path], "Captain") {
				t.Errorf("lacking %q, %s lacks the rest", lacks, path)
			}
		}
	}
}

func TestWhatObjectsDoNotTakeInAQuery(t *testing.T) {
	t.Parallel()
	o := serve(t, sample())
	for path, want := range map[string]string{
		"query?q=SELECT+Id+FROM+SetupAuditTrail+WHERE+Display='x'":                                                 "can not be filtered",
		"query?q=SELECT+Id+FROM+SetupAuditTrail+WHERE+Section='x'":                                                 "can not be filtered",
		"query?q=SELECT+count()+FROM+SetupAuditTrail":                                                              `"totalSize":0`,
		"tooling/query?q=SELECT+count()+FROM+MetadataComponentDependency":                                          "MALFORMED_QUERY",
		"tooling/query?q=SELECT+MetadataComponentId+FROM+MetadataComponentDependency+ORDER+BY+MetadataComponentId": "MALFORMED_QUERY",
		"tooling/query?q=SELECT+MetadataComponentId+FROM+MetadataComponentDependency+LIMIT+1":                      `"size":1`,
	} {
		if w := o.get("/services/data/v66.0/" + path); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
}
