package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// story runs the acts of the demo: real commands, in this process, on an org that
// the emulator serves.
type story struct {
	opts   demoOptions
	f      *Factory
	server *emulator.Server
	dir    string // everything that goes at the end
	repo   string // the repository; elsewhere with --keep
	in     *bufio.Reader
	clock  *storyClock
	result demoResult
	had    map[metadata.Component]bool // see remember
	// now gathers what the act that is on runs.
	now *actResult
}

// storyClock runs with the real one, and can be set.
type storyClock struct {
	real  func() time.Time
	ahead time.Duration // negative: the story lies in the past
}

func (c *storyClock) now() time.Time { return c.real().Add(c.ahead) }

// Times of the story, before the present: the org was set up long ago, the first
// snapshot is of yesterday evening, and the changes are made over night.
const (
	orgMade       = -40 * 24 * time.Hour
	firstEvening  = -14 * time.Hour
	nightBegins   = -11 * time.Hour
	betweenEdits  = 15 * time.Minute
	morningBegins = 0
)

func newStory(ctx context.Context, opts demoOptions) (*story, error) {
	f := opts.Factory
	s := &story{opts: opts, f: f, clock: &storyClock{real: f.Now, ahead: orgMade}}
	if f.IO.In != nil {
		s.in = bufio.NewReader(f.IO.In)
	}
	dir, err := os.MkdirTemp(f.Env.Get("TMPDIR"), "orgkeep-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the demo: %w", err)
	}
	s.dir, s.repo = dir, filepath.Join(dir, "acme")
	if opts.Keep != "" {
		s.repo = f.Path(opts.Keep)
		err = checkKeep(s.repo)
	}
	if err == nil {
		err = s.serve(ctx)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	s.result.Directory = ""
	if opts.Keep != "" {
		s.result.Directory = s.repo
	}
	return s, nil
}

// serve starts the org on a free loopback port.
func (s *story) serve(ctx context.Context) error {
	admin := demo.Administrator()
	server, err := emulator.New(
		emulator.WithOrg(demo.Org()), emulator.WithOrgName("Acme"), emulator.WithUsername(admin.Username),
		emulator.WithUserFullName(admin.Name), emulator.WithSandbox(false), emulator.WithClock(s.clock.now),
	)
	if err != nil {
		return fmt.Errorf("load the org: %w", err)
	}
	for _, u := range demo.Users() {
		server.AddUser(u.Username, u.Name)
	}
	if err := server.Start(ctx, "127.0.0.1:0"); err != nil {
		return fmt.Errorf("serve the org: %w", err)
	}
	s.server = server
	return nil
}

func (s *story) close() {
	if s.server != nil {
		_ = s.server.Close()
	}
	_ = os.RemoveAll(s.dir)
}

// play runs an act.
func (s *story) play(ctx context.Context, n int, a act) error {
	if n > 1 && s.opts.Step {
		if err := s.wait(ctx); err != nil {
			return err
		}
	}
	s.say("\n%s", s.f.IO.OutStyle().Bold(fmt.Sprintf("%d. %s", n, a.title)))
	s.result.Acts = append(s.result.Acts, actResult{Title: a.title, Commands: []commandResult{}})
	s.now = &s.result.Acts[len(s.result.Acts)-1]
	return a.play(ctx, s)
}

// say prints a line of the story; with --json there is no story.
func (s *story) say(format string, args ...any) {
	if !s.f.JSON() {
		fmt.Fprintf(s.f.IO.Out, format+"\n", args...)
	}
}

// wait waits for Enter. At the end of stdin nobody is there to wait for.
func (s *story) wait(ctx context.Context) error {
	if s.in == nil {
		return nil
	}
	fmt.Fprint(s.f.IO.Err, "\n[Enter]")
	if err := s.f.IO.Flush(); err != nil {
		return err
	}
	pressed := make(chan struct{})
	go func() {
		defer close(pressed)
		// A read cannot be cancelled; after an interrupt the process ends.
		_, _ = s.in.ReadString('\n')
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-pressed:
		return nil
	}
}

