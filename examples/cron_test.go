package examples

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The script decides by exit codes alone, so a stand-in that returns them shows
// what it does.
func TestTheCronScriptActsOnExitCodes(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell here")
	}
	for name, tc := range map[string]struct {
		drift, want int
		snapshot    bool
		quiet       bool
	}{
		"no drift: silence":                  {drift: 0, want: 0, quiet: true},
		"drift is reported, then recorded":   {drift: 2, want: 7, snapshot: true},
		"gaps are reported, then recorded":   {drift: 3, want: 7, snapshot: true},
		"a refused session is only reported": {drift: 4, want: 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			standIn := fmt.Sprintf("#!/bin/sh\necho \"$@\" >>%s/calls\necho report\ncase \"$3\" in drift) exit %d ;; *) exit 7 ;; esac\n", dir, tc.drift)
			if err := os.WriteFile(filepath.Join(dir, "orgkeep"), []byte(standIn), 0o700); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), shell, "cron/orgkeep-snapshot", "/srv/acme", "prod")
			cmd.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != tc.want {
				t.Errorf("exit %d, want %d\n%s", got, tc.want, out)
			}
			calls, err := os.ReadFile(filepath.Join(dir, "calls"))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(string(calls), "-C /srv/acme snapshot prod"); got != tc.snapshot {
				t.Errorf("calls: %s", calls)
			}
			if got := len(out) == 0; got != tc.quiet {
				t.Errorf("output: %q", out)
			}
		})
	}
}
