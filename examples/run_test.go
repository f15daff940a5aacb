package examples

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// pipeline says which scripts of an example make up what is tried, and how its
// service runs a script.
type pipeline struct {
	file   string // %s stands for snapshot, drift or rollback
	shell  []string
	looks  string // compares
	found  int    // the exit code of that script where there is drift
	report string
	takes  string // takes a snapshot
	plans  string // makes plan.json; empty where there is no rollback
	acts   string
}

func pipelines() map[string]pipeline {
	strict := []string{"bash", "-e"}
	return map[string]pipeline{
		"GitHub": {"github-actions/%s.yaml", strict, "prod/Drift", 0, "drift.md", "prod/Snapshot", "plan/Plan", "apply/Apply"},
		"GitLab": {"gitlab-ci/gitlab-ci.yml", []string{"bash", "-eo", "pipefail"}, "drift", 2, "drift.xml", "snapshot", "plan", "rollback"},
		// Azure does not stop at an error by itself.
		"Azure":      {"azure-pipelines/azure-pipelines.yml", []string{"bash"}, "look/Drift", 2, "drift.xml", "look/Snapshot", "plan/Plan", "rollback/Apply"},
		"Jenkins":    {"jenkins/Jenkinsfile", []string{"sh", "-xe"}, "Drift", 0, "drift.html", "Snapshot", "Plan", "Rollback"},
		"Kubernetes": {"kubernetes/cronjob.yaml", []string{"sh"}, "", 0, "", "snapshot", "", ""},
	}
}

// fetchSnapshots is what every service does before our commands.
const fetchSnapshots = `git fetch -q --tags origin '+refs/heads/org/*:refs/heads/org/*' '+refs/orgkeep/*:refs/orgkeep/*'`

// site is a place where pipelines run: an org, a repository to clone, and what
// the service sets.
type site struct {
	t      *testing.T
	org    *emulator.Server
	origin string
	dir    string
	env    []string
}

func newSite(t *testing.T) *site {
	t.Helper()
	for _, tool := range []string{"bash", "sh", "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is no %s here", tool)
		}
	}
	// A small org will do: what is tried are the scripts.
	class := &fstest.MapFile{Data: []byte("public class Router {}\n")}
	org, err := emulator.New(emulator.WithOrg(fstest.MapFS{"classes/Router.cls": class}))
	if err != nil {
		t.Fatal(err)
	}
	if err := org.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = org.Close() })
	s := &site{t: t, org: org, dir: t.TempDir()}
	s.origin = filepath.Join(s.dir, "origin.git")
	s.write("home/.gitconfig", "[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n")
	c := org.Credentials()
	s.env = []string{
		"PATH=" + filepath.Dir(built(t)) + string(os.PathListSeparator) + os.Getenv("PATH"),
		"HOME=" + filepath.Join(s.dir, "home"), "ORGKEEP_KEYRING=off", "GIT_CONFIG_NOSYSTEM=1",
		"ORGKEEP_ORG_PROD_INSTANCE_URL=" + c.URL, "ORGKEEP_ORG_PROD_CLIENT_ID=" + c.ClientID, "ORGKEEP_ORG_PROD_CLIENT_SECRET=" + c.ClientSecret,
		"GIT_AUTHOR_NAME=orgkeep", "GIT_AUTHOR_EMAIL=o@acme.example", "GIT_COMMITTER_NAME=orgkeep", "GIT_COMMITTER_EMAIL=o@acme.example",
		"GITHUB_STEP_SUMMARY=" + filepath.Join(s.dir, "summary"), "GITHUB_OUTPUT=" + filepath.Join(s.dir, "output"),
		"TO=prod~1", "ALLOW_DATA_LOSS=all", "PIPELINE_WORKSPACE=" + s.dir,
	}
	s.run(s.dir, 0, []string{"sh", "-e"}, "git init -q --bare origin.git\ngit clone -q origin.git first\ncd first\ngit commit -q --allow-empty -m first\ngit push -q origin HEAD:main")
	return s
}

func (s *site) write(name, text string) {
	s.t.Helper()
	file := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
		s.t.Fatal(err)
	}
}

// clone gives a fresh checkout, as each job gets one, with the snapshots.
func (s *site) clone(name string) string {
	s.t.Helper()
	dir := filepath.Join(s.dir, name)
	s.run(s.dir, 0, []string{"sh", "-e"}, "git clone -q origin.git "+name)
	s.run(dir, 0, []string{"sh", "-e"}, fetchSnapshots)
	return dir
}

