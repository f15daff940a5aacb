package diff_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// corpora is where real files lie, when they are there.
const corpora = "../../../shared/corpora"

// pair is one file before and after a real commit.
type pair struct {
	ID, Class, Path string
}

func readPairs(t *testing.T) []pair {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(corpora, "pairs", "index.json"))
	if err != nil {
		t.Skipf("no real files: %v", err)
	}
	var pairs []pair
	if err := json.Unmarshal(b, &pairs); err != nil {
		t.Fatal(err)
	}
	return pairs
}

func (p pair) side(t *testing.T, name string) []byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(corpora, "pairs", p.Class, p.ID, name, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%s: %v %v", p.ID, files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRealCommitsAreToldForWhatTheyAre(t *testing.T) {
	t.Parallel()
	n, err := normalize.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range readPairs(t) {
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			path := strings.TrimPrefix(p.Path, "src/")
			before, after := p.side(t, "before"), p.side(t, "after")
			got := compare(t, map[string]string{path: string(before)}, map[string]string{path: string(after)})
			said := render(got)
			t.Log(said)
			if strings.Contains(said, "@@ -1 +1 @@\n        <?xml") {
				t.Error("compared as text")
			}
			switch p.Class {
			case "format":
				if n.Handles(path) && len(got.Changes) > 0 {
					t.Errorf("form is told:\n%s", said)
				}
			case "order":
				same := string(n.Bytes(path, before).Output) == string(n.Bytes(path, after).Output)
				if same && len(got.Changes) > 0 || !onlyMoves(got) {
					t.Errorf("the order of a set is told:\n%s", said)
				}
			case "position":
				if len(got.Changes) == 0 || !onlyMoves(got) {
					t.Errorf("a move is not told as one:\n%s", said)
				}
			default:
				if len(got.Changes) == 0 {
					t.Error("a change is not told")
				}
			}
		})
	}
}

func onlyMoves(r diff.Result) bool {
	for _, c := range r.Changes {
		for _, e := range c.Elements {
			if e.Kind != diff.Moved {
				return false
			}
		}
	}
	return true
}
