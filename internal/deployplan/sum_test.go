package deployplan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// A plan is known again from its file, however that is laid out, and also where the org
// sent what is no text.
func TestAPlanIsUsedAsItWasWritten(t *testing.T) {
	t.Parallel()
	for name, odd := range map[string]string{"text": "Acme & <Sons>", "no UTF-8": "Acme \xff\xfe", "what stands for that": "Acme \uFFFD", "words for that": `Acme \ufffd`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := &deployplan.Plan{
				SchemaVersion: deployplan.SchemaVersion, OrgName: odd,
				Actions: []deployplan.Action{{Component: metadata.Component{Type: "ApexClass", FullName: "Hello"}, Reason: odd}},
				Stages:  []deployplan.Stage{{Name: "main", Files: []deployplan.File{{Path: "classes/Hello.cls", Content: []byte(odd)}}}},
				Base:    map[string]string{"ApexClass:Hello": odd},
			}
			file := encode(t, plan)
			want, err := plan.Digest()
			must(t, err)
			var tight bytes.Buffer
			must(t, json.Compact(&tight, file))
			for _, data := range [][]byte{file, tight.Bytes()} {
				read, err := deployplan.Read(bytes.NewReader(data), nil)
				must(t, err)
				if got, err := read.Digest(); err != nil || got != want {
					t.Errorf("the digest is %s, not %s: %v", got, want, err)
				}
			}
			for _, damaged := range []string{
				strings.Replace(string(file), "ApexClass:Hello", "ApexClass:Hallo", 1),
				strings.Replace(string(file), `"sum"`, `"som"`, 1),
				strings.Replace(string(file), `"main"`, `"mein"`, 1),
			} {
				if _, err := deployplan.Read(strings.NewReader(damaged), nil); !errors.Is(err, deployplan.ErrPlanFile) || damaged == string(file) {
					t.Errorf("got %v of:\n%s", err, damaged)
				}
			}
		})
	}
}
