package main

import (
	"bytes"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// anyCode is a code that is not looked at.
const anyCode = -1

// steps are all commands: those that sign in, those that work, those that fail.
func steps(address string, c emulator.Credentials, wrong, force, key string) []step {
	login := func(alias, way string) string {
		return "-C repo auth login " + alias + " --instance-url " + address + " " + way
	}
	change := "-C repo normalize -w metadata/classes/RateCard.cls-meta.xml"
	return []step{
		{args: "init repo"},
		{args: login("prod", "--access-token-file -"), input: c.AccessToken},
		{args: login("app", "--client-credentials --client-id "+c.ClientID+" --client-secret-file -"), input: c.ClientSecret},
		{args: login("key", "--jwt --client-id "+c.ClientID+" --username ada@acme.example --key-file -"), input: key},
		{args: login("bad", "--access-token-file -"), input: wrong, code: 4},
		{args: login("bad", "--client-credentials --client-id "+c.ClientID+" --client-secret-file -"), input: wrong, code: 4},
		{args: login("bad", "--jwt --client-id nobody --username ada@acme.example --key-file -"), input: key, code: 4},
		{args: login("bad", "--sfdx-url-file -"), input: force, code: anyCode},
		{args: login("bad", "--sfdx-url-file -"), input: force + " and more", code: 1},
		{args: login("bad", "--from-sf ada"), code: anyCode},
		{args: "-C repo auth login bad --access-token-file - --instance-url https://evil.example", input: c.AccessToken, code: 6},
		{args: "-C repo auth list"},
		{args: "-C repo auth status app"},
		{args: "-C repo auth status ci"},
		{args: "-C repo auth status key"},
		{args: "-C repo auth status forced", code: anyCode},
		{args: "-C repo auth status far", code: anyCode},
		{args: "-C repo doctor app"},
		{args: "-C repo doctor far", code: anyCode},
		{args: "-C repo doctor forced", code: anyCode},
		{args: "-C repo snapshot app --tag v1"},
		{args: "-C repo snapshot ci --dry-run"},
		{args: "-C repo snapshot app", echo: "listMetadata", code: anyCode},
		{args: "-C repo snapshot app", echo: "retrieve", code: anyCode},
		{args: "-C repo snapshot app", echo: "userinfo", code: anyCode},
		{args: "-C repo snapshot nobody", code: 4},
		{args: "edit"},
		{args: "-C repo snapshot app"},
		{args: "-C repo log app"},
		{args: "-C repo show app"},
		{args: "-C repo coverage app"},
		{args: "-C repo restorable app"},
		{args: "-C repo seal status"},
		{args: "-C repo seal import -", input: wrong, code: 1},
		{args: "-C repo snapshot app --push", code: 10},
		{args: "-C repo tag app v2"},
		{args: "-C repo diff v1 v2", code: anyCode},
		{args: "-C repo diff v1 org:key", code: anyCode},
		{args: "-C repo drift app", code: anyCode},
		{args: "-C repo drift app --against v1", code: 2},
		{args: "-C repo plan app --to v1 -o ../app.plan"},
		{args: "-C repo apply ../app.plan --yes"},
		{args: "-C repo rollback app --to v2 --yes"},
		{args: "-C repo rollback app --to v1 --yes"},
		{args: "-C repo rollback app --to nothing --yes", code: 1},
		{args: "-C repo resume"},
		// A deploy that is refused so may be under way: it stays open.
		{args: "-C repo rollback app --to v2 --yes", echo: "deploy", code: anyCode},
		{args: "-C repo fsck --read-data"},
		{args: change, code: anyCode},
		{args: "-C repo merge-driver a b c d", code: anyCode},
		{args: "emulator --org nothing", code: 1},
		{args: "demo --dir story", code: anyCode},
		{args: "version"},
		{args: "man", code: anyCode},
		{args: "completion bash"},
		{args: "help environment"},
		{args: "-C repo auth logout prod"},
		{args: "-C repo auth logout nobody", code: 4},
		{args: "-C repo nonsense", code: 1},
	}
}

// runner runs commands as programs of their own.
type runner struct {
	t       *testing.T
	aviary  *aviary
	dir     string
	env     []string
	ran     map[string]bool
	runs    int
	printed int
}

// run runs a step twice, as people do and with --json, both with --verbose.
func (r *runner) run(s step) {
	r.t.Helper()
	if s.args == "edit" {
		r.edit()
		return
	}
	for i, more := range []string{"--verbose", "--verbose --json"} {
		r.aviary.repeat(s.echo)
		code, out := r.orgkeep(s.args+" "+more, s.input)
		// What was done cannot always be done again.
		if i == 0 && s.code != anyCode && code != s.code {
			r.t.Errorf("%s: exit %d, not %d\n%s", s.args, code, s.code, out)
		}
	}
	words := strings.Fields(strings.TrimPrefix(s.args, "-C repo "))
	r.ran[words[0]] = true
	if words[0] == "auth" {
		r.ran["auth "+words[1]] = true
	}
}

func (r *runner) orgkeep(line, input string) (int, string) {
	r.t.Helper()
	r.aviary.mu.Lock()
	r.aviary.looks = 0
	r.aviary.mu.Unlock()
	cmd := exec.CommandContext(r.t.Context(), "orgkeep", strings.Fields(line)...)
	var out bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = r.dir, r.env, strings.NewReader(input), &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		r.t.Fatalf("%s: %v", line, err)
	}
	r.runs++
	r.printed += out.Len()
	r.aviary.look(out.Bytes(), "the output of "+line)
	return cmd.ProcessState.ExitCode(), out.String()
}

// edit is somebody's change of the org.
func (r *runner) edit() {
	r.t.Helper()
	r.aviary.org.AddUser("dana@acme.example", "Dana")
	err := r.aviary.org.Edit("dana@acme.example", func(e *emulator.Editor) error {
		return e.Put("classes/RateCard.cls", []byte("public class RateCard { /* new */ }\n"))
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// everyCommandRan holds the steps against the commands that there are.
func (r *runner) everyCommandRan() {
	r.t.Helper()
	for _, group := range []string{"", "auth "} {
		names := r.commands(group)
		if len(names) < 3 {
			r.t.Errorf("only %v are known of %q", names, group)
		}
		for _, name := range names {
			if !r.ran[group+name] {
				r.t.Errorf("%s%s was not run", group, name)
			}
		}
	}
}

// commands asks the program for the names of its commands.
func (r *runner) commands(group string) []string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "orgkeep", append(append([]string{"__complete"}, strings.Fields(group)...), "")...)
	cmd.Dir, cmd.Env = r.dir, r.env
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatal(err)
	}
	var names []string
	for line := range strings.SplitSeq(string(out), "\n") {
		name, _, described := strings.Cut(line, "\t")
		if described && !strings.HasPrefix(name, ":") {
			names = append(names, name)
		}
	}
	return names
}

// objects looks at everything in the repository's store of objects.
func (r *runner) objects() int {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", "-C", filepath.Join(r.dir, "repo"), "cat-file", "--batch-all-objects", "--batch")
	out, err := cmd.Output()
	if err != nil || len(out) == 0 {
		r.t.Fatalf("%d bytes of objects: %v", len(out), err)
	}
	r.aviary.look(out, "the repository")
	return len(out)
}
