package examples

import (
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// The parts of the services' files that are read here. What else stands in them
// is the services' own.
type githubWorkflow struct {
	Name        string            `yaml:"name"`
	On          map[string]any    `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Concurrency string            `yaml:"concurrency"`
	Env         map[string]string `yaml:"env"`
	Jobs        map[string]struct {
		Needs       string `yaml:"needs"`
		RunsOn      string `yaml:"runs-on"`
		Environment string `yaml:"environment"`
		Timeout     int    `yaml:"timeout-minutes"`
		Steps       []struct {
			Name string            `yaml:"name"`
			ID   string            `yaml:"id"`
			If   string            `yaml:"if"`
			Uses string            `yaml:"uses"`
			With map[string]string `yaml:"with"`
			Run  string            `yaml:"run"`
			Env  map[string]string `yaml:"env"`
		} `yaml:"steps"`
	} `yaml:"jobs"`
}

type gitlabJob struct {
	Stage       string           `yaml:"stage"`
	Needs       []string         `yaml:"needs"`
	Rules       []map[string]any `yaml:"rules"`
	Script      []string         `yaml:"script"`
	Environment map[string]any   `yaml:"environment"`
	Artifacts   struct {
		When    string            `yaml:"when"`
		Paths   []string          `yaml:"paths"`
		Expose  string            `yaml:"expose_as"`
		Reports map[string]string `yaml:"reports"`
	} `yaml:"artifacts"`
}

type azureStep struct {
	Script      string            `yaml:"script"`
	DisplayName string            `yaml:"displayName"`
	Task        string            `yaml:"task"`
	Checkout    string            `yaml:"checkout"`
	Publish     string            `yaml:"publish"`
	Download    string            `yaml:"download"`
	Env         map[string]string `yaml:"env"`
}

type azureJob struct {
	Job         string      `yaml:"job"`
	Deployment  string      `yaml:"deployment"`
	DependsOn   string      `yaml:"dependsOn"`
	Environment string      `yaml:"environment"`
	Steps       []azureStep `yaml:"steps"`
	Strategy    struct {
		RunOnce struct {
			Deploy struct {
				Steps []azureStep `yaml:"steps"`
			} `yaml:"deploy"`
		} `yaml:"runOnce"`
	} `yaml:"strategy"`
}

type cronJob struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   struct {
		Name string `yaml:"name"`
	} `yaml:"metadata"`
	Spec struct {
		Schedule    string `yaml:"schedule"`
		Concurrency string `yaml:"concurrencyPolicy"`
		JobTemplate struct {
			Spec struct {
				Template struct {
					Spec struct {
						Restart    string `yaml:"restartPolicy"`
						Containers []struct {
							Name         string           `yaml:"name"`
							Image        string           `yaml:"image"`
							Command      []string         `yaml:"command"`
							Args         []string         `yaml:"args"`
							Env          []map[string]any `yaml:"env"`
							VolumeMounts []struct {
								Name string `yaml:"name"`
							} `yaml:"volumeMounts"`
						} `yaml:"containers"`
						Volumes []struct {
							Name string `yaml:"name"`
						} `yaml:"volumes"`
					} `yaml:"spec"`
				} `yaml:"template"`
			} `yaml:"spec"`
		} `yaml:"jobTemplate"`
	} `yaml:"spec"`
}

func load(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// scripts gives the shell scripts of a file by what they are called there.
func scripts(t *testing.T, name string) map[string]string {
	t.Helper()
	out := map[string]string{}
	switch strings.SplitN(name, "/", 2)[0] {
	case "github-actions":
		var w githubWorkflow
		load(t, name, &w)
		for job, j := range w.Jobs {
			for _, s := range j.Steps {
				if s.Run != "" {
					out[job+"/"+s.Name] = s.Run
				}
			}
		}
	case "gitlab-ci":
		var jobs map[string]yaml.Node
		load(t, name, &jobs)
		for job, node := range jobs {
			var j gitlabJob
			if node.Decode(&j) == nil && len(j.Script) > 0 {
				out[job] = strings.Join(j.Script, "\n")
			}
		}
	case "azure-pipelines":
		for job, j := range azureJobs(t, name) {
			for _, s := range append(j.Steps, j.Strategy.RunOnce.Deploy.Steps...) {
				if s.Script != "" {
					out[job+"/"+s.DisplayName] = s.Script
				}
			}
		}
	case "jenkins":
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, stage := range strings.Split(string(text), "stage('")[1:] {
			title, body, _ := strings.Cut(stage, "')")
			for _, m := range regexp.MustCompile(`(?s)sh '''(.*?)'''`).FindAllStringSubmatch(body, -1) {
				out[title] += m[1]
			}
		}
	case "kubernetes":
		var c cronJob
		load(t, name, &c)
		for _, k := range c.Spec.JobTemplate.Spec.Template.Spec.Containers {
			out[k.Name] = strings.Join(k.Args, "\n")
		}
	}
	return out
}

func azureJobs(t *testing.T, name string) map[string]azureJob {
	t.Helper()
	var p struct {
		Jobs []azureJob `yaml:"jobs"`
	}
	load(t, name, &p)
	out := map[string]azureJob{}
	for _, j := range p.Jobs {
		out[j.Job+j.Deployment] = j
	}
	return out
}

var cronField = regexp.MustCompile(`^(\*|[0-9]+(-[0-9]+)?)(/[0-9]+)?$`)

func checkCron(t *testing.T, text string) {
	t.Helper()
	fields := strings.Fields(text)
	if len(fields) != 5 || slices.ContainsFunc(fields, func(f string) bool { return !cronField.MatchString(f) }) {
		t.Errorf("%q is no time for cron", text)
	}
}

func TestGitHubWorkflows(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"snapshot", "drift", "rollback"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w githubWorkflow
			load(t, path.Join("github-actions", name+".yaml"), &w)
			if w.Name != name || len(w.Permissions) == 0 || w.Concurrency == "" || len(w.Jobs) == 0 {
				t.Errorf("%+v", w)
			}
			if _, byHand := w.On["workflow_dispatch"]; !byHand {
				t.Error("it cannot be started by hand")
			}
			if at, ok := w.On["schedule"].([]any); ok {
				for _, s := range at {
					checkCron(t, fmt.Sprint(s.(map[string]any)["cron"]))
				}
			}
			for id, j := range w.Jobs {
				if j.RunsOn == "" || j.Timeout == 0 {
					t.Errorf("%s: no machine or no limit", id)
				}
				for _, s := range j.Steps {
					if (s.Uses == "") == (s.Run == "") {
						t.Errorf("%s: a step that both uses and runs, or neither: %+v", id, s)
					}
					if s.Uses != "" && !regexp.MustCompile(`^[\w-]+/[\w/-]+@v\d+$`).MatchString(s.Uses) {
						t.Errorf("%s: %s has no version", id, s.Uses)
					}
					// What somebody typed or named must not become part of a script.
					if strings.Contains(s.Run, "${{") {
						t.Errorf("%s: %s puts an expression into a script", id, s.Name)
					}
				}
			}
		})
	}
	var w githubWorkflow
	load(t, "github-actions/rollback.yaml", &w)
	if a := w.Jobs["apply"]; a.Environment != "production" || a.Needs != "plan" || w.On["schedule"] != nil {
		t.Errorf("nobody approves: %+v", a)
	}
}

func TestGitLabPipeline(t *testing.T) {
	t.Parallel()
	var jobs map[string]yaml.Node
	load(t, "gitlab-ci/gitlab-ci.yml", &jobs)
	var stages []string
	stageNode := jobs["stages"]
	if err := stageNode.Decode(&stages); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"snapshot", "drift", "plan", "rollback"} {
		var j gitlabJob
		node, ok := jobs[name]
		if !ok {
			t.Fatalf("there is no job %s", name)
		}
		if err := node.Decode(&j); err != nil {
			t.Fatal(err)
		}
		if len(j.Script) == 0 || len(j.Rules) == 0 || !slices.Contains(stages, j.Stage) {
			t.Errorf("%s: %+v", name, j)
		}
		for _, file := range append(j.Artifacts.Paths, j.Artifacts.Reports["junit"]) {
			if file != "" && !strings.Contains(strings.Join(j.Script, "\n"), file) {
				t.Errorf("%s: nothing writes %s", name, file)
			}
		}
		if name == "rollback" && (j.Rules[0]["when"] != "manual" || j.Environment["name"] != "production" || !slices.Contains(j.Needs, "plan")) {
			t.Errorf("nobody approves: %+v", j)
		}
	}
}

func TestAzurePipeline(t *testing.T) {
	t.Parallel()
	const name = "azure-pipelines/azure-pipelines.yml"
	var p struct {
		Trigger   string `yaml:"trigger"`
		Schedules []struct {
			Cron     string              `yaml:"cron"`
			Branches map[string][]string `yaml:"branches"`
		} `yaml:"schedules"`
	}
	load(t, name, &p)
	if p.Trigger != "none" || len(p.Schedules) != 2 {
		t.Errorf("%+v", p)
	}
	for _, s := range p.Schedules {
		checkCron(t, s.Cron)
		if len(s.Branches["include"]) == 0 {
			t.Error("a schedule without a branch never runs")
		}
	}
	jobs := azureJobs(t, name)
	for id, j := range jobs {
		steps := append(j.Steps, j.Strategy.RunOnce.Deploy.Steps...)
		if len(steps) == 0 || steps[0].Checkout != "self" {
			t.Errorf("%s does not begin with the repository", id)
		}
		for _, s := range steps {
			if strings.Contains(s.Script, "${{") || strings.Contains(s.Script, "$(sf") {
				t.Errorf("%s: %s puts an expression into a script", id, s.DisplayName)
			}
		}
	}
	if j := jobs["rollback"]; j.Environment != "production" || j.DependsOn != "plan" {
		t.Errorf("nobody approves: %+v", j)
	}
}

func TestJenkinsPipeline(t *testing.T) {
	t.Parallel()
	text := exampleFiles(t)["jenkins/Jenkinsfile"]
	for _, want := range []string{"pipeline {", "agent any", "stages {", "disableConcurrentBuilds()", "junit 'drift.xml'", "input message:"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	depth := 0
	for _, r := range regexp.MustCompile(`(?s)'''.*?'''|"[^"\n]*"|'[^'\n]*'|//[^\n]*`).ReplaceAllString(text, "") {
		switch r {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth < 0 {
			t.Fatal("a brace too many")
		}
	}
	if depth != 0 {
		t.Errorf("%d braces are open", depth)
	}
}

