package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/cli"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan/mutate"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/state/statetest"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// chaosLives is how many orgs, each with a repository of its own, go through how many
// cycles: a thousand in all with ORGKEEP_STUDY set. They wait most of the time, so that
// many fit side by side (-parallel 24).
func chaosLives() (lives, cycles int) {
	if os.Getenv("ORGKEEP_STUDY") != "" {
		return 100, 10
	}
	return 1, 4
}

// score sums up what became of the cycles.
type score struct {
	mu     sync.Mutex
	cycles int
	// struck counts cycles in which something went wrong on the way, passed those
	// that did what they should all the same.
	struck, passed int
	// spent are cycles in which the org ran out of calls, asked those of a deploy of
	// which no reply told whether it arrived.
	spent, asked int
	blows        map[string]int
	ends         map[string]int // by command and code
	errors       map[string]int // by what was said
}

// On a bad road to the org: a run that says it is complete is, what did not come is
// named and never taken as deleted, nothing is recorded but what the org or the
// snapshot before holds, nothing is deployed twice, and as soon as the road is good
// the next run gives what a run gives that never had trouble.
func TestABadRoadSpoilsNothing(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not here")
	}
	lives, cycles := chaosLives()
	sum := &score{blows: map[string]int{}, ends: map[string]int{}, errors: map[string]int{}}
	t.Run("lives", func(t *testing.T) {
		for seed := range uint64(lives) {
			t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
				t.Parallel()
				l := newLife(t, seed, sum)
				for n := range cycles {
					if l.cycle(n); t.Failed() {
						t.Fatalf("seed %d, cycle %d", seed, n)
					}
				}
			})
		}
	})
	t.Logf("%d cycles, in %d something struck, in %d of these the org ran out of calls, in %d a deploy had to be looked for; %d of the rest did all that they should", sum.cycles, sum.struck, sum.spent, sum.asked, sum.passed)
	for name, counts := range map[string]map[string]int{"struck": sum.blows, "ended": sum.ends, "said": sum.errors} {
		for _, what := range slices.Sorted(maps.Keys(counts)) {
			t.Logf("%s %6d  %s", name, counts[what], what)
		}
	}
	if sum.struck == 0 {
		t.Error("nothing ever struck")
	}
	if lives > 10 && sum.passed*100 < (sum.struck-sum.spent-sum.asked)*99 {
		t.Error("fewer than 99 of 100 runs got through")
	}
}

// life is an org with a repository, and a twin of the repository that only ever
// sees a good road.
type life struct {
	t          *testing.T
	seed       uint64
	rnd        *rand.Rand
	org        *emulator.Server
	arrivals   arrivals
	road       *chaos
	keep, twin string
	env        []string
	sum        *score
	ahead      atomic.Int64 // of the system's clock, for the org and the program alike
	// deletes: in the org components go that others need, as in no real one. A deploy
	// to it fails of itself.
	deletes bool
}

func (l *life) now() time.Time { return time.Now().Add(time.Duration(l.ahead.Load())) }

// later lets time pass.
func (l *life) later(d time.Duration) { l.ahead.Add(int64(d)) }

const (
	orgAlias = "prod"
	// chaosSealKey lets a repository and its twin seal alike.
	chaosSealKey = "orgkeep-seal-key:v1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
)

