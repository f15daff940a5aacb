package deployplan_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/tree"
)

// deflating are contents with their deflate streams.
type deflating struct {
	blobs
	given *atomic.Int64
}

func (d deflating) Deflated(ctx context.Context, h tree.Hash) (content, stream []byte, err error) {
	content, err = d.Blob(ctx, h)
	var out bytes.Buffer
	z, werr := flate.NewWriter(&out, 9)
	if err == nil && werr == nil {
		_, err = z.Write(content)
		werr = z.Close()
	}
	d.given.Add(1)
	return content, out.Bytes(), errors.Join(err, werr)
}

func entries(t *testing.T, s deployplan.Stage) map[string]string {
	t.Helper()
	var out bytes.Buffer
	must(t, deployplan.WritePackage(t.Context(), &out, s))
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	must(t, err)
	held := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		content, err := io.ReadAll(r)
		must(t, err)
		held[f.Name] = string(content)
	}
	return held
}

// A package takes the streams that a store holds, of what it sends as it is there,
// below an overlay as well; what is in it is the same.
func TestAPackageTakesTheStreamsThatThereAre(t *testing.T) {
	t.Parallel()
	full := newOrg(t, demo.Org())
	held, ok := full.target.Blobs.(blobs)
	if !ok {
		t.Fatal("contents are held otherwise")
	}
	var given atomic.Int64
	target := deployplan.State{Tree: full.target.Tree, Blobs: deflating{held, &given}}
	over := &deployplan.Overlay{Files: []deployplan.File{{Path: "classes/RateCard.cls", Content: []byte("public class RateCard {}\n")}}}
	plan := func(target deployplan.State) *deployplan.Plan {
		p, err := deployplan.Build(t.Context(), deployplan.Input{
			Live: deployplan.State{Tree: tree.New(nil), Blobs: blobs{}}, Target: over.Over(target), Version: version,
		})
		must(t, err)
		return p
	}
	plain, reused := plan(full.target), plan(target)
	given.Store(0)
	for i, s := range reused.Stages {
		if diff := cmp.Diff(entries(t, plain.Stages[i]), entries(t, s)); diff != "" {
			t.Errorf("stage %s (-compressed +reused):\n%s", s.Name, diff)
		}
	}
	if given.Load() < 50 {
		t.Errorf("%d streams were taken", given.Load())
	}
}
