//go:build clients

package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// clientLine is a line of a script that runs a client: each counts as one
// command, together with what the script says of its outcome.
var clientLine = regexp.MustCompile(`(?m)^(! )?(sf|js) `)

const clientScripts = "testdata/clients"

// tally counts the commands of one script.
type tally struct{ started, passed int }

type tallyKey struct{}

// TestRealClients runs testdata/clients: the sf CLI and jsforce as they come from
// npm against `orgkeep emulator`. .ci/clients installs them and calls this with
// ORGKEEP_CLIENTS, the folder that holds node_modules. A script has an empty home
// and emulators of its own.
func TestRealClients(t *testing.T) {
	folder := os.Getenv("ORGKEEP_CLIENTS")
	if folder == "" {
		t.Skip("run .ci/clients")
	}
	var commands, passed atomic.Int64
	t.Cleanup(func() {
		_, _ = fmt.Fprintf(os.Stdout, "%d passed, %d failed\n", passed.Load(), commands.Load()-passed.Load())
	})
	testscript.Run(t, testscript.Params{
		Dir:                 clientScripts,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			tb, ok := env.T().(testing.TB)
			if !ok {
				return errors.New("the script's test has no name")
			}
			text, err := os.ReadFile(filepath.Join(clientScripts, path.Base(tb.Name())+".txtar"))
			if err != nil {
				return err
			}
			commands.Add(int64(len(clientLine.FindAll(text, -1))))
			count := &tally{}
			env.Values[tallyKey{}] = count
			env.Defer(func() {
				if !tb.Failed() {
					count.passed = count.started
				}
				passed.Add(int64(count.passed))
			})
			return setupClients(env, folder)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"emulator": cmdEmulator,
			"keypair":  cmdKeyPair,
			"zip":      cmdZip,
			"sf":       cmdSF,
			"js":       cmdJS,
		},
	})
}

func setupClients(env *testscript.Env, folder string) error {
	home := filepath.Join(env.WorkDir, ".home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("PATH", filepath.Join(folder, "node_modules", ".bin")+string(filepath.ListSeparator)+env.Getenv("PATH"))
	env.Setenv("NODE_PATH", filepath.Join(folder, "node_modules"))
	for _, on := range []string{
		"SF_DISABLE_TELEMETRY", "SF_AUTOUPDATE_DISABLE", "SF_DISABLE_AUTOUPDATE", "SF_SKIP_NEW_VERSION_CHECK",
		"SF_DISABLE_LOG_FILE", "SF_USE_GENERIC_UNIX_KEYCHAIN", "NO_COLOR",
	} {
		env.Setenv(on, "true")
	}
	env.Setenv("SF_USE_PROGRESS_BAR", "false")
	env.Setenv("TZ", "UTC")
	return nil
}

// client runs a client's command. That a script came to the next command proves
// that what it said of the one before held.
func client(ts *testscript.TestScript, neg bool, name string, args ...string) {
	count, ok := ts.Value(tallyKey{}).(*tally)
	if !ok {
		ts.Fatalf("the script has no tally")
	}
	count.passed = count.started
	count.started++
	err := ts.Exec(name, args...)
	var exit *exec.ExitError
	switch {
	case err != nil && !neg:
		ts.Fatalf("%s: %v", name, err)
	case err == nil && neg:
		ts.Fatalf("%s succeeded, and should not have", name)
	case neg && (!errors.As(err, &exit) || exit.ExitCode() < 0):
		ts.Fatalf("%s: %v", name, err) // it did not refuse, it was ended
	}
}

// cmdSF runs the sf CLI:
//
//	[!] sf ARGS...
func cmdSF(ts *testscript.TestScript, neg bool, args []string) { client(ts, neg, "sf", args...) }

// cmdJS evaluates an expression with jsforce, signed in to an org as conn, and
// prints the value as JSON:
//
//	[!] js ORG EXPRESSION
func cmdJS(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: js ORG EXPRESSION")
	}
	org := strings.ToUpper(args[0])
	client(ts, neg, "node", "-e", jsforceProgram, ts.Getenv(org+"_URL"), ts.Getenv(org+"_TOKEN"), args[1])
}

// cmdZip packs a folder as clients do:
//
//	zip FILE DIR
func cmdZip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: zip FILE DIR")
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	ts.Check(w.AddFS(os.DirFS(ts.MkAbs(args[1]))))
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

// jsforceProgram takes a URL, a token and an expression.
const jsforceProgram = `
const jsforce = require('jsforce'), fs = require('fs');
const [instanceUrl, accessToken, expression] = process.argv.slice(1);
const conn = new jsforce.Connection({instanceUrl, accessToken, version: '66.0'});
conn.metadata.pollInterval = 20;
const run = Object.getPrototypeOf(async () => {}).constructor('conn', 'fs', 'jsforce', 'return (' + expression + ')');
run(conn, fs, jsforce).then(
  value => console.log(JSON.stringify(value, null, 1)),
  error => { console.error(error.errorCode || error.name, error.message); process.exit(1); },
);
`

// startLimit is how long an emulator has to say where it listens.
const startLimit = 20 * time.Second

// cmdEmulator runs orgkeep emulator until the script ends:
//
//	emulator ORG FLAGS...
//
// For org acme it sets $ACME_URL, $ACME_TOKEN, $ACME_CLIENT_ID, $ACME_USER and
// $ACME_ORG_ID.
func cmdEmulator(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: emulator ORG FLAGS...")
	}
	program := emulatorCommand(ts, args[1:])
	out, err := program.StdoutPipe()
	ts.Check(err)
	ts.Check(program.Start())
	ts.Defer(func() {
		_ = program.Process.Kill()
		_ = program.Wait()
	})
	late := time.AfterFunc(startLimit, func() { _ = program.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	late.Stop()
	ts.Check(err)
	go func() { _, _ = io.Copy(io.Discard, out) }()
	var said map[string]string
	ts.Check(json.Unmarshal([]byte(line), &said))
	for name, field := range map[string]string{
		"URL": "url", "TOKEN": "access_token", "CLIENT_ID": "client_id", "USER": "username", "ORG_ID": "org_id",
	} {
		ts.Setenv(strings.ToUpper(args[0])+"_"+name, said[field])
	}
}

// emulatorCommand is the program of this test, which testscript has put into the
// script's PATH.
func emulatorCommand(ts *testscript.TestScript, flags []string) *exec.Cmd {
	var found string
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if name := filepath.Join(dir, "orgkeep"); found == "" {
			if _, err := os.Stat(name); err == nil {
				found = name
			}
		}
	}
	program := exec.Command(found, append([]string{"emulator", "--json"}, flags...)...) //nolint:noctx // it is killed when the script ends
	program.Dir = ts.MkAbs(".")
	program.Env = append(os.Environ(), "HOME="+ts.Getenv("HOME"))
	program.Stderr = os.Stderr
	return program
}

// cmdKeyPair makes a key and the public half of it for JWT sign-in:
//
//	keypair KEYFILE PUBLICFILE
func cmdKeyPair(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keypair KEYFILE PUBLICFILE")
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o600))
}
