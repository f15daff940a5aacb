package normalize_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

func TestRulesThatCannotBeUsedAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rules []normalize.Rule
		want  string
	}{
		"no type":                {[]normalize.Rule{{Path: "a", Key: []string{"b"}}}, "no name of a type"},
		"no path":                {[]normalize.Rule{{Type: "Profile", Key: []string{"b"}}}, "dotted list"},
		"an empty segment":       {[]normalize.Rule{{Type: "Profile", Path: "a..b", Key: []string{"b"}}}, "dotted list"},
		"depth in the midst":     {[]normalize.Rule{{Type: "Profile", Path: "a.**.b", Key: []string{"b"}}}, "dotted list"},
		"depth and a path":       {[]normalize.Rule{{Type: "Profile", Path: "**.a.b", Key: []string{"b"}}}, "followed by one element name"},
		"a blank key":            {[]normalize.Rule{{Type: "Profile", Path: "a", Key: []string{""}}}, "no list of element names"},
		"a dot among others":     {[]normalize.Rule{{Type: "Profile", Path: "a", Key: []string{"b", "."}}}, "nor a single dot"},
		"a key twice":            {[]normalize.Rule{{Type: "Profile", Path: "a", Key: []string{"b", "b"}}}, "twice"},
		"an unknown way":         {[]normalize.Rule{{Type: "Profile", Path: "a", Key: []string{"b"}, Compare: "locale"}}, "no way to compare"},
		"a way without key":      {[]normalize.Rule{{Type: "Profile", Path: "a", Compare: normalize.Numeric}}, "without a key"},
		"a type in a wrong case": {[]normalize.Rule{{Type: "customobject", Path: "a"}}, "there is no type customobject, but CustomObject"},
		"filter logic":           {[]normalize.Rule{{Type: "Workflow", Path: "rules.criteriaItems", Key: []string{"field"}}}, "filter logic counts them"},
		"two for one place": {[]normalize.Rule{
			{Type: "Profile", Path: "a", Key: []string{"b"}}, {Type: "Profile", Path: "a"},
		}, "custom rule 2: rule cannot be used: Profile a is already decided by rule 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := normalize.New(normalize.WithRules(tc.rules...))
			if !errors.Is(err, normalize.ErrRule) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an ErrRule with %q", err, tc.want)
			}
		})
	}
}

func TestFaultyLinesOfRulesAreNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"# fine\nProfile\ta\tb\n":         "line 2: rule cannot be used: 3 columns instead of 6",
		"Profile\ta\tb\tupside\thigh\t\n": `line 1: rule cannot be used: Profile a: "upside" is no way to compare; known are ci and numeric`,
	} {
		if _, err := normalize.ParseRules(text); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestCustomRulesDecide(t *testing.T) {
	t.Parallel()
	list := `<Thing><x><n>b</n></x><x><n>a</n></x></Thing>`
	set := `<Package><types><name>B</name></types><types><name>A</name></types></Package>`
	node := `<Flow><a><processMetadataValues><name>b</name></processMetadataValues><processMetadataValues><name>a</name></processMetadataValues></a></Flow>`
	child := `<ListView><columns>b</columns><columns>a</columns></ListView>`
	parent := `<CustomObject><listViews><columns>b</columns><columns>a</columns></listViews></CustomObject>`
	record := `<CustomObject><recordTypes><picklistValues><picklist>b</picklist></picklistValues><picklistValues><picklist>a</picklist></picklistValues></recordTypes></CustomObject>`
	for name, tc := range map[string]struct {
		rule   normalize.Rule
		in     string // b before a
		sorted bool
	}{
		"to make an element a set":              {normalize.Rule{Type: "Thing", Path: "x", Key: []string{"n"}}, list, true},
		"to keep a built-in set":                {normalize.Rule{Type: "Package", Path: "types"}, set, false},
		"to keep one place of a rule for all":   {normalize.Rule{Type: "Flow", Path: "a.processMetadataValues"}, node, false},
		"not for another place":                 {normalize.Rule{Type: "Flow", Path: "b.processMetadataValues"}, node, true},
		"to make an element a set at any depth": {normalize.Rule{Type: "Thing", Path: "**.x", Key: []string{"n"}}, list, true},
		"for a child in a file of its own":      {normalize.Rule{Type: "CustomObject", Path: "listViews.columns", Key: []string{"."}}, child, true},
		"for a child in its parent's file":      {normalize.Rule{Type: "ListView", Path: "columns", Key: []string{"."}}, parent, true},
		"at any depth of a child":               {normalize.Rule{Type: "CustomObject", Path: "**.columns", Key: []string{"."}}, child, true},
		"to keep a child's set in both places":  {normalize.Rule{Type: "RecordType", Path: "picklistValues"}, record, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNormalizer(t, normalize.WithRules(tc.rule))
			out := strings.ToLower(string(must(t, n, []byte(tc.in))))
			if sorted := strings.Index(out, ">a<") < strings.Index(out, ">b<"); sorted != tc.sorted {
				t.Errorf("sorted: %v\n%s", sorted, out)
			}
			if n.Fingerprint() == normalize.Version() {
				t.Error("custom rules do not show in the fingerprint")
			}
		})
	}
}

