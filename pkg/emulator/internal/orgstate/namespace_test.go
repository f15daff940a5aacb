package orgstate_test

import (
	"testing"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestNamespace(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"ApexClass:Captain":                               "",
		"ApexClass:pkg__Captain":                          "pkg",
		"CustomObject:Ship__c":                            "",
		"CustomObject:pkg__Ship__c":                       "pkg",
		"CustomField:Ship__c.Speed__c":                    "",
		"CustomField:Ship__c.pkg__Speed__c":               "pkg",
		"Layout:Ship__c-Ship Layout":                      "",
		"Layout:pkg__Ship__c-pkg__Ship Layout":            "pkg",
		"CustomMetadata:Rate.One":                         "",
		"CustomObjectTranslation:Ship__c-de":              "",
		"CustomObjectTranslation:Account-pt_BR":           "",
		"CustomObjectTranslation:pkg__Ship__c-de":         "pkg",
		"GlobalValueSetTranslation:Port__gvs-de":          "",
		"GlobalValueSetTranslation:pkg__Port__gvs-de":     "pkg",
		"StandardValueSetTranslation:IndustryPicklist-de": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := metadata.ParseComponent(name)
			if err != nil {
				t.Fatal(err)
			}
			if got := orgstate.Namespace(c); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
