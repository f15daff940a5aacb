package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// bench is a repository beside an org on loopback, with somebody at a terminal.
type bench struct {
	org     *emulator.Server
	dir     string
	environ []string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	org, err := emulator.New(emulator.WithSandbox(false), emulator.WithOrgName("Acme"), emulator.WithOrg(fstest.MapFS{
		"classes/A.cls":          {Data: []byte("public class A {}\n")},
		"classes/A.cls-meta.xml": {Data: []byte(`<?xml version="1.0" encoding="UTF-8"?><ApexClass xmlns="` + metadata.Namespace + `"><apiVersion>66.0</apiVersion><status>Active</status></ApexClass>`)},
	}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	if err := org.Start(ctx, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	c := org.Credentials()
	return &bench{org: org, dir: t.TempDir(), environ: []string{
		"ORGKEEP_CONFIG_DIR=" + t.TempDir(), "ORGKEEP_KEYRING=off", "NO_COLOR=1",
		"GIT_COMMITTER_NAME=Ken", "GIT_COMMITTER_EMAIL=ken@example.com",
		"ORGKEEP_ORG_PROD_INSTANCE_URL=" + c.URL, "ORGKEEP_ORG_PROD_ACCESS_TOKEN=" + c.AccessToken,
	}}
}

// run runs a command; what somebody types at its terminal is typed.
func (b *bench) run(t *testing.T, want ExitCode, typed string, args ...string) (out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := Main(t.Context(), System{
		Args: args, Stdin: strings.NewReader(typed), Stdout: &stdout, Stderr: &stderr, Dir: b.dir, Environ: b.environ,
		Terminal: &iostreams.Terminal{In: true, Out: true, Err: true, Width: 80},
	})
	if code != want {
		t.Fatalf("%v: exit %d, want %d\n%s%s", args, code, want, stdout.String(), stderr.String())
	}
	return stdout.String(), stderr.String()
}

func TestARollbackAsksAndTakesYesAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.run(t, ExitOK, "", "init")
	b.run(t, ExitOK, "", "snapshot", "prod")
	before := string(b.org.Files()["classes/A.cls"])
	err := b.org.Edit(b.org.Credentials().Username, func(e *emulator.Editor) error {
		return e.Put("classes/A.cls", []byte("public class A { /* changed */ }\n"))
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{"y\n", "YES\n", "no\n", ""} {
		out, errs := b.run(t, ExitRefused, typed, "rollback", "prod", "--to", "prod", "--production")
		if !strings.Contains(out, "~  change  ApexClass  A") || !strings.Contains(errs, "Type yes to deploy to PRODUCTION Acme (prod):") {
			t.Errorf("the plan is shown and the question asked: %s%s", out, errs)
		}
		if got := string(b.org.Files()["classes/A.cls"]); got == before {
			t.Fatalf("%q was taken for yes", typed)
		}
	}
	out, _ := b.run(t, ExitOK, "yes\n", "rollback", "prod", "--to", "prod", "--production")
	if got := string(b.org.Files()["classes/A.cls"]); got != before || !strings.Contains(out, "read back and compared") {
		t.Errorf("the org has %q\n%s", got, out)
	}
}
