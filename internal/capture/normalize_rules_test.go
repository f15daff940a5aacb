package capture_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// ruled is one repeated element and a file that holds three of it.
type ruled struct {
	rule normalize.Rule
	path string // of the file
}

// place gives the file for a rule's example, "" where the element is in no file
// of metadata format that is normalized.
func place(reg *metadata.Registry, r normalize.Rule, number int) string {
	name := fmt.Sprintf("R%d__c", number)
	t, known := reg.Type(r.Type)
	if settings, ok := strings.CutSuffix(r.Type, "Settings"); ok && !known {
		return "settings/" + settings + ".settings"
	}
	switch {
	case !known || t.Bundle:
		return "" // children have files in source format alone; bundles are their author's
	case r.Type == "StandardValueSet":
		name = "Industry" // only those that the platform has can be asked for
	case r.Type == "CustomLabels":
		return "labels/CustomLabels.labels"
	case r.Type == "CustomMetadata":
		name = "T." + name
	case r.Type == "CustomObjectTranslation":
		name += "-de"
	case t.InFolder:
		name = "Folder/" + name
	}
	return t.Directory + "/" + name + "." + t.Suffix
}

// example spells a file with members in an order. Elements on the way to them
// get the keys that their own rules ask for.
func example(rules map[string]normalize.Rule, r normalize.Rule, members []string) string {
	names := strings.Split(strings.Replace(r.Path, "**.", "decisions.", 1), ".")
	var open, end strings.Builder
	for i, name := range names[:len(names)-1] {
		open.WriteString("<" + name + ">")
		if above, ok := rules[r.Type+" "+strings.Join(names[:i+1], ".")]; ok {
			open.WriteString("<" + above.Key[0] + ">parent</" + above.Key[0] + ">")
		}
	}
	var inner strings.Builder
	for _, m := range members {
		last := names[len(names)-1]
		inner.WriteString("<" + last + ">")
		if r.Key[0] == "." {
			inner.WriteString(m)
		} else {
			for _, k := range r.Key {
				inner.WriteString("<" + k + ">" + m + "</" + k + ">")
			}
		}
		inner.WriteString("</" + last + ">")
	}
	for i := len(names) - 2; i >= 0; i-- {
		end.WriteString("</" + names[i] + ">")
	}
	return `<?xml version="1.0" encoding="UTF-8"?><` + r.Type + ` xmlns="http://soap.sforce.com/2006/04/metadata">` +
		open.String() + inner.String() + end.String() + "</" + r.Type + ">"
}

// lists are elements whose order has a meaning: what filter logic counts, what
// is shown in order, what is evaluated in order, and values of picklists.
func lists() []normalize.Rule {
	var all []normalize.Rule
	for _, l := range []string{
		"Workflow rules.criteriaItems field", "SharingRules sharingCriteriaRules.criteriaItems field",
		"CustomObject listViews.filters field", "CustomObject fields.lookupFilter.filterItems field",
		"DuplicateRule duplicateRuleFilter.duplicateRuleFilterItems field", "Flow decisions.rules.conditions leftValueReference",
		"MatchingRules matchingRules.matchingRuleItems fieldName", "Report filter.criteriaItems column",
		"Layout layoutSections label", "Layout layoutSections.layoutColumns.layoutItems field", "Layout relatedLists relatedList",
		"Layout quickActionList.quickActionListItems quickActionName", "FlexiPage flexiPageRegions name",
		"CustomApplication tabs .", "CustomObject listViews.columns .", "CustomObject compactLayouts.fields .",
		"CustomObject fieldSets.displayedFields field", "Report columns field", "Dashboard leftSection.components report",
		"AssignmentRules assignmentRule.ruleEntry assignedTo", "AutoResponseRules autoResponseRule.ruleEntry template",
		"EscalationRules escalationRule.ruleEntry formula", "ApprovalProcess approvalStep name", "Flow decisions.rules name",
		"Flow assignments.assignmentItems assignToReference", "Bot botVersions.botDialogs.botSteps type", "EntitlementProcess milestones milestoneName",
		"CustomObject fields.valueSet.valueSetDefinition.value fullName", "GlobalValueSet customValue fullName",
		"StandardValueSet standardValue fullName", "CustomObject recordTypes.picklistValues.values fullName",
	} {
		words := strings.Fields(l)
		all = append(all, normalize.Rule{Type: words[0], Path: words[1], Key: words[2:]})
	}
	return all
}