// TestBothFormatsHaveTheSameRules: what is a set within its parent's file is one
// in the child's own file, and the other way round.
func TestBothFormatsHaveTheSameRules(t *testing.T) {
	t.Parallel()
	n := newNormalizer(t)
	builtin := n.Rules()
	places := func(rules []normalize.Rule) []string {
		var all []string
		for _, r := range rules {
			all = append(all, r.Type+" "+r.Path)
		}
		slices.Sort(all)
		return all
	}
	again := newNormalizer(t, normalize.WithRules(builtin...))
	if diff := cmp.Diff(places(builtin), places(again.Rules())); diff != "" {
		t.Errorf("rules that the table lacks (+) for the other format:\n%s", diff)
	}
}

func TestResultTellsWhatWasDone(t *testing.T) {
	t.Parallel()
	in := lines(`<Profile`+ns+`>`,
		`<userPermissions><enabled>true</enabled><name>B</name></userPermissions>`,
		`<custom>true</custom>`,
		`<userPermissions><enabled>true</enabled><name>A</name></userPermissions>`,
		`<userPermissions><enabled>false</enabled><name>A</name></userPermissions>`,
		`<tabVisibilities/>`,
		`<tabVisibilities><tab>X</tab></tabVisibilities>`,
		`<other/><custom>x</custom>`,
		`</Profile>`)
	res := newNormalizer(t).Bytes("profiles/P.profile", []byte(in))
	var rule *normalize.Rule
	for _, r := range newNormalizer(t).Rules() {
		if r.Type == "Profile" && r.Path == "userPermissions" {
			rule = &r
		}
	}
	wantSorted := []normalize.SortedGroup{
		{Path: "Profile.userPermissions", Line: 3, Rule: rule, Members: 3, Moved: 3, First: "A"},
		{Path: "Profile.custom", Line: 4, Members: 2},
	}
	if diff := cmp.Diff(wantSorted, res.Sorted); diff != "" {
		t.Errorf("sorted:\n%s", diff)
	}
	if diff := cmp.Diff([]normalize.DuplicateKey{{Path: "Profile.userPermissions", Key: "A", Lines: []int{5, 6}}}, res.Duplicates); diff != "" {
		t.Errorf("duplicates:\n%s", diff)
	}
	if len(res.Kept) != 1 || res.Kept[0].Path != "Profile.tabVisibilities" || res.Kept[0].Line != 7 || res.Kept[0].Reason == "" {
		t.Errorf("kept: %+v", res.Kept)
	}
}

func TestVersionNamesFormatAndRules(t *testing.T) {
	t.Parallel()
	if v := normalize.Version(); !strings.HasPrefix(v, "1-") || v != newNormalizer(t).Fingerprint() {
		t.Errorf("version %q", v)
	}
	if newNormalizer(t, normalize.WithRawCR()).Fingerprint() == normalize.Version() {
		t.Error("another output has the same fingerprint")
	}
}
