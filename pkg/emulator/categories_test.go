package emulator_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

const parts = "datacategorygroups/Parts.datacategorygroup"

// group writes a group: one root category with these below it, one in the other.
func group(objects string, nested ...string) string {
	inner := ""
	for i := len(nested) - 1; i >= 0; i-- {
		inner = "<dataCategory>" + inner + "<label>" + nested[i] + "</label><name>" + nested[i] + "</name></dataCategory>"
	}
	return xmlFile("DataCategoryGroup", "<active>true</active><dataCategory>"+inner+"<label>All</label><name>All</name></dataCategory><label>Parts</label>"+objects)
}

func TestCategoriesThatAFileLacksAreDestroyed(t *testing.T) {
	t.Parallel()
	const usage = "<objectUsage><object>KnowledgeArticleVersion</object></objectUsage>"
	const script = "records: {Parts.Engines: 4, Parts.Pumps: 3, Parts.KnowledgeArticleVersion: 7}\n"
	one := func(content string) map[string]string {
		return map[string]string{"package.xml": manifest(66, "DataCategoryGroup:Parts"), parts: content}
	}
	for name, tc := range map[string]struct {
		zip     map[string]string
		options string
		want    []emulator.Destroyed
	}{
		"what is left out is gone, with how records were categorized": {
			one(group("", "Engines")), careful,
			[]emulator.Destroyed{{Group: "Parts", Name: "Pumps", Records: 3, At: noon}, {Group: "Parts", Name: "KnowledgeArticleVersion", Records: 7, At: noon}},
		},
		"what moves to another place in the tree stays": {one(group(usage, "Pumps", "Engines")), careful, nil},
		"a validation destroys nothing":                 {one(group("")), careful + "<checkOnly>true</checkOnly>", nil},
		"a deploy that fails destroys nothing": {
			map[string]string{"package.xml": manifest(66, "DataCategoryGroup:Parts", "ApexClass:Nope"), parts: group("")}, careful, nil,
		},
		"a group that is deleted takes all": {
			post("DataCategoryGroup:Parts"), careful, []emulator.Destroyed{
				{Group: "Parts", Name: "All", At: noon},
				{Group: "Parts", Name: "Engines", Records: 4, At: noon},
				{Group: "Parts", Name: "Pumps", Records: 3, At: noon},
				{Group: "Parts", Name: "KnowledgeArticleVersion", Records: 7, At: noon},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serve(t, map[string]string{parts: group(usage, "Engines", "Pumps"), emulator.ScriptFile: script})
			id := text(o.deploy(tc.zip, tc.options).result, "id")
			got := o.Destroyed()
			if diff := cmp.Diff(tc.want, got, cmpopts.IgnoreFields(emulator.Destroyed{}, "Deploy")); diff != "" {
				t.Error(diff)
			}
			for _, d := range got {
				if d.Deploy != id {
					t.Errorf("by deploy %q, not %q", d.Deploy, id)
				}
			}
		})
	}
}

func TestADestroyedCategoryComesBackEmpty(t *testing.T) {
	t.Parallel()
	o := serve(t, map[string]string{parts: group("", "Engines"), emulator.ScriptFile: "records: {Parts.Engines: 4}\n"})
	for _, content := range []string{group(""), group("", "Engines"), group("")} {
		if err := o.Edit("admin@emulator.example", func(e *emulator.Editor) error { return e.Put(parts, []byte(content)) }); err != nil {
			t.Fatal(err)
		}
	}
	want := []emulator.Destroyed{{Group: "Parts", Name: "Engines", Records: 4, At: noon}, {Group: "Parts", Name: "Engines", At: noon}}
	if diff := cmp.Diff(want, o.Destroyed()); diff != "" {
		t.Error(diff)
	}
}
