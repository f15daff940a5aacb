package emulator_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// row gives a field of a component's row.
func (o *org) row(c metadata.Component, field string) string {
	o.t.Helper()
	return text(o.result("<listMetadata><queries><type>"+c.Type+"</type></queries></listMetadata>"), "result[fullName='"+c.FullName+"']/"+field)
}

func TestARenamedComponentKeepsItsID(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		typ, from, to string
		has           string
	}{
		"a class":  {"ApexClass", "Captain", "Admiral", "classes/Admiral.cls"},
		"a bundle": {"LightningComponentBundle", "deck", "bridge", "lwc/bridge/bridge.js"},
		"a layout": {"Layout", "Ship__c-Ship Layout", "Ship__c-Boat Layout", "layouts/Ship__c-Boat Layout.layout"},
		"a label":  {"CustomLabel", "Bye", "Farewell", "labels/CustomLabels.labels|<fullName>Farewell</fullName>"},
		"a field":  {"CustomField", "Ship__c.Gauge__c", "Ship__c.Girth__c", ship + "|<fullName>Girth__c</fullName>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serve(t, sample())
			from, to := metadata.Component{Type: tc.typ, FullName: tc.from}, metadata.Component{Type: tc.typ, FullName: tc.to}
			id := o.row(from, "id")
			o.clock.advance(time.Hour)
			if err := o.Edit("admin@emulator.example", func(e *emulator.Editor) error { return e.Rename(from, tc.to) }); err != nil {
				t.Fatal(err)
			}
			if o.Has(from) || !o.holds(tc.has) || id == "" || o.row(to, "id") != id {
				t.Errorf("id %q, then %q: %v", id, o.row(to, "id"), paths(o.texts()))
			}
			if date := o.row(to, "lastModifiedDate"); !strings.HasPrefix(date, "2026-05-04T13:00") {
				t.Errorf("dated %s", date)
			}
		})
	}
}

func TestWhatCannotBeRenamed(t *testing.T) {
	t.Parallel()
	o := serve(t, sample())
	for from, to := range map[string]string{
		"CustomObject:Ship__c": "Boat__c", "Flow:Sail": "Row", "CustomLabel:Bye": "Ahoy", "CustomField:Ship__c.Gauge__c": "Boat__c.Gauge__c",
	} {
		c, err := metadata.ParseComponent(from)
		if err != nil {
			t.Fatal(err)
		}
		err = o.Edit("admin@emulator.example", func(e *emulator.Editor) error { return e.Rename(c, to) })
		if !errors.Is(err, emulator.ErrRename) || !o.Has(c) {
			t.Errorf("%s to %s: %v", from, to, err)
		}
	}
}

func TestAProfileMayChangeUnderARowThatStands(t *testing.T) {
	t.Parallel()
	o := serve(t, sample())
	profile := metadata.Component{Type: "Profile", FullName: "Admin"}
	was := o.row(profile, "lastModifiedDate")
	o.clock.advance(time.Hour)
	more := strings.Replace(o.file(admin), "</Profile>", "    <fieldPermissions>\n        <editable>true</editable>\n        <field>Ship__c.New__c</field>\n        <readable>true</readable>\n    </fieldPermissions>\n</Profile>", 1)
	err := o.Edit("admin@emulator.example", func(e *emulator.Editor) error { return e.Slip(admin, []byte(more)) })
	if is := o.row(profile, "lastModifiedDate"); err != nil || was == "" || is != was || !o.holds(admin+"|Ship__c.New__c") {
		t.Errorf("%v: dated %q, then %q", err, was, is)
	}
}

func TestTheAuditTrailHoldsRowsOfEveryKind(t *testing.T) {
	t.Parallel()
	o := serve(t, sample())
	err := o.Edit("admin@emulator.example", func(e *emulator.Editor) error {
		e.Audit(emulator.AuditRow{Action: "BlackTabFramework", Nobody: true})
		e.Audit(emulator.AuditRow{Action: "profileFlsChangedCustom", Section: "Manage Users", Display: "Changed profile Mate", Delegate: "boss@acme.example"})
		e.Audit(emulator.AuditRow{Action: "upgradedpackagingapp", Namespace: "pkg"})
		return e.Put("classes/Captain.cls", []byte("class Captain { }"))
	})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(action string) string {
		q := "SELECT Display, CreatedById, CreatedBy.Username, DelegateUser, ResponsibleNamespacePrefix FROM SetupAuditTrail WHERE Action='" + action + "'"
		return o.get("/services/data/v66.0/query?q=" + url.QueryEscape(q)).Body.String()
	}
	for action, want := range map[string]string{
		"BlackTabFramework":       `"CreatedById":null`,
		"profileFlsChangedCustom": `"DelegateUser":"boss@acme.example"`,
		"upgradedpackagingapp":    `"ResponsibleNamespacePrefix":"pkg"`,
		"changedApexClass":        `"Display":"Changed Captain Apex Class code"`,
	} {
		if got := ask(action); !strings.Contains(got, want) || !strings.Contains(got, `"totalSize":1`) {
			t.Errorf("%s: %s", action, got)
		}
	}
	o.clock.advance(181 * 24 * time.Hour)
	if got := ask("changedApexClass"); !strings.Contains(got, `"totalSize":0`) {
		t.Errorf("after 181 days: %s", got)
	}
}
