package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/rogpeppe/go-internal/testscript"
)

// arrivals counts the calls that have come to an org, answered or not. It is safe
// for concurrent use.
type arrivals struct {
	mu    sync.Mutex
	count map[string]int
	// asked is how many of a call had come at the last mark.
	asked map[string]int
}

func (a *arrivals) note(_ *emulator.Server, call string, _ int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.count == nil {
		a.count, a.asked = map[string]int{}, map[string]int{}
	}
	a.count[call]++
}

// more tells whether more of a call have come than were there at the last mark.
func (a *arrivals) more(call string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.count[call] > a.asked[call]
}

// mark takes all that has come as seen.
func (a *arrivals) mark() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for call, n := range a.count {
		a.asked[call] = n
	}
}

func (a *arrivals) of(call string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.count[call]
}

// cmdDeploys checks how many deploys and validations were ever sent to an org:
//
//	deploys ORG N
func cmdDeploys(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: deploys ORG N")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	orgNamed(ts, args[0])
	if got := orgs(ts)[args[0]].arrivals.of("deploy"); got != want {
		ts.Fatalf("org %s was sent %d deploys, want %d", args[0], got, want)
	}
}

// cmdWaitCall waits until a call comes to an org, after the last fault was made:
//
//	waitcall ORG CALL
func cmdWaitCall(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: waitcall ORG CALL")
	}
	orgNamed(ts, args[0])
	calls := &orgs(ts)[args[0]].arrivals
	for end := time.Now().Add(waitLimit); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if calls.more(args[1]) {
			return
		}
	}
	ts.Fatalf("no %s came to org %s after %s", args[1], args[0], waitLimit)
}

// cmdBadRelease makes the changes of a release that has to go: a field, a flow that
// is active, access to both, a class, and a layout that is gone:
//
//	badrelease ORG
func cmdBadRelease(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: badrelease ORG")
	}
	server := orgNamed(ts, args[0])
	server.AddUser("release@acme.example", "Release")
	insert := func(path, before, elements string) func(e *emulator.Editor) error {
		return func(e *emulator.Editor) error {
			content, err := e.Get(path)
			if err != nil {
				return err
			}
			at := bytes.Index(content, []byte(before))
			if at < 0 {
				return fmt.Errorf("%s has no %s", path, before)
			}
			return e.Put(path, slices.Concat(content[:at], []byte(elements), content[at:]))
		}
	}
	for _, change := range []func(e *emulator.Editor) error{
		insert("objects/Service_Site__c.object", "<fields>", "<fields><fullName>Night__c</fullName><label>Night</label><length>40</length><type>Text</type></fields>"),
		func(e *emulator.Editor) error {
			content, err := e.Get("flows/Old_Newsletter_Signup.flow")
			if err != nil {
				return err
			}
			return e.Put("flows/Night_Flow.flow", bytes.Replace(content, []byte("<status>Draft"), []byte("<status>Active"), 1))
		},
		insert("permissionsets/Dispatcher.permissionset", "<fieldPermissions>", "<fieldPermissions><editable>true</editable><field>Service_Site__c.Night__c</field><readable>true</readable></fieldPermissions>"),
		func(e *emulator.Editor) error {
			return e.Put("classes/RateCard.cls", []byte("public class RateCard { public static Decimal hourly(String a, String b) { return 1; } }\n"))
		},
		func(e *emulator.Editor) error {
			return e.Delete(metadata.Component{Type: "Layout", FullName: "Account-Account %28Supplier%29 Layout"})
		},
	} {
		ts.Check(server.Edit("release@acme.example", change))
	}
}
