package capture_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

const credential = "namedCredentials/Erp.namedCredential"

func credentialWith(password string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>
<NamedCredential xmlns="http://soap.sforce.com/2006/04/metadata">
    <endpoint>https://erp.example.com</endpoint>
    <label>Erp</label>
    <password>` + password + `</password>
    <principalType>NamedUser</principalType>
    <protocol>Password</protocol>
    <username>robot</username>
</NamedCredential>
`)
}

func (w *world) put(path string, content []byte) {
	w.t.Helper()
	w.edit(demo.Administrator().Username, func(e *emulator.Editor) error { return e.Put(path, content) })
}

// stored gives a file of the newest snapshot.
func (w *world) stored(path string) string {
	w.t.Helper()
	h, ok := w.head().Get(path)
	if !ok {
		w.t.Fatalf("%s is not in the snapshot", path)
	}
	content, err := w.store.Blob(w.t.Context(), h)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(content)
}

// holds tells whether a text is in any object that the repository has.
func (w *world) holds(text string) bool {
	w.t.Helper()
	return strings.Contains(git(w.t, w.store.Dir(), "cat-file", "--batch-all-objects", "--batch"), text)
}

func sealedWith(s seal.Sealer) func(*capture.Options) {
	return func(o *capture.Options) { o.Read.Seal = s }
}

func about(warnings []capture.Warning, path string) []string {
	var out []string
	for _, w := range warnings {
		if w.Path == path {
			out = append(out, w.Reason)
		}
	}
	return out
}

// rewriting is an org that sends a file otherwise than it is.
type rewriting struct {
	*mdapi.Client
	t      *testing.T
	path   string
	change func([]byte) []byte
}

func (r rewriting) WaitRetrieve(ctx context.Context, id mdapi.AsyncID, name string, progress func(mdapi.RetrieveStatus)) (mdapi.RetrieveResult, error) {
	result, err := r.Client.WaitRetrieve(ctx, id, name, progress)
	if err != nil {
		return result, err
	}
	in, err := zip.OpenReader(name)
	if err != nil {
		r.t.Error(err)
		return result, err
	}
	var buffer bytes.Buffer
	out := zip.NewWriter(&buffer)
	for _, f := range in.File {
		content, err := fs.ReadFile(in, f.Name)
		if err != nil {
			return result, err
		}
		if strings.HasSuffix(f.Name, r.path) {
			content = r.change(content)
		}
		w, err := out.Create(f.Name)
		if err != nil {
			return result, err
		}
		if _, err := w.Write(content); err != nil {
			return result, err
		}
	}
	if err := errors.Join(in.Close(), out.Close()); err != nil {
		return result, err
	}
	return result, os.WriteFile(name, buffer.Bytes(), 0o600)
}

func TestSecretsNeverReachGit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.put(credential, credentialWith("hunter2-one"))
	key := seal.NewKey()
	with, want := sealedWith(seal.Sealer{Key: key}), []capture.SealedValue{{Type: "NamedCredential", FullName: "Erp", Element: "password", Key: key.ID()}}
	first := w.must(with)
	if diff := cmp.Diff(want, first.State.Coverage.Sealed); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	if !strings.Contains(w.stored(credential), "<password>orgkeep-sealed:v1:"+key.ID()+":") {
		t.Error(w.stored(credential))
	}
	if again := w.must(with); again.Changed() {
		t.Error("an unchanged secret made a commit")
	}
	w.put(credential, credentialWith("hunter2-two"))
	changed := w.must(with, incremental)
	if len(changed.Diff.Changes) != 1 || changed.Diff.Changes[0].Component.FullName != "Erp" {
		t.Errorf("a changed secret: %v", changed.Diff.Changes)
	}
	// What is not retrieved stays listed.
	w.put("classes/Other.cls", []byte("public class Other {}\n"))
	if r := w.must(with, incremental); cmp.Diff(want, r.State.Coverage.Sealed) != "" {
		t.Errorf("coverage of an incremental run: %v", r.State.Coverage.Sealed)
	}
	if w.holds("hunter2") {
		t.Error("a secret is in the repository")
	}
	left, _ := filepath.Glob(filepath.Join(w.opts.Read.ZipDir, "*", "*"))
	for _, name := range left {
		if content, err := os.ReadFile(name); err == nil && bytes.Contains(content, []byte("hunter2")) {
			t.Errorf("a secret is in %s", name)
		}
	}
}

func TestAnotherKeyChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.put(credential, credentialWith("hunter2"))
	mine, other := seal.NewKey(), seal.NewKey()
	w.must(sealedWith(seal.Sealer{Key: mine}))
	for name, s := range map[string]seal.Sealer{"another key": {Key: other}, "none": {}} {
		r := w.must(sealedWith(s))
		if r.Changed() {
			t.Errorf("%s made a commit of %v", name, r.Diff.Changes)
		}
		if got := about(r.State.Warnings, credential); len(got) != 1 || !strings.Contains(got[0], "sealed with the key "+mine.ID()) {
			t.Errorf("%s: warned of %q", name, got)
		}
	}
	r := w.must(sealedWith(seal.Sealer{Key: other, Anew: true}))
	if !r.Changed() || r.State.Coverage.Sealed[0].Key != other.ID() {
		t.Errorf("sealed anew: %v, %v", r.Changed(), r.State.Coverage.Sealed)
	}
}

func TestWhatWasNotComparedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.put(credential, credentialWith("hunter2-one"))
	with := sealedWith(seal.Sealer{Key: seal.NewKey()})
	w.must(with)
	w.put(credential, credentialWith("hunter2-two"))
	w.clock.advance(time.Hour)
	if r := w.must(incremental); r.Changed() {
		t.Errorf("without the key: %v", r.Diff.Changes)
	}
	w.clock.advance(time.Hour)
	if r := w.must(with, incremental); len(r.Diff.Changes) != 1 {
		t.Errorf("with the key: %v", r.Diff.Changes)
	}
}

func TestAFileWhoseSecretsCannotBeToldIsNotStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.put(credential, credentialWith("hunter2-one"))
	w.must()
	before := w.stored(credential)
	proxy := rewriting{Client: w.client, t: t, path: credential, change: func(content []byte) []byte { return append(content, "<password>hunter2-two"...) }}
	r, err := w.runOn(proxy)
	if err != nil {
		t.Fatal(err)
	}
	missing := slices.ContainsFunc(r.State.Coverage.Missing, func(m capture.Missing) bool {
		return m.FullName == "Erp" && m.Carried && strings.Contains(m.Reason, "cannot be read as XML")
	})
	if !missing || w.stored(credential) != before {
		t.Errorf("missing: %v", r.State.Coverage.Missing)
	}
	if w.holds("hunter2") {
		t.Error("a secret is in the repository")
	}
}

func TestWhatLooksLikeASecretIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.must()
	w.put("classes/Erp.cls", []byte("public class Erp {\n    String password = 'k29Zq81xPm3';\n}\n"))
	r := w.must()
	if diff := cmp.Diff([]string{"line 2 looks like a value named like a secret"}, about(r.State.Warnings, "classes/Erp.cls")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if again := w.must(); len(about(again.State.Warnings, "classes/Erp.cls")) != 0 {
		t.Error("it is told again though nothing changed")
	}
}
