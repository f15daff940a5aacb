package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/internal/auth"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/spf13/cobra"
)

// try runs a command in this process with an empty environment and home.
func try(t *testing.T, args ...string) (out, errs string, code ExitCode) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = Main(t.Context(), System{
		Args: args, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Dir: t.TempDir(),
		Environ: []string{"ORGKEEP_CONFIG_DIR=" + t.TempDir(), "ORGKEEP_KEYRING=off"},
	})
	return stdout.String(), stderr.String(), code
}

func testFactory(stdout, stderr *bytes.Buffer, args ...string) *Factory {
	io := iostreams.New(iostreams.Options{Out: stdout, Err: stderr})
	return newFactory(io, System{Args: args, Now: func() time.Time { return time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC) }}.withDefaults())
}

func TestEveryKindOfErrorHasItsCode(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  error
		code string
		exit ExitCode
		hint string
	}{
		"not a repository":                 {snapshot.ErrNotRepository, "not-a-repository", ExitNotSetUp, "Make one:  orgkeep init"},
		"no snapshot of the org":           {ForOrg("uat", snapshot.ErrNoSnapshot), "no-snapshot", ExitNotSetUp, "Take the first one:  orgkeep snapshot uat"},
		"a damaged branch":                 {&snapshot.DamagedError{}, "damaged", ExitIntegrity, "Repair it:  orgkeep fsck --repair"},
		"locked":                           {&state.LockedError{}, "locked", ExitLocked, "Wait for it, or, if it is gone:  orgkeep fsck --break-lock"},
		"a damaged journal":                {deploy.ErrJournal, "damaged", ExitIntegrity, "It may be of a deploy that the org works on: look at Setup › Deployment Status, then remove the file. What is not done, orgkeep drift shows."},
		"a damaged note":                   {rollback.ErrNote, "damaged", ExitIntegrity, "Remove the file. What its rollback left undone, orgkeep drift shows."},
		"a session that ended":             {ForOrg("prod", mdapi.ErrSessionExpired), "session-refused", ExitSignIn, "Sign in again:  orgkeep auth login prod"},
		"a renewal that broke off":         {ForOrg("prod", fmt.Errorf("%w: %w: reset", mdapi.ErrSessionExpired, mdapi.ErrRenewal)), "renewal-failed", ExitFailure, "The sign-in itself was not refused: run the command again."},
		"a renewal that is refused":        {ForOrg("prod", fmt.Errorf("%w: %w: %w", mdapi.ErrSessionExpired, mdapi.ErrRenewal, &auth.Refusal{Code: "invalid_grant"})), "sign-in-refused", ExitSignIn, "Sign in again:  orgkeep auth login prod"},
		"a session that cannot be renewed": {ForOrg("prod", fmt.Errorf("%w: %w: %w", mdapi.ErrSessionExpired, mdapi.ErrRenewal, mdapi.ErrNoRefresh)), "session-expired", ExitSignIn, "Sign in again:  orgkeep auth login prod"},
		"no API calls left":                {ForOrg("prod", mdapi.ErrRequestLimit), "request-limit", ExitFailure, "What is left:  orgkeep auth status prod"},
		"not signed in":                    {auth.ErrNotSignedIn, "not-signed-in", ExitSignIn, "Sign in:  orgkeep auth login ALIAS"},
		"a sign-in refused":                {&auth.Refusal{Code: "invalid_grant"}, "sign-in-refused", ExitSignIn, "Sign in again:  orgkeep auth login ALIAS"},
		"another org":                      {auth.ErrOtherOrg, "other-org", ExitRefused, "If that is meant, sign in under another alias, or:  orgkeep auth logout ALIAS"},
		"settings that are wrong":          {config.ErrInvalid, "invalid-settings", ExitFailure, "What can be set:  orgkeep help configuration"},
		"a bug":                            {errBug, "bug", ExitFailure, "Please report it, with what --verbose shows and:  orgkeep version"},
		"anything else":                    {errors.New("disk full"), "failed", ExitFailure, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			f := testFactory(&stdout, &stderr)
			got := f.explain(fmt.Errorf("do something: %w", tc.err))
			want := []any{tc.code, tc.exit, tc.hint}
			if diff := cmp.Diff(want, []any{got.Code, got.Exit, got.Hint.String()}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestALockSaysWhoHoldsIt(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	f := testFactory(&stdout, &stderr)
	err := &state.LockedError{PID: 4121, What: "snapshot", Host: "build-7", Since: f.Now().Add(-3 * time.Minute)}
	if code := f.report(err); code != ExitLocked {
		t.Errorf("exit %d", code)
	}
	_ = f.IO.Flush()
	want := "error: the repository is locked by process 4121 (snapshot, started 3 min ago on build-7)\n  Wait for it, or, if it is gone:  orgkeep fsck --break-lock\n"
	if diff := cmp.Diff(want, stderr.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestErrorsThatWereJoinedAreAllShown(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  error
		exit ExitCode
	}{
		"with the code that they share": {errors.Join(ForOrg("a", auth.ErrNotSignedIn), ForOrg("b", auth.ErrNotSignedIn)), ExitSignIn},
		"else with 1":                   {errors.Join(ForOrg("a", auth.ErrNotSignedIn), ForOrg("b", snapshot.ErrNoSnapshot)), ExitFailure},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			f := testFactory(&stdout, &stderr, "--json")
			if code := f.report(tc.err); code != tc.exit {
				t.Errorf("exit %d, want %d", code, tc.exit)
			}
			_ = f.IO.Flush()
			var got jsonError
			if err := json.Unmarshal(stderr.Bytes(), &got); err != nil || len(got.Errors) != 2 || strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("%s: %v", stderr.String(), err)
			}
		})
	}
}

func TestForeignWordsInAnErrorCannotSteerTheTerminal(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	f := testFactory(&stdout, &stderr)
	f.report(errors.New("bad \x1b[2J name\nsecond line"))
	_ = f.IO.Flush()
	if diff := cmp.Diff("error: bad ?[2J name\n  second line\n", stderr.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAPanicIsAnErrorWithoutSecrets(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	f := testFactory(&stdout, &stderr)
	f.Global.Verbose = true
	f.IO.Redactor.Add("00D!canary")
	if code := f.panicked("token 00D!canary"); code != ExitFailure {
		t.Errorf("exit %d", code)
	}
	_ = f.IO.Flush()
	if s := stderr.String(); strings.Contains(s, "canary") || !strings.Contains(s, "bug in itself: token [redacted]") || !strings.Contains(s, "goroutine") {
		t.Errorf("got %s", s)
	}
}

func TestAnInterruptIsExit130(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	code := Main(ctx, System{Args: []string{"log"}, Stdout: &stdout, Stderr: &stderr, Dir: t.TempDir()})
	if code != ExitInterrupted || !strings.HasPrefix(stderr.String(), "error: interrupted\n") {
		t.Errorf("exit %d, %s", code, stderr.String())
	}
}

func TestJQFiltersTheDocument(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		".result.name":     "a<b\n",
		".result.count":    "9007199254740993\n",
		".result.list[]":   "1\n2\n",
		".result|keys":     `["count","list","name"]` + "\n",
		".command":         "test\n",
		".result.nothing?": "null\n",
	} {
		var stdout, stderr bytes.Buffer
		f := testFactory(&stdout, &stderr)
		f.Global.JQ = expression
		err := f.WriteJSON("test", map[string]any{"name": "a<b", "count": 9007199254740993, "list": []int{1, 2}})
		_ = f.IO.Flush()
		if err != nil || stdout.String() != want {
			t.Errorf("%s: got %q, %v, want %q", expression, stdout.String(), err, want)
		}
	}
}

func TestConfirmTakesYesAlone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer   string
		terminal bool
		yes      bool
		want     error
	}{
		"yes":                    {"yes\n", true, false, nil},
		"y is not yes":           {"y\n", true, false, errDeclined},
		"nothing is not yes":     {"", true, false, errDeclined},
		"--yes asks nobody":      {"", false, true, nil},
		"nobody is there to ask": {"yes\n", false, false, &usageError{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			f := newFactory(iostreams.New(iostreams.Options{
				In: strings.NewReader(tc.answer), Out: &stdout, Err: &stderr, Terminal: &iostreams.Terminal{In: tc.terminal, Err: tc.terminal},
			}), System{})
			err := f.Confirm(t.Context(), "Type yes to deploy:", tc.yes)
			var usage *usageError
			if errors.As(tc.want, &usage) {
				if !errors.As(err, &usage) || !strings.Contains(err.Error(), "--yes") {
					t.Errorf("got %v", err)
				}
			} else if !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

// everyCommand walks the tree of commands.
func everyCommand(c *cobra.Command, do func(*cobra.Command)) {
	do(c)
	for _, sub := range c.Commands() {
		everyCommand(sub, do)
	}
}

func TestEveryCommandSaysHowItEnds(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	root := newRootCommand(testFactory(&stdout, &stderr))
	everyCommand(root, func(c *cobra.Command) {
		if c.HasSubCommands() || !c.Runnable() || c.Name() == "help" {
			return
		}
		if !strings.Contains(c.Long, "\nEXIT STATUS\n") {
			t.Errorf("%s: its help has no EXIT STATUS", c.CommandPath())
		}
	})
}

func TestHelpFitsATerminal(t *testing.T) {
	t.Parallel()
	const width = 80
	var stdout, stderr bytes.Buffer
	root := newRootCommand(testFactory(&stdout, &stderr))
	everyCommand(root, func(c *cobra.Command) {
		for line := range strings.SplitSeq(c.Long+"\n"+c.UsageString(), "\n") {
			if len(line) > width && !generated(c) {
				t.Errorf("%s: %d columns: %s", c.CommandPath(), len(line), line)
			}
		}
	})
}

// generated commands have texts that are not ours.
func generated(c *cobra.Command) bool {
	return c.Name() == "help" || c.Name() == "completion" || c.HasParent() && c.Parent().Name() == "completion"
}

func TestEveryCommandHasAnExample(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	root := newRootCommand(testFactory(&stdout, &stderr))
	everyCommand(root, func(c *cobra.Command) {
		if c.HasSubCommands() || !c.Runnable() || c.Hidden || generated(c) || c.Name() == "version" {
			return
		}
		if !strings.Contains(c.Example, "orgkeep ") {
			t.Errorf("%s has no example", c.CommandPath())
		}
	})
}

func TestNoFlagTakesASecret(t *testing.T) {
	t.Parallel()
	_, _, code := try(t, "auth", "login", "prod", "--access-token", "x")
	if code != ExitFailure {
		t.Errorf("exit %d", code)
	}
	out, _, _ := try(t, "auth", "login", "--help")
	for _, flag := range []string{"--access-token ", "--password ", "--client-secret ", "--token "} {
		if strings.Contains(out, flag) {
			t.Errorf("there is a flag %s", flag)
		}
	}
}

func TestCommandsRunSideBySide(t *testing.T) {
	t.Parallel()
	for range 4 {
		t.Run("version", func(t *testing.T) {
			t.Parallel()
			out, errs, code := try(t, "version", "--json")
			if code != ExitOK || errs != "" || !strings.HasPrefix(out, `{"schema_version":"1"`) {
				t.Errorf("exit %d, %s%s", code, out, errs)
			}
		})
	}
}