func newLife(t *testing.T, seed uint64, sum *score) *life {
	t.Helper()
	l := &life{t: t, seed: seed, rnd: rand.New(rand.NewPCG(seed, 56)), sum: sum, keep: t.TempDir(), twin: t.TempDir(), deletes: seed%3 == 2}
	var err error
	l.org, err = emulator.New(emulator.WithOrg(demo.Org()), emulator.WithSandbox(true), emulator.WithSeed(int64(seed)), emulator.WithHook(l.arrivals.note), emulator.WithClock(l.now))
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range demo.Users() {
		l.org.AddUser(u.Username, u.Name)
	}
	l.road = newChaos(l.org)
	front := httptest.NewServer(l.road)
	t.Cleanup(front.Close)
	c := l.org.Credentials()
	l.env = []string{
		"HOME=" + t.TempDir(), "ORGKEEP_KEYRING=off", "ORGKEEP_SEAL_KEY=" + chaosSealKey, "PATH=" + os.Getenv("PATH"),
		"GIT_AUTHOR_NAME=Ken", "GIT_AUTHOR_EMAIL=ken@example.com", "GIT_COMMITTER_NAME=Ken", "GIT_COMMITTER_EMAIL=ken@example.com", "GIT_CONFIG_NOSYSTEM=1",
		"ORGKEEP_ORG_PROD_INSTANCE_URL=" + front.URL, "ORGKEEP_ORG_PROD_CLIENT_ID=" + c.ClientID, "ORGKEEP_ORG_PROD_CLIENT_SECRET=" + c.ClientSecret,
	}
	for _, dir := range []string{l.keep, l.twin} {
		l.well(dir, "init", ".")
		l.well(dir, "snapshot", orgAlias)
	}
	return l
}

// outcome is how a command ended.
type outcome struct {
	code     cli.ExitCode
	out, err string
}

func (l *life) run(dir string, args ...string) outcome {
	l.t.Helper()
	var out, errs bytes.Buffer
	code := cli.Main(l.t.Context(), cli.System{Args: args, Stdout: &out, Stderr: &errs, Environ: l.env, Dir: dir, Now: l.now, FS: statetest.Unsynced()})
	o := outcome{code, out.String(), errs.String()}
	if strings.Contains(o.err, "bug in itself") {
		l.t.Errorf("%v: %s", args, o.err)
	}
	return o
}

// well runs a command on a good road, where it has to succeed.
func (l *life) well(dir string, args ...string) outcome {
	l.t.Helper()
	o := l.run(dir, args...)
	if o.code != cli.ExitOK {
		l.t.Fatalf("%v ended with %d: %s", args, o.code, o.err)
	}
	return o
}

// badly runs a command on a bad road, and counts what came of it.
func (l *life) badly(args ...string) (o outcome, hits map[string]int) {
	l.t.Helper()
	l.road.begin(l.rnd.Uint64(), l.rnd.IntN(50) == 0)
	o = l.run(l.keep, args...)
	hits = l.road.end()
	l.sum.mu.Lock()
	defer l.sum.mu.Unlock()
	l.sum.cycles++
	for name, n := range hits {
		l.sum.blows[name] += n
	}
	if len(hits) > 0 {
		l.sum.struck++
	}
	l.sum.ends[fmt.Sprintf("%s %d", args[0], o.code)]++
	if o.code == cli.ExitFailure || o.code == cli.ExitSignIn {
		l.sum.errors[said(o.err)]++
	}
	return o, hits
}

// passed counts a cycle that did all that it was to do.
func (l *life) passed(o outcome, hits map[string]int, codes ...cli.ExitCode) {
	l.sum.mu.Lock()
	defer l.sum.mu.Unlock()
	switch {
	case hits[requestLimit] > 0:
		l.sum.spent++
	case strings.Contains(o.err, `"outcome-unknown"`):
		l.sum.asked++
	case slices.Contains(codes, o.code) && len(hits) > 0:
		l.sum.passed++
	}
}

// said gives what an error says, without what differs from run to run.
func said(text string) string {
	var doc struct {
		Message string
		Detail  []string
	}
	if json.Unmarshal([]byte(text), &doc) != nil || doc.Message == "" {
		return text
	}
	return regexp.MustCompile(`127\.0\.0\.1:\d+|09S\w+|0Af\w+|\d{4}-\d\d-\d\dT[\d:]+Z`).ReplaceAllString(strings.Join(append([]string{doc.Message}, doc.Detail...), "; "), "_")
}

func (l *life) cycle(n int) {
	l.t.Helper()
	l.later(time.Duration(l.rnd.IntN(600)) * time.Second)
	switch n % 4 {
	case 0:
		l.snapshot()
	case 1:
		if l.deletes {
			l.snapshot()
		} else {
			l.rollback()
		}
	case 2:
		l.drift()
	case 3:
		l.snapshot("--full")
	}
	if out, err := l.git("fsck", "--full", "--strict"); err != nil || out != "" {
		l.t.Errorf("git fsck: %s %v", out, err)
	}
}

