package capture_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func limited(files int) func(*capture.Options) {
	return func(o *capture.Options) { o.Read.Limits = retrieve.Limits{Files: files, Bytes: 39 << 20} }
}

// Profiles, translations and, below API 40.0, permission sets come in parts that
// depend on how a retrieve is cut.
func TestTheResultDoesNotDependOnTheSizeOfBatches(t *testing.T) {
	t.Parallel()
	for _, v := range []metadata.Version{39, 66} {
		for _, files := range []int{6, 40, 150, 500, 3000, 9000} {
			if v == 39 && files != 150 && rounds(0, 1) == 0 {
				continue
			}
			t.Run(fmt.Sprintf("API %s with %d files a retrieve", v, files), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, demo.Org())
				atVersion := func(o *capture.Options) { o.Read.Version = v }
				result := w.must(limited(files), atVersion)
				if diff := cmp.Diff([]string{}, missing(result.State.Coverage)); diff != "" {
					t.Errorf("the coverage (-want +got):\n%s", diff)
				}
				same(t, w.truth(leftOut()...), w.head())
				t.Logf("%d retrieves", calls(w.org, "retrieve"))
				if again := w.must(limited(60), atVersion); again.Changed() {
					t.Errorf("another size of batches made other files: %v", changes(again.Diff))
				}
			})
		}
	}
}

// wide is an org whose profiles speak of many objects, each with layouts per
// record type, so that batches cut through all of them.
func wide(objects int) fs.FS {
	files := fstest.MapFS{}
	put := func(path, root, body string) {
		files[path] = &fstest.MapFile{Data: []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<" + root + ` xmlns="http://soap.sforce.com/2006/04/metadata">` + "\n" + body + "</" + root + ">\n")}
	}
	var fields, assignments, objectsAllowed, recordTypes strings.Builder
	for i := range objects {
		o := fmt.Sprintf("Thing_%03d__c", i)
		put("objects/"+o+".object", "CustomObject", "    <fields>\n        <fullName>Size__c</fullName>\n        <label>Size</label>\n        <type>Text</type>\n    </fields>\n    <label>Thing</label>\n    <recordTypes>\n        <fullName>Big</fullName>\n        <active>true</active>\n        <label>Big</label>\n    </recordTypes>\n    <recordTypes>\n        <fullName>Small</fullName>\n        <active>true</active>\n        <label>Small</label>\n    </recordTypes>\n")
		fmt.Fprintf(&fields, "    <fieldPermissions>\n        <editable>%t</editable>\n        <field>%s.Size__c</field>\n        <readable>true</readable>\n    </fieldPermissions>\n", i%2 == 0, o)
		fmt.Fprintf(&objectsAllowed, "    <objectPermissions>\n        <allowRead>true</allowRead>\n        <object>%s</object>\n    </objectPermissions>\n", o)
		for n, rt := range []string{"", "Big", "Small"} {
			layout := fmt.Sprintf("%s-Layout %d", o, n)
			put("layouts/"+layout+".layout", "Layout", "    <layoutSections>\n        <style>TwoColumnsTopToBottom</style>\n    </layoutSections>\n")
			fmt.Fprintf(&assignments, "    <layoutAssignments>\n        <layout>%s</layout>\n", layout)
			if rt != "" {
				fmt.Fprintf(&assignments, "        <recordType>%s.%s</recordType>\n", o, rt)
				fmt.Fprintf(&recordTypes, "    <recordTypeVisibilities>\n        <default>%t</default>\n        <recordType>%s.%s</recordType>\n        <visible>true</visible>\n    </recordTypeVisibilities>\n", rt == "Big", o, rt)
			}
			assignments.WriteString("    </layoutAssignments>\n")
		}
		put("objectTranslations/"+o+"-de.objectTranslation", "CustomObjectTranslation", "    <fields>\n        <label>Größe</label>\n        <name>Size__c</name>\n    </fields>\n")
	}
	for _, profile := range []string{"Admin", "Sales %28EMEA%29", "Support"} {
		put("profiles/"+profile+".profile", "Profile", "    <custom>false</custom>\n    <description>All of it &amp; more,\n  on two lines</description>\n"+fields.String()+assignments.String()+
			"    <loginIpRanges>\n        <endAddress>10.0.0.9</endAddress>\n        <startAddress>10.0.0.1</startAddress>\n    </loginIpRanges>\n"+
			objectsAllowed.String()+recordTypes.String()+
			"    <userLicense>Salesforce</userLicense>\n    <userPermissions>\n        <enabled>true</enabled>\n        <name>ApiEnabled</name>\n    </userPermissions>\n")
	}
	return files
}

func TestWideProfilesAreTheSameWhateverTheBatches(t *testing.T) {
	t.Parallel()
	org := wide(120)
	for _, files := range []int{20, 100, 500, 3000, 9000} {
		t.Run(fmt.Sprintf("%d files a retrieve", files), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, org)
			w.must(limited(files))
			same(t, w.truth(), w.head())
			t.Logf("%d retrieves", calls(w.org, "retrieve"))
		})
	}
}
