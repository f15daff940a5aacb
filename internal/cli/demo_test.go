package cli

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/state"
)

// brokenDisk makes no folders after the first ones.
type brokenDisk struct{ state.FS }

var errBrokenDisk = errors.New("the disk is broken")

func (brokenDisk) MkdirAll(string, fs.FileMode) error { return errBrokenDisk }

func TestADemoThatDoesNotHoldSaysWhichAct(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	code := Main(t.Context(), System{
		Args: []string{"demo"}, Stdout: &stdout, Stderr: &stderr, Dir: t.TempDir(), FS: brokenDisk{state.OS()},
	})
	if code != ExitFailure || !strings.Contains(stderr.String(), "error: the demo did not hold: act 1, Make a repository and sign in: orgkeep init") {
		t.Errorf("exit %d, %s", code, stderr.String())
	}
	if strings.Contains(stdout.String(), "Every act held") {
		t.Errorf("got %s", stdout.String())
	}
}

func TestTheStorysClockGoesOnFromWhereItIsSet(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	c := storyClock{real: func() time.Time { return now }, ahead: firstEvening}
	evening := c.now()
	now = now.Add(time.Second)
	if got := c.now().Sub(evening); got != time.Second {
		t.Errorf("a second later it is %s later", got)
	}
	c.ahead = morningBegins
	if !c.now().Equal(now) {
		t.Errorf("in the morning it is %s", c.now())
	}
}

func TestCommandsAreShownAsTheyAreTyped(t *testing.T) {
	t.Parallel()
	for want, tc := range map[string]struct {
		stdin string
		args  []string
	}{
		"orgkeep snapshot prod":                           {"", []string{"snapshot", "prod"}},
		"orgkeep tag prod v1 -m 'two words'":              {"", []string{"tag", "prod", "v1", "-m", "two words"}},
		`orgkeep show 'it'\''s'`:                          {"", []string{"show", "it's"}},
		"printf %s 'a$b' | orgkeep auth login --client x": {"a$b", []string{"auth", "login", "--client", "x"}},
	} {
		if got := commandLine(tc.stdin, tc.args); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
