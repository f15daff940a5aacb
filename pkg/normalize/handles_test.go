package normalize_test

import (
	"testing"

	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

func TestPathsDecideWhatIsNormalized(t *testing.T) {
	t.Parallel()
	n := newNormalizer(t)
	for p, want := range map[string]bool{
		"":                                    true,
		"package.xml":                         true,
		"metadata/package.xml":                true,
		"destructiveChangesPost.xml":          true,
		"objects/Account.object":              true,
		"metadata/objects/Account.object":     true,
		"/tmp/x/src/profiles/Admin.profile":   true,
		"settings/Apex.settings":              true,
		"customMetadata/A.B.md":               true,
		"README.md":                           false,
		"docs/customMetadata/notes.txt":       false,
		"classes/A.cls":                       false,
		"classes/A.cls-meta.xml":              true,
		"triggers/A.trigger":                  false,
		"pages/A.page":                        false,
		"email/F/A.email":                     false,
		"email/F/A.email-meta.xml":            true,
		"documents/F/a.xml":                   false,
		"documents/F/a.xml-meta.xml":          true,
		"staticresources/a.resource":          false,
		"staticresources/a.resource-meta.xml": true,
		"staticresources/a/b-meta.xml":        false,
		"force-app/main/default/staticresources/zip/classes/A.cls-meta.xml": false,
		"reports/Folder-meta.xml":                                        true,
		"reports/Folder/R.report":                                        true,
		"lwc/x/x.js":                                                     false,
		"lwc/x/x.js-meta.xml":                                            false,
		"lwc/classes/classes.js-meta.xml":                                false,
		"force-app/main/default/aura/X/X.cmp-meta.xml":                   false,
		"lwc/force-app/main/default/classes/A.cls-meta.xml":              true,
		"digitalExperiences/site/s/s.digitalExperience-meta.xml":         false,
		"experiences/S.site-meta.xml":                                    true,
		"experiences/S/views/home.json":                                  false,
		"force-app/main/default/objects/A__c/fields/B__c.field-meta.xml": true,
		"force-app/main/default/objectTranslations/A__c-de/B__c.fieldTranslation-meta.xml": true,
		"territory2Models/M/territories/T.territory2":                                      true,
		"something/new.thing-meta.xml":                                                     true,
		"something/new.thing":                                                              false,
		"-meta.xml":                                                                        false,
	} {
		if got := n.Handles(p); got != want {
			t.Errorf("Handles(%q) = %v", p, got)
		}
	}
}

func TestATypeThatAnOrgDescribesIsNormalized(t *testing.T) {
	t.Parallel()
	r := metadata.Default().With(metadata.Type{Name: "Novelty", Directory: "novelties", Suffix: "novelty"})
	if !newNormalizer(t, normalize.WithRegistry(r)).Handles("novelties/A.novelty") {
		t.Error("novelties/A.novelty is passed through")
	}
}

func TestOtherFilesPassThrough(t *testing.T) {
	t.Parallel()
	in := []byte("<a  b='1'/>\r\n")
	res := newNormalizer(t).Bytes("lwc/x/x.js-meta.xml", in)
	if !res.PassedThrough || !res.Unchanged || &res.Output[0] != &in[0] {
		t.Errorf("%+v", res)
	}
}
