package emulator_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// trial is one deploy to the sample org.
type trial struct {
	org      map[string]string
	opts     []emulator.Option
	options  string
	zip      map[string]string
	status   string
	failures []string
	done     []string
	// has and lacks are texts that a file holds afterwards, "path|text"; a path
	// alone says that the file is there.
	has, lacks []string
}

func (tc trial) run(t *testing.T) {
	t.Helper()
	files := tc.org
	if files == nil {
		files = sample()
	}
	o := serve(t, files, tc.opts...)
	o.AddUser("mate@ship.example", "First Mate")
	options := careful
	if tc.options != "" {
		options = tc.options
	}
	got := o.deploy(tc.zip, options)
	if got.status != tc.status {
		t.Errorf("status %s, not %s: %v", got.status, tc.status, got.failures)
	}
	if diff := cmp.Diff(tc.failures, got.failures); diff != "" {
		t.Error("failures", diff)
	}
	if diff := cmp.Diff(tc.done, got.successes); tc.done != nil && diff != "" {
		t.Error("successes", diff)
	}
	for _, want := range tc.has {
		if !o.holds(want) {
			t.Errorf("lacks %s:\n%s", want, o.file(strings.Split(want, "|")[0]))
		}
	}
	for _, unwanted := range tc.lacks {
		if o.holds(unwanted) {
			t.Errorf("has %s", unwanted)
		}
	}
}

func (o *org) holds(what string) bool {
	path, part, ok := strings.Cut(what, "|")
	content, there := o.Files()[path]
	return there && (!ok || strings.Contains(strings.Join(strings.Fields(string(content)), ""), strings.Join(strings.Fields(part), "")))
}

func runAll(t *testing.T, trials map[string]trial) {
	t.Helper()
	for name, tc := range trials {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.run(t)
		})
	}
}

func choose(name, value string) []emulator.Option {
	return []emulator.Option{emulator.WithBehaviour(name, value)}
}

const ship = "objects/Ship__c.object"

func TestPackageXMLDecides(t *testing.T) {
	t.Parallel()
	class := map[string]string{"classes/A.cls": "class A {}", "classes/A.cls-meta.xml": xmlFile("ApexClass", "")}
	zip := func(manifest string) map[string]string {
		m := map[string]string{"package.xml": manifest}
		for k, v := range class {
			m[k] = v
		}
		return m
	}
	runAll(t, map[string]trial{
		"a class is made": {
			zip: zip(manifest(66, "ApexClass:A")), status: "Succeeded", done: []string{"+ApexClass:A"}, has: []string{"classes/A.cls|class A"},
		},
		"a star names it": {zip: zip(manifest(66, "ApexClass:*")), status: "Succeeded", done: []string{"+ApexClass:A"}},
		"what is not named fails": {
			zip: zip(manifest(66)), status: "Failed", failures: []string{"ApexClass:A: Not in package.xml"}, lacks: []string{"classes/A.cls"},
		},
		"what is named but missing fails": {
			zip: zip(manifest(66, "ApexClass:A", "ApexClass:B")), status: "Failed",
			failures: []string{"ApexClass:B: An object 'B' of type ApexClass was named in package.xml, but was not found in zipped directory"},
		},
		"a missing file may be allowed": {
			zip: zip(manifest(66, "ApexClass:A", "ApexClass:B")), status: "Succeeded", options: careful + "<allowMissingFiles>true</allowMissingFiles>",
		},
		"an unknown type fails": {
			zip: zip(manifest(66, "ApexClass:A", "Nonsense:B")), status: "Failed",
			failures: []string{":Nonsense: Unknown type name 'Nonsense' specified in package.xml"},
		},
		"no manifest": {
			zip: class, status: "Failed", failures: []string{":package.xml: No package.xml found"},
		},
		"a broken manifest": {
			zip: map[string]string{"package.xml": "<Package>"}, status: "Failed",
			failures: []string{":package.xml: Error parsing file: line 1, column 10: XML syntax error on line 1: unexpected EOF"},
		},
		"a meta file without its content": {
			zip:    map[string]string{"package.xml": manifest(66, "ApexClass:A"), "classes/A.cls-meta.xml": xmlFile("ApexClass", "")},
			status: "Failed", failures: []string{"ApexClass:A: Required file is missing: classes/A.cls"},
		},
		"a check saves nothing": {
			zip: zip(manifest(66, "ApexClass:A")), status: "Succeeded", options: careful + "<checkOnly>true</checkOnly>",
			done: []string{"+ApexClass:A"}, lacks: []string{"classes/A.cls"},
		},
		"malformed XML is refused with its place": {
			zip: map[string]string{
				"package.xml": manifest(66, "Settings:Apex"), "settings/Apex.settings": "<ApexSettings>\n  <a>1</b>\n</ApexSettings>",
			},
			status: "Failed", failures: []string{`ApexSettings:Apex: Error parsing file: The element type "a" must be terminated by the matching end-tag "</a>".`},
		},
		"a root of another type is refused": {
			zip:    map[string]string{"package.xml": manifest(66, "Layout:Ship__c-X"), "layouts/Ship__c-X.layout": xmlFile("Profile", "")},
			status: "Failed", failures: []string{"Layout:Ship__c-X: Error parsing file: the root element is Profile, not Layout"},
		},
		"a child alone": {
			zip:    map[string]string{"package.xml": manifest(66, "CustomField:Ship__c.New__c"), ship: xmlFile("CustomObject", field("New__c", "Text", ""))},
			status: "Succeeded", done: []string{"+CustomField:Ship__c.New__c"}, has: []string{ship + "|New__c", ship + "|Speed__c", ship + "|<label>Ship</label>"},
		},
		"a child that is not named": {
			zip: map[string]string{
				"package.xml": manifest(66, "CustomField:Ship__c.New__c"), ship: xmlFile("CustomObject", field("New__c", "Text", "")+field("Other__c", "Text", "")),
			},
			status: "Failed", failures: []string{"CustomField:Ship__c.Other__c: Not in package.xml"},
		},
		"a child that the file lacks": {
			zip: map[string]string{
				"package.xml": manifest(66, "CustomField:Ship__c.New__c", "CustomField:Ship__c.X__c"), ship: xmlFile("CustomObject", field("New__c", "Text", "")),
			},
			status: "Failed", failures: []string{"CustomField:Ship__c.X__c: An object 'Ship__c.X__c' of type CustomField was named in package.xml, but was not found in zipped directory"},
		},
		"an object named brings its children": {
			zip: map[string]string{
				"package.xml": manifest(66, "CustomObject:Boat__c"), "objects/Boat__c.object": xmlFile("CustomObject", field("Oar__c", "Text", "")+"    <label>Boat</label>\n"),
			},
			status: "Succeeded", done: []string{"+CustomObject:Boat__c", "+CustomField:Boat__c.Oar__c"},
		},
		"a field needs its object": {
			zip: map[string]string{
				"package.xml": manifest(66, "CustomField:Boat__c.Oar__c"), "objects/Boat__c.object": xmlFile("CustomObject", field("Oar__c", "Text", "")),
			},
			status: "Failed", failures: []string{"CustomField:Boat__c.Oar__c: In field: object - no CustomObject named Boat__c found"},
		},
	})
}