// run runs a script as a service does, and checks its exit code.
func (s *site) run(dir string, want int, shell []string, script string) {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "script")
	if err := os.WriteFile(file, []byte(script+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.CommandContext(s.t.Context(), shell[0], append(slices.Clone(shell[1:]), file)...)
	cmd.Dir, cmd.Env = dir, s.env
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		s.t.Fatalf("exit %d, want %d\n%s\n%s", got, want, script, out)
	}
}

func (s *site) read(name string) string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// added is a component that somebody makes in the org.
func added() metadata.Component { return metadata.Component{Type: "ApexClass", FullName: "Added"} }

// TestPipelinesRun runs the scripts of each example, each in a checkout of its
// own, against an emulated org: a snapshot, a change, drift, a snapshot again, a
// plan, and the rollback.
func TestPipelinesRun(t *testing.T) {
	t.Parallel()
	for name, p := range pipelines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			all := p.scripts(t)
			s.run(s.clone("one"), 0, p.shell, all[p.takes])
			s.change()
			if p.looks != "" {
				dir := s.clone("two")
				s.run(dir, p.found, p.shell, all[p.looks])
				if !strings.Contains(s.read("two/"+p.report), "Added") {
					t.Errorf("%s does not tell", p.report)
				}
			}
			s.run(s.clone("three"), 0, p.shell, all[p.takes])
			s.run(s.dir, 0, []string{"sh", "-e"}, `[ "$(git -C origin.git log --format=%s org/prod | wc -l)" -ge 2 ]`)
			if p.plans != "" {
				s.rollback(p, all)
			}
		})
	}
}

// scripts are those of all files of an example.
func (p pipeline) scripts(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, kind := range []string{"snapshot", "drift", "rollback"} {
		maps.Copy(out, scripts(t, strings.ReplaceAll(p.file, "%s", kind)))
	}
	for _, name := range []string{p.takes, p.looks, p.plans, p.acts} {
		if name != "" && out[name] == "" {
			t.Fatalf("there is no script %s among %v", name, slices.Sorted(maps.Keys(out)))
		}
	}
	return out
}

func (s *site) change() {
	s.t.Helper()
	s.org.AddUser("dana@acme.example", "Dana")
	err := s.org.Edit("dana@acme.example", func(e *emulator.Editor) error {
		return e.Put("classes/Added.cls", []byte("public class Added {}\n"))
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) rollback(p pipeline, all map[string]string) {
	s.t.Helper()
	planned := s.clone("four")
	s.run(planned, 0, p.shell, all[p.plans])
	plan, err := os.ReadFile(filepath.Join(planned, "plan.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	// The service carries the plan from job to job.
	s.clone("five")
	s.write("five/plan.json", string(plan))
	s.write("plan/plan.json", string(plan))
	s.run(filepath.Join(s.dir, "five"), 0, p.shell, all[p.acts])
	if s.org.Has(added()) {
		s.t.Error("the org was not rolled back")
	}
}

func TestTheIssueOnGitHubFollowsTheDrift(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash here")
	}
	issue := scripts(t, "github-actions/drift.yaml")["prod/Issue"]
	for name, tc := range map[string]struct{ code, open, want string }{
		"drift, and no issue": {"2", "", "issue create --title prod has drifted --label drift --body-file drift.md"},
		"drift, and an issue": {"2", "7", "issue edit 7 --body-file drift.md"},
		"gaps are told too":   {"3", "", "issue create --title prod has drifted --label drift --body-file drift.md"},
		"no drift any more":   {"0", "7", "issue close 7 --comment There is no drift any more."},
		"nothing, and none":   {"0", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &site{t: t, dir: t.TempDir()}
			s.write("bin/gh", "#!/bin/sh\ncase \"$1 $2\" in\n'issue list') echo '"+tc.open+"' ;;\n'label create') ;;\n*) echo \"$@\" >>"+filepath.Join(s.dir, "asked")+" ;;\nesac\n")
			s.write("asked", "")
			s.env = []string{"PATH=" + filepath.Join(s.dir, "bin") + string(os.PathListSeparator) + os.Getenv("PATH"), "CODE=" + tc.code}
			s.run(s.dir, 0, []string{"bash", "-e"}, issue)
			said := strings.TrimSpace(s.read("asked"))
			if said != tc.want {
				t.Errorf("gh was asked for %q, want %q", said, tc.want)
			}
		})
	}
}