func TestKubernetesCronJob(t *testing.T) {
	t.Parallel()
	var c cronJob
	load(t, "kubernetes/cronjob.yaml", &c)
	if c.APIVersion != "batch/v1" || c.Kind != "CronJob" || c.Metadata.Name == "" || c.Spec.Concurrency != "Forbid" {
		t.Errorf("%+v", c)
	}
	checkCron(t, c.Spec.Schedule)
	pod := c.Spec.JobTemplate.Spec.Template.Spec
	if pod.Restart != "Never" || len(pod.Containers) != 1 {
		t.Errorf("%+v", pod)
	}
	var volumes []string
	for _, v := range pod.Volumes {
		volumes = append(volumes, v.Name)
	}
	for _, k := range pod.Containers {
		if k.Image == "" || !slices.Equal(k.Command, []string{"/bin/sh", "-c"}) || len(k.Args) != 1 {
			t.Errorf("%+v", k)
		}
		for _, m := range k.VolumeMounts {
			if !slices.Contains(volumes, m.Name) {
				t.Errorf("there is no volume %s", m.Name)
			}
		}
		for _, e := range k.Env {
			if (e["value"] == nil) == (e["valueFrom"] == nil) {
				t.Errorf("a variable with two values, or none: %v", e)
			}
		}
	}
}

func TestTimersAndCrontabs(t *testing.T) {
	t.Parallel()
	files := exampleFiles(t)
	for line := range strings.SplitSeq(files["cron/crontab"], "\n") {
		if strings.HasPrefix(line, "#") || strings.Contains(line, "=") || strings.TrimSpace(line) == "" {
			continue
		}
		checkCron(t, strings.Join(strings.Fields(line)[:5], " "))
	}
	for name, want := range map[string][]string{
		"systemd/orgkeep-snapshot@.service": {"[Unit]", "[Service]", "Type=oneshot", "ExecStart=/usr/bin/orgkeep snapshot %i", "SuccessExitStatus=3 11"},
		"systemd/orgkeep-snapshot@.timer":   {"[Unit]", "[Timer]", "OnCalendar=hourly", "[Install]", "WantedBy=timers.target"},
	} {
		for _, line := range want {
			if !strings.Contains("\n"+files[name], "\n"+line+"\n") {
				t.Errorf("%s has no line %s", name, line)
			}
		}
	}
}
