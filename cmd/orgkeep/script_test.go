package main

import (
	"flag"
	"io"
	"log"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what commands print into the scripts")

// schemaDir holds the schemas of what --json prints. Tests run in the folder of
// their package, scripts in one of their own.
var schemaDir = mustAbs(filepath.Join("testdata", "schema"))

// raceExit keeps the race detector from waiting a second at the end of every command
// for what other goroutines may still do.
const raceExit = "atexit_sleep_ms=20"

func mustAbs(name string) string {
	abs, err := filepath.Abs(name)
	if err != nil {
		panic(err)
	}
	return abs
}

// TestMain lets scripts run this program as the command orgkeep, and a stand-in
// for what opens the browser.
func TestMain(m *testing.M) {
	// Where a bad road sends replies twice, net/http logs what they hold.
	log.SetOutput(io.Discard)
	testscript.Main(m, map[string]func(){"orgkeep": main, "xdg-open": browse})
}

func scriptCommands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	return map[string]func(ts *testscript.TestScript, neg bool, args []string){
		"org":        cmdOrg,
		"edit":       cmdEdit,
		"orgdelete":  cmdOrgDelete,
		"orghas":     cmdOrgHas,
		"fault":      cmdFault,
		"exits":      cmdExits,
		"gitlog":     cmdGitLog,
		"schema":     cmdSchema,
		"waitline":   cmdWaitLine,
		"waitcall":   cmdWaitCall,
		"deploys":    cmdDeploys,
		"badrelease": cmdBadRelease,
		"gitserver":  cmdGitServer,
	}
}

// TestScripts runs testdata/script. A script has an empty home, its own
// configuration of git, and no keyring; orgs are emulators on loopback.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup:               setup,
		Cmds:                scriptCommands(),
	})
}

func setup(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, ".home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	gitconfig := "[user]\n\tname = Ken Keeper\n\temail = ken@example.com\n[init]\n\tdefaultBranch = main\n[core]\n\tautocrlf = false\n"
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(gitconfig), 0o600); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("USERPROFILE", home)
	env.Setenv("XDG_CONFIG_HOME", "")
	env.Setenv("ORGKEEP_KEYRING", "off")
	env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	env.Setenv("TZ", "UTC")
	env.Setenv("GORACE", raceExit)
	env.Values[orgsKey{}] = map[string]*testOrg{}
	return nil
}