func (l *life) git(args ...string) (string, error) {
	cmd := exec.CommandContext(l.t.Context(), "git", args...)
	cmd.Dir, cmd.Env = l.keep, l.env
	out, err := cmd.CombinedOutput()
	text := string(out)
	// A repository without a branch of the user's is no fault.
	text = strings.ReplaceAll(text, "notice: HEAD points to an unborn branch (main)\n", "")
	return strings.TrimSpace(text), err
}

// mutate changes the org as people do.
func (l *life) mutate() {
	l.t.Helper()
	for range 1 + l.rnd.IntN(4) {
		m := mutate.Next(l.rnd, mutate.Org{Files: l.org.Files(), Registry: metadata.Default(), NoDeletions: !l.deletes})
		user := demo.Users()[l.rnd.IntN(len(demo.Users()))]
		if err := l.org.Edit(user.Username, func(e *emulator.Editor) error { return m.Apply(e) }); err != nil {
			l.t.Fatalf("%s: %v", m, err)
		}
	}
}

// held is what the newest snapshot of a repository holds.
func (l *life) held(dir string) (snapshot.ID, tree.Tree) {
	l.t.Helper()
	store, err := snapshot.Open(dir, snapshot.Options{})
	if err != nil {
		l.t.Fatal(err)
	}
	id, err := store.Head(l.t.Context(), "org/"+orgAlias)
	if err != nil {
		l.t.Fatal(err)
	}
	files, err := store.Tree(l.t.Context(), id, "metadata")
	if err != nil {
		l.t.Fatal(err)
	}
	return id, files
}

// truth is what a run holds that never had trouble.
func (l *life) truth() tree.Tree {
	l.t.Helper()
	l.well(l.twin, "snapshot", orgAlias, "--full", "--allow-deletions", "1000")
	_, files := l.held(l.twin)
	return files
}

func (l *life) snapshot(flags ...string) {
	l.t.Helper()
	l.mutate()
	truth := l.truth()
	old, before := l.held(l.keep)
	o, hits := l.badly(append([]string{"snapshot", orgAlias, "--json", "--quiet", "--allow-deletions", "1000"}, flags...)...)
	l.passed(o, hits, cli.ExitOK)
	now, after := l.held(l.keep)
	switch o.code {
	case cli.ExitOK:
		l.same(truth, after, "a run that says it is complete")
	case cli.ExitIncomplete:
		l.incomplete(truth, before, after, o)
	case cli.ExitFailure, cli.ExitSignIn:
		if now != old {
			l.t.Errorf("a run that failed moved the branch: %s", o.err)
		}
		l.explained(o)
	default:
		l.t.Errorf("snapshot ended with %d: %s", o.code, o.err)
	}
	l.well(l.keep, "snapshot", orgAlias, "--allow-deletions", "1000")
	_, healed := l.held(l.keep)
	l.same(truth, healed, "the run after "+o.err)
}

// explained wants an error to say something and what to do.
func (l *life) explained(o outcome) {
	l.t.Helper()
	var doc struct{ Code, Message string }
	if err := json.Unmarshal([]byte(o.err), &doc); err != nil || doc.Code == "" || doc.Message == "" {
		l.t.Errorf("it ended with %d and said %q", o.code, o.err)
	}
}

func (l *life) same(want, got tree.Tree, what string) {
	l.t.Helper()
	for c := range tree.Changed(want, got) {
		l.t.Errorf("%s: %s is not as in the org (%s, not %s)", what, c.Path, c.To, c.From)
	}
}

type gap struct {
	Type     string `json:"type"`
	FullName string `json:"full_name"`
}