// ruledOrg is an org with a file for each rule; rules whose file is another's
// already are given back.
func ruledOrg(reg *metadata.Registry, rules []normalize.Rule, byPlace map[string]normalize.Rule) (org []ruled, files fstest.MapFS, rest []normalize.Rule) {
	files = fstest.MapFS{}
	put := func(path, content string) { files[path] = &fstest.MapFile{Data: []byte(content)} }
	for i, r := range rules {
		path := place(reg, r, i)
		if path == "" {
			continue
		}
		t, _ := reg.Type(r.Type)
		if t.MetaFile {
			path += metadata.MetaSuffix
		}
		if files[path] != nil {
			rest = append(rest, r)
			continue
		}
		if t.MetaFile {
			put(strings.TrimSuffix(path, metadata.MetaSuffix), "content")
		}
		if t.InFolder {
			put(t.Directory+"/Folder"+metadata.MetaSuffix, `<?xml version="1.0" encoding="UTF-8"?>`+"\n<"+t.FolderType+` xmlns="http://soap.sforce.com/2006/04/metadata">`+"\n    <name>Folder</name>\n</"+t.FolderType+">\n")
		}
		put(path, example(byPlace, r, []string{"3", "1", "2"}))
		org = append(org, ruled{r, path})
	}
	return org, files, rest
}

func rulesByPlace(rules []normalize.Rule) map[string]normalize.Rule {
	m := map[string]normalize.Rule{}
	for _, r := range rules {
		m[r.Type+" "+r.Path] = r
	}
	return m
}

type fixedToken string

func (t fixedToken) Token(context.Context) (string, error)           { return string(t), nil }
func (t fixedToken) Refresh(context.Context, string) (string, error) { return "", mdapi.ErrNoRefresh }

const ruledOrgID = "00D000000000001AAA"

// taker takes snapshots of orgs into one repository.
type taker struct {
	store *snapshot.Store
	norm  *normalize.Normalizer
	dir   string
}

func newTaker(t *testing.T) *taker {
	t.Helper()
	env := map[string]string{"GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ken", "GIT_AUTHOR_EMAIL": "ken@example.com", "GIT_COMMITTER_NAME": "Ken", "GIT_COMMITTER_EMAIL": "ken@example.com"}
	store, err := snapshot.Init(t.Context(), t.TempDir(), snapshot.Options{Env: func(name string) string { return env[name] }})
	if err != nil {
		t.Fatal(err)
	}
	norm, err := normalize.New()
	if err != nil {
		t.Fatal(err)
	}
	return &taker{store: store, norm: norm, dir: t.TempDir()}
}

