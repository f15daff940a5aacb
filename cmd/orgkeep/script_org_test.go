package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/rogpeppe/go-internal/testscript"
)

// orgsKey finds a script's orgs in its environment.
type orgsKey struct{}

type testOrg struct {
	server   *emulator.Server
	arrivals arrivals
}

func orgs(ts *testscript.TestScript) map[string]*testOrg {
	all, ok := ts.Value(orgsKey{}).(map[string]*testOrg)
	if !ok {
		ts.Fatalf("the script has no orgs")
	}
	return all
}

func orgNamed(ts *testscript.TestScript, name string) *emulator.Server {
	org, ok := orgs(ts)[name]
	if !ok {
		ts.Fatalf("there is no org %s; start it with: org %s", name, name)
	}
	return org.server
}

// cmdOrg starts an org on loopback:
//
//	org NAME [DIR [LATENCY]]
//
// DIR holds it in metadata format; without it, or for -, it is the sample org.
// LATENCY is how long a retrieve or a deploy takes. For
// org prod it sets $PROD_URL, $PROD_TOKEN, $PROD_CLIENT_ID,
// $PROD_CLIENT_SECRET, $PROD_USER and
// $PROD_ORG_ID, and writes the secrets to the files prod.token and prod.secret.
func cmdOrg(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 3 {
		ts.Fatalf("usage: org NAME [DIR [LATENCY]]")
	}
	name := args[0]
	folder := demo.Org()
	if len(args) > 1 && args[1] != "-" {
		folder = os.DirFS(ts.MkAbs(args[1]))
	}
	latency := time.Duration(0)
	if len(args) > 2 {
		var err error
		latency, err = time.ParseDuration(args[2])
		ts.Check(err)
	}
	// Distinct ids, as several orgs are told apart by them.
	id := fmt.Sprintf("00Dxx%010d", len(orgs(ts))+1)
	org := &testOrg{}
	server, err := emulator.New(
		emulator.WithLatency(latency), emulator.WithHook(org.arrivals.note), emulator.WithOrg(folder), emulator.WithOrgID(id), emulator.WithSandbox(name != "prod"), emulator.WithUsername("admin@"+name+".example"),
	)
	ts.Check(err)
	ctx, cancel := context.WithCancel(context.Background())
	ts.Check(server.Start(ctx, "127.0.0.1:0"))
	ts.Defer(func() {
		cancel()
		_ = server.Close()
	})
	org.server = server
	orgs(ts)[name] = org
	c := server.Credentials()
	upper := strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	for what, value := range map[string]string{
		"URL": c.URL, "TOKEN": c.AccessToken, "CLIENT_ID": c.ClientID, "CLIENT_SECRET": c.ClientSecret, "USER": c.Username, "ORG_ID": c.OrgID,
	} {
		ts.Setenv(upper+"_"+what, value)
	}
	ts.Check(os.WriteFile(ts.MkAbs(name+".token"), []byte(c.AccessToken+"\n"), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(name+".secret"), []byte(c.ClientSecret+"\n"), 0o600))
}

// cmdEdit puts a file into an org, as a user of it does in Setup:
//
//	edit ORG USER PATH FILE
func cmdEdit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: edit ORG USER PATH FILE")
	}
	content := []byte(ts.ReadFile(args[3]))
	server := orgNamed(ts, args[0])
	server.AddUser(args[1], fullName(args[1]))
	ts.Check(server.Edit(args[1], func(e *emulator.Editor) error { return e.Put(args[2], content) }))
}

// cmdOrgDelete deletes a component of an org:
//
//	orgdelete ORG USER TYPE NAME
func cmdOrgDelete(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: orgdelete ORG USER TYPE NAME")
	}
	server := orgNamed(ts, args[0])
	server.AddUser(args[1], fullName(args[1]))
	ts.Check(server.Edit(args[1], func(e *emulator.Editor) error {
		return e.Delete(metadata.Component{Type: args[2], FullName: args[3]})
	}))
}

// cmdOrgHas tells whether an org has a component, children included:
//
//	orghas ORG TYPE NAME
func cmdOrgHas(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: orghas ORG TYPE NAME")
	}
	c := metadata.Component{Type: args[1], FullName: args[2]}
	if has := orgNamed(ts, args[0]).Has(c); has == neg {
		ts.Fatalf("org %s has %s: %v", args[0], c, has)
	}
}

// cmdFault makes an org fail from now on, as a file in the form of emulator
// --faults says:
//
//	fault ORG FILE
func cmdFault(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: fault ORG FILE")
	}
	faults, err := emulator.ParseFaults([]byte(ts.ReadFile(args[1])))
	ts.Check(err)
	ts.Check(orgNamed(ts, args[0]).Inject(faults...))
	orgs(ts)[args[0]].arrivals.mark()
}

// fullName of dana@acme.example is Dana.
func fullName(username string) string {
	name, _, _ := strings.Cut(username, "@")
	if name == "" {
		return username
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