// incomplete holds a run that is not complete to what it names.
func (l *life) incomplete(truth, before, after tree.Tree, o outcome) {
	l.t.Helper()
	var doc struct {
		Result []struct {
			Complete bool
			Missing  []gap
		}
	}
	if err := json.Unmarshal([]byte(o.out), &doc); err != nil || len(doc.Result) != 1 || doc.Result[0].Complete || len(doc.Result[0].Missing) == 0 {
		l.t.Errorf("it is incomplete and names nothing: %v %s", err, o.out)
		return
	}
	for c := range tree.Changed(truth, after) {
		if c.Path != "package.xml" && !excused(c.Path, doc.Result[0].Missing) {
			l.t.Errorf("%s is not as in the org and not named in %v", c.Path, doc.Result[0].Missing)
		}
	}
	for e := range before.All() {
		_, there := truth.Get(e.Path)
		if _, kept := after.Get(e.Path); there && !kept {
			l.t.Errorf("%s was taken as deleted", e.Path)
		}
	}
}

// excused tells whether a file's component, something in it or all that could be in
// it is named.
func excused(path string, gaps []gap) bool {
	registry := metadata.Default()
	c, ok := registry.ComponentAt(path)
	return ok && slices.ContainsFunc(gaps, func(g gap) bool {
		parent, _, child := registry.Parent(g.Type)
		switch {
		case g.Type == c.Type:
			return g.FullName == c.FullName || g.FullName == "*" || strings.HasSuffix(g.FullName, "/*") && strings.HasPrefix(c.FullName, strings.TrimSuffix(g.FullName, "*"))
		case child && parent.Name == c.Type:
			return g.FullName == "*" || strings.HasPrefix(g.FullName, c.FullName+".") || parent.Name == "CustomLabels"
		}
		return false
	})
}

func (l *life) drift() {
	l.t.Helper()
	l.mutate()
	_, held := l.held(l.keep)
	drifted := differ(held, l.truth())
	o, hits := l.badly("drift", orgAlias, "--json", "--quiet")
	l.passed(o, hits, cli.ExitOK, cli.ExitDifferences)
	switch o.code {
	case cli.ExitOK, cli.ExitDifferences:
		if drifted != (o.code == cli.ExitDifferences) {
			l.t.Errorf("drift is there: %t, and it ended with %d", drifted, o.code)
		}
	case cli.ExitIncomplete:
	case cli.ExitFailure, cli.ExitSignIn:
		l.explained(o)
	default:
		l.t.Errorf("drift ended with %d: %s", o.code, o.err)
	}
	l.well(l.keep, "snapshot", orgAlias, "--allow-deletions", "1000")
}

func (l *life) rollback() {
	l.t.Helper()
	target, want := l.held(l.keep)
	changes := demo.Changes()
	for _, n := range l.rnd.Perm(len(changes))[:1+l.rnd.IntN(3)] {
		c := changes[n]
		// What was changed before may not be there to be changed again.
		_ = l.org.Edit(c.User.Username, func(e *emulator.Editor) error { return c.Apply(e) })
	}
	sent := l.arrivals.of("deploy")
	args := []string{"rollback", orgAlias, "--to", target.String(), "--yes", "--allow-data-loss", "all", "--json", "--quiet"}
	o, hits := l.badly(args...)
	l.passed(o, hits, cli.ExitOK)
	switch o.code {
	case cli.ExitOK:
	case cli.ExitFailure, cli.ExitSignIn, cli.ExitIncomplete:
		if o.code != cli.ExitIncomplete || o.out == "" {
			l.explained(o)
		}
		l.t.Logf("the rollback ended with %d: %s", o.code, o.err)
		// What the org does not list by then has never arrived.
		l.later(5 * time.Minute)
		l.well(l.keep, "resume")
		l.well(l.keep, args...)
	default:
		l.t.Errorf("rollback ended with %d: %s", o.code, o.err)
	}
	if got := l.arrivals.of("deploy") - sent; got > 1 {
		l.t.Errorf("%d deploys were sent: %s", got, o.err)
	}
	l.well(l.keep, "snapshot", orgAlias, "--full")
	_, got := l.held(l.keep)
	l.same(want, got, "the org after the rollback")
}

func differ(a, b tree.Tree) bool {
	for range tree.Changed(a, b) {
		return true
	}
	return false
}