func serveOrg(t *testing.T, files fstest.MapFS) *emulator.Server {
	t.Helper()
	server, err := emulator.New(emulator.WithOrg(files), emulator.WithOrgID(ruledOrgID))
	if err != nil {
		t.Fatal(err)
	}
	if w := server.Warnings(); len(w) > 0 {
		t.Fatalf("files that the org does not take: %v", w)
	}
	if err := server.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// take takes a snapshot of all types, or of one.
func (k *taker) take(t *testing.T, server *emulator.Server, only ...string) *capture.Result {
	t.Helper()
	c := server.Credentials()
	client, err := mdapi.New(mdapi.Config{
		InstanceURL: c.URL, Version: metadata.MaxVersion, Tokens: fixedToken(c.AccessToken), TempDir: k.dir,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	read := capture.ReadOptions{Version: metadata.MaxVersion, ZipDir: k.dir, Limits: retrieve.DefaultLimits()}
	if len(only) > 0 {
		read.KeepType = func(name string) bool { return slices.Contains(only, name) }
		read.Keep = func(c metadata.Component) bool { return slices.Contains(only, c.Type) }
	}
	unlock, err := k.store.Lock(t.Context(), "snapshot")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	result, err := capture.Run(t.Context(), client, k.norm, k.store, capture.Options{
		Read:  read,
		Alias: "prod", OrgID: ruledOrgID, Branch: "org/prod", Root: "metadata", Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// TestTheOrderOfSetsIsNoChange: for every rule of the table an org hands out its
// example in one order, then in another, and the second time there is nothing to
// commit.
func TestTheOrderOfSetsIsNoChange(t *testing.T) {
	t.Parallel()
	k := newTaker(t)
	all := slices.DeleteFunc(k.norm.Rules(), func(r normalize.Rule) bool { return !r.Set() })
	byPlace := rulesByPlace(all)
	seen := map[string]bool{}
	for left := all; len(left) > 0; {
		k := newTaker(t)
		org, files, rest := ruledOrg(metadata.Default(), left, byPlace)
		left = rest
		for _, r := range org {
			seen[r.rule.Type+" "+r.rule.Path] = true
		}
		if !k.take(t, serveOrg(t, files)).Changed() {
			t.Fatal("nothing was recorded")
		}
		for _, r := range org {
			files[r.path].Data = []byte(example(byPlace, r.rule, []string{"2", "3", "1"}))
		}
		second := k.take(t, serveOrg(t, files))
		for _, c := range second.Diff.Changes {
			t.Errorf("%s %s: %v", c.Kind, c.Component, c.Elements)
		}
		if len(second.Commits) > 0 {
			t.Errorf("%d commits", len(second.Commits))
		}
		for _, r := range org {
			k.checkStored(t, second.New, r, example(byPlace, r.rule, []string{"1", "2", "3"}))
		}
	}
	t.Logf("%d of %d rules", len(seen), len(all))
	for _, r := range all {
		if place := r.Type + " " + r.Path; !seen[place] && !seenElsewhere(metadata.Default(), r, seen) {
			t.Errorf("%s has no example", place)
		}
	}
}

// seenElsewhere: an org hands out a child within its parent's file, where the
// same rule holds, and bundles as their author wrote them; the manifest of a
// snapshot is made from its tree.
func seenElsewhere(reg *metadata.Registry, r normalize.Rule, seen map[string]bool) bool {
	if t, ok := reg.Type(r.Type); ok && t.Bundle || r.Type == "Package" {
		return true
	}
	return slices.ContainsFunc(reg.Types(), func(t metadata.Type) bool {
		return slices.ContainsFunc(t.Children, func(c metadata.Child) bool {
			return c.Type == r.Type && seen[t.Name+" "+c.Element+"."+r.Path]
		})
	})
}

// checkStored: what is stored is the example in the order of its keys.
func (k *taker) checkStored(t *testing.T, id snapshot.ID, r ruled, want string) {
	t.Helper()
	tr, err := k.store.Tree(t.Context(), id, "metadata")
	if err != nil {
		t.Fatal(err)
	}
	h, ok := tr.Get(r.path)
	if !ok {
		t.Errorf("%s of %s is not stored", r.path, r.rule.Path)
		return
	}
	got, err := k.store.Blob(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, k.norm.Bytes("", []byte(want)).Output) {
		t.Errorf("%s %s is stored as\n%s", r.rule.Type, r.rule.Path, got)
	}
}

// TestTheOrderOfListsIsAChange: the same for elements whose order has a meaning,
// one after the other: each is one commit.
func TestTheOrderOfListsIsAChange(t *testing.T) {
	t.Parallel()
	k := newTaker(t)
	byPlace := rulesByPlace(slices.DeleteFunc(k.norm.Rules(), func(r normalize.Rule) bool { return !r.Set() }))
	org, files, rest := ruledOrg(metadata.Default(), lists(), byPlace)
	if len(rest) > 0 || len(org) != len(lists()) {
		t.Fatalf("%d lists of %d have an example", len(org), len(lists()))
	}
	server := serveOrg(t, files)
	server.AddUser("dana@acme.example", "Dana")
	k.take(t, server)
	for _, r := range org {
		err := server.Edit("dana@acme.example", func(e *emulator.Editor) error {
			return e.Put(r.path, []byte(example(byPlace, r.rule, []string{"1", "3", "2"})))
		})
		if err != nil {
			t.Fatalf("%s: %v", r.path, err)
		}
		if result := k.take(t, server, r.rule.Type); len(result.Commits) != 1 {
			t.Errorf("%s %s: %d commits", r.rule.Type, r.rule.Path, len(result.Commits))
		}
	}
}