func TestZipLayouts(t *testing.T) {
	t.Parallel()
	class := map[string]string{"classes/A.cls": "class A {}", "classes/A.cls-meta.xml": xmlFile("ApexClass", ""), "package.xml": manifest(66, "ApexClass:A")}
	for name, tc := range map[string]struct{ folder, single, status string }{
		"at the root, single":       {"", "true", "Succeeded"},
		"at the root, not single":   {"", "false", "Failed"},
		"in a folder, single":       {"zip/", "true", "Succeeded"},
		"in unpackaged, not single": {"unpackaged/", "false", "Succeeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{}
			for p, content := range class {
				files[tc.folder+p] = content
			}
			got := serve(t, nil).deploy(files, "<singlePackage>"+tc.single+"</singlePackage><rollbackOnError>true</rollbackOnError>")
			if got.status != tc.status {
				t.Errorf("%s: %v", got.status, got.failures)
			}
			if file := text(got.result, "details/componentSuccesses/fileName"); tc.status == "Succeeded" && file != tc.folder+"package.xml" {
				t.Errorf("file name %s", file)
			}
		})
	}
}

func TestRollbackOnError(t *testing.T) {
	t.Parallel()
	zip := map[string]string{
		"package.xml":   manifest(66, "ApexClass:A", "Settings:Apex"),
		"classes/A.cls": "class A {}", "classes/A.cls-meta.xml": xmlFile("ApexClass", ""), "settings/Apex.settings": "<broken",
	}
	runAll(t, map[string]trial{
		"true undoes everything": {
			zip: zip, status: "Failed", failures: []string{"ApexSettings:Apex: Error parsing file: XML document structures must start and end within the same entity."},
			lacks: []string{"classes/A.cls"},
		},
		"false keeps what succeeded": {
			zip: zip, options: "<singlePackage>true</singlePackage>", status: "SucceededPartial",
			failures: []string{"ApexSettings:Apex: Error parsing file: XML document structures must start and end within the same entity."},
			has:      []string{"classes/A.cls"},
		},
		"what refers to a failed component fails too": {
			zip: map[string]string{
				"package.xml":           manifest(66, "CustomField:Ship__c.F__c", "CustomObject:Bad__c", "Settings:Apex"),
				ship:                    xmlFile("CustomObject", field("F__c", "Lookup", "        <referenceTo>Bad__c</referenceTo>\n")),
				"objects/Bad__c.object": "<CustomObject>", "settings/Apex.settings": xmlFile("ApexSettings", "    <enableA>false</enableA>\n"),
			},
			options: "<singlePackage>true</singlePackage>", status: "SucceededPartial",
			failures: []string{
				"CustomObject:Bad__c: Error parsing file: XML document structures must start and end within the same entity.",
				"CustomField:Ship__c.F__c: In field: referenceTo - no CustomObject named Bad__c found",
			},
			has: []string{"settings/Apex.settings|<enableA>false"}, lacks: []string{ship + "|F__c"},
		},
	})
}

func TestDeploysTouchDatesAndUsers(t *testing.T) {
	t.Parallel()
	o := serve(t, sample())
	o.deploy(map[string]string{
		"package.xml": manifest(66, "CustomField:Ship__c.New__c"), ship: xmlFile("CustomObject", field("New__c", "Text", "")),
	}, careful)
	var moved []string
	for _, row := range o.list("CustomField", "") {
		if strings.HasSuffix(row, "2026-05-04T12:00:00.000Z") {
			moved = append(moved, row)
		}
	}
	if diff := cmp.Diff([]string{"Ship__c.New__c Ada Admin 2026-05-04T12:00:00.000Z"}, moved); diff != "" {
		t.Error(diff)
	}
	if rows := o.list("CustomObject", ""); slices.ContainsFunc(rows, func(r string) bool { return strings.Contains(r, "2026-05-04") }) {
		t.Errorf("the object's row moved with its field: %v", rows)
	}
}
