package archtest

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../../"

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(root + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// steps asks the gate for its steps.
func steps(t *testing.T) []string {
	t.Helper()
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	out, err := exec.CommandContext(t.Context(), shell, root+".ci/run", "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

func TestTheHostedWorkflowRunsTheGateStepByStep(t *testing.T) {
	t.Parallel()
	var hosted []string
	for _, m := range regexp.MustCompile(`run: \.ci/run (\w+)`).FindAllStringSubmatch(read(t, ".github/workflows/ci.yaml"), -1) {
		hosted = append(hosted, m[1])
	}
	if want := steps(t); !slices.Equal(want, hosted) {
		t.Errorf("the workflow runs %v, the gate %v", hosted, want)
	}
}

func TestTheReadmeNamesTheCommandsTheGateRuns(t *testing.T) {
	t.Parallel()
	readme := read(t, "README.md")
	for _, m := range regexp.MustCompile(`(?m)^(?:TEST|DEMO)_COMMAND='(.+)'$`).FindAllStringSubmatch(read(t, ".ci/run"), -1) {
		if !strings.Contains(readme, m[1]) {
			t.Errorf("README.md does not name %s", m[1])
		}
	}
}