// run prints a command and runs it; stdin is what it is given to read. It fails
// unless the command ends with the code wanted.
func (s *story) run(ctx context.Context, want ExitCode, stdin string, args ...string) error {
	line := commandLine(stdin, args)
	s.say("$ %s", line)
	var out, errs io.Writer = s.f.IO.Out, s.f.IO.Err
	if s.f.JSON() {
		out, errs = io.Discard, io.Discard
	}
	code := Main(ctx, s.system(stdin, out, errs, args))
	if err := s.f.IO.Flush(); err != nil {
		return err
	}
	s.now.Commands = append(s.now.Commands, commandResult{line, code})
	if code != want {
		return fmt.Errorf("%s ended with exit %d, not %d", line, code, want)
	}
	if code != ExitOK {
		s.say("%s", s.f.IO.OutStyle().Dim(fmt.Sprintf("(exit %d)", code)))
	}
	return nil
}

// ask runs a command without showing it and gives the result of its JSON.
func (s *story) ask(ctx context.Context, result any, args ...string) error {
	var out, errs bytes.Buffer
	code := Main(ctx, s.system("", &out, &errs, append(args, "--json")))
	if code != ExitOK && code != ExitDifferences {
		return fmt.Errorf("%s ended with exit %d: %s", commandLine("", args), code, strings.TrimSpace(errs.String()))
	}
	doc := struct{ Result any }{result}
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		return fmt.Errorf("read what %s printed: %w", commandLine("", args), err)
	}
	return nil
}

// system is that of a command of the story: its clock, its folder, and nothing of
// the user's settings, sign-ins and environment.
func (s *story) system(stdin string, out, errs io.Writer, args []string) System {
	dir := s.repo
	if _, err := os.Stat(dir); err != nil {
		dir = s.dir // init has not made it yet
	}
	environ := []string{"ORGKEEP_CONFIG_DIR=" + filepath.Join(s.dir, "config"), "ORGKEEP_KEYRING=off"}
	if !s.f.IO.OutStyle().Enabled() {
		environ = append(environ, "NO_COLOR=1")
	}
	// In a pipe too the story is for people.
	terminal := &iostreams.Terminal{Out: true, Err: s.f.IO.ErrIsTerminal() && !s.f.JSON(), Width: s.f.IO.Width()}
	return System{
		Args: args, Stdin: strings.NewReader(stdin), Stdout: out, Stderr: errs, Environ: environ, Dir: dir,
		Now: s.clock.now, FS: s.f.Sys.FS, Build: s.f.Sys.Build, Terminal: terminal,
	}
}

// commandLine is a command as it is typed.
func commandLine(stdin string, args []string) string {
	words := make([]string, 0, len(args)+1)
	for _, a := range append([]string{"orgkeep"}, args...) {
		words = append(words, shellWord(a))
	}
	line := strings.Join(words, " ")
	if stdin != "" {
		line = "printf %s " + shellWord(stdin) + " | " + line
	}
	return line
}

// identify tells the repository who commits, as git config does.
func (s *story) identify(ctx context.Context, name, mail string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.say("$ git config user.name %s\n$ git config user.email %s", shellWord(name), shellWord(mail))
	file := filepath.Join(s.repo, ".git", "config")
	old, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read git's settings: %w", err)
	}
	text := fmt.Sprintf("%s[user]\n\tname = %s\n\temail = %s\n", old, name, mail)
	if err := state.WriteFile(s.f.Sys.FS, file, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write git's settings: %w", err)
	}
	return nil
}

// alias of the demo's org.
const demoAlias = "prod"

func (s *story) opening() {
	s.say("An org, Acme, listens at %s. It lives in this program alone.", s.server.URL())
	s.say("The commands below are the real ones.")
}

func (s *story) ending() {
	s.say("\nEvery act held.")
	if s.opts.Keep != "" {
		s.say("The repository is in %s; look around:", s.repo)
		s.say("  cd %s\n  orgkeep log %s\n  orgkeep diff %s~1 %s\n  git log --stat org/%s", shellWord(s.repo), demoAlias, demoAlias, demoAlias, demoAlias)
		return
	}
	s.say("To repeat it by hand, start  orgkeep emulator  in another terminal;\nto keep the repository:  orgkeep demo --keep ./acme")
}
