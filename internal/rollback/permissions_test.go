package rollback_test

import (
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// The org is asked which user permissions it has before any deploy. One that it has
// lost is left out where it gives nothing, and its set is left where it gives it.
func TestPermissionsAreLookedUpBeforeThePlan(t *testing.T) {
	t.Parallel()
	const dispatcher = "permissionsets/Dispatcher.permissionset"
	permission := func(name, enabled string) string {
		return "<userPermissions><enabled>" + enabled + "</enabled><name>" + name + "</name></userPermissions>"
	}
	w := newWorld(t, demo.Org())
	was := permission("ManageQuotas", "false") + permission("OverrideForecasts", "false") + permission("ViewSetup", "true") + "</PermissionSet>"
	w.edit(change(dispatcher, "</PermissionSet>", was))
	off := w.snapshot()
	w.edit(change(dispatcher, `<name>ManageQuotas</name>`, `<name>ManageTerritories</name>`))
	w.edit(change(dispatcher, `<enabled>false</enabled><name>ManageTerritories</name>`, `<enabled>true</enabled><name>ManageTerritories</name>`))
	on := w.snapshot()
	w.edit(func(e *emulator.Editor) error {
		content, err := e.Get(dispatcher)
		if err != nil {
			return err
		}
		text := string(content)
		return e.Put(dispatcher, []byte(text[:strings.Index(text, "<userPermissions><enabled>true</enabled><name>ManageTerr")]+"</PermissionSet>"))
	})
	w.org.Withdraw("ManageQuotas", "OverrideForecasts", "ManageTerritories")
	plan := w.plan(on)
	if len(plan.Actions) != 1 || plan.Actions[0].Verb != deployplan.Leave || !strings.Contains(plan.Actions[0].Reason, "ManageTerritories") || plan.Actions[0].ByHand == "" {
		t.Errorf("%+v", plan.Actions)
	}
	plan = w.back(off).Plan
	if len(plan.Actions) != 1 || len(plan.Actions[0].MayStay) != 2 || plan.Actions[0].MayStay[0].Key != "ManageQuotas" {
		t.Errorf("%+v", plan.Actions)
	}
	if now := string(w.org.Files()[dispatcher]); !strings.Contains(now, "ViewSetup") || strings.Contains(now, "ManageQuotas") {
		t.Errorf("it is\n%s", now)
	}
}
