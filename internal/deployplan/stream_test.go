package deployplan_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// plain is a plan with all contents in memory, but for those that its file names.
func plain(t *testing.T, p *deployplan.Plan) *deployplan.Plan {
	t.Helper()
	out := *p
	bare := func(files []deployplan.File) []deployplan.File {
		if files == nil {
			return nil
		}
		held := []deployplan.File{}
		for _, f := range files {
			content, err := f.Bytes(t.Context())
			must(t, err)
			if f.Hash != "" {
				content = nil
			}
			held = append(held, deployplan.File{Path: f.Path, Hash: f.Hash, Content: content})
		}
		return held
	}
	out.Stages = slices.Clone(p.Stages)
	for i := range out.Stages {
		out.Stages[i].Files = bare(out.Stages[i].Files)
	}
	if p.Overlay != nil {
		out.Overlay = &deployplan.Overlay{Files: bare(p.Overlay.Files), Gone: p.Overlay.Gone}
	}
	return &out
}

// A plan is written piece by piece, and read so: its file is the one that it is
// written as in one go, and what is read writes the same again.
func TestAPlanIsWrittenAndReadPieceByPiece(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	for _, c := range demo.Changes() {
		o.edit(func(e *emulator.Editor) error { return c.Apply(e) })
	}
	forth := o.plan()
	back, err := forth.Inverse(t.Context(), o.input())
	must(t, err)
	restore, err := deployplan.Build(t.Context(), deployplan.Input{
		Live: deployplan.State{Tree: tree.New(nil), Blobs: blobs{}}, Target: o.target, Version: version, Limits: deployplan.Limits{Files: 100},
	})
	must(t, err)
	nothing, err := deployplan.Build(t.Context(), deployplan.Input{Live: o.target, Target: o.target, Version: version})
	must(t, err)
	for name, p := range map[string]*deployplan.Plan{"forth": forth, "back": back, "in parts": restore, "nothing": nothing, "zero": {SchemaVersion: deployplan.SchemaVersion}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := encode(t, p)
			whole := plain(t, p)
			must(t, json.Unmarshal(got, &struct {
				Sum *string `json:"sum"`
			}{&whole.Sum}))
			want, err := json.MarshalIndent(whole, "", "  ")
			must(t, err)
			if diff := cmp.Diff(string(want)+"\n", string(got)); diff != "" {
				t.Fatalf("its file (-want +got):\n%s", diff)
			}
			digest, err := p.Digest()
			must(t, err)
			spool, err := tree.NewSpool(t.TempDir(), nil)
			must(t, err)
			defer spool.Close()
			for _, into := range []*tree.Spool{nil, spool} {
				read, err := deployplan.Read(strings.NewReader(string(got)), into)
				must(t, err)
				again := encode(t, read)
				same, err := read.Digest()
				must(t, err)
				if string(again) != string(got) || same != digest {
					t.Error("what was read is another plan")
				}
			}
		})
	}
}

func TestAFileThatIsNoPlanIsRefused(t *testing.T) {
	t.Parallel()
	plan := newOrg(t, fstest.MapFS{}).plan()
	good := encode(t, plan)
	for name, text := range map[string]string{
		"nothing": "", "a list": "[]", "cut": string(good[:len(good)-4]), "more": string(good) + "{}", "null": "null",
		"stages that are none": `{"schema_version":"1","stages":{}}`, "a file that is none": `{"schema_version":"1","stages":[{"files":[7]}]}`,
		"content that is none": `{"schema_version":"1","overlay":{"files":[{"path":"a","content":"*"}]}}`,
	} {
		if p, err := deployplan.Read(strings.NewReader(text), nil); !errors.Is(err, deployplan.ErrPlanFile) {
			t.Errorf("%s: %v %v", name, p, err)
		}
	}
}
