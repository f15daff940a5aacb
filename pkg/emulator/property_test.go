package emulator_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// sendable are the components of the sample that may be sent back.
func sendable() []string {
	var names []string
	for p := range sample() {
		c, ok := metadata.Default().ComponentAt(p)
		if ok && c.FullName != "pkg__Hidden" && !slices.Contains(names, c.String()) {
			names = append(names, c.String())
		}
	}
	slices.Sort(names)
	return names
}

func TestWhatWasRetrievedDeploysWithoutAChange(t *testing.T) {
	t.Parallel()
	all := sendable()
	rapid.Check(t, func(rt *rapid.T) {
		some := rapid.SliceOfNDistinct(rapid.SampledFrom(all), 1, len(all), rapid.ID[string]).Draw(rt, "components")
		o := serve(t, sample())
		before := o.texts()
		types := map[string][]string{"CustomObject": {"Ship__c"}}
		for _, s := range some {
			c, err := metadata.ParseComponent(s)
			if err != nil {
				rt.Fatal(err)
			}
			if !slices.Contains(types[c.Type], c.FullName) {
				types[c.Type] = append(types[c.Type], c.FullName)
			}
		}
		if slices.Contains(some, "Profile:Admin") {
			types["Layout"] = []string{"Ship__c-Ship Layout"} // a profile without layouts loses them
		}
		got := o.retrieve(66, types)
		done := o.deploy(got.files, careful)
		if done.status != "Succeeded" {
			rt.Fatalf("%s %v", done.status, done.failures)
		}
		if diff := cmp.Diff(before, o.texts()); diff != "" {
			rt.Fatal(diff)
		}
	})
}

func TestTheOrderOfZipEntriesDoesNotMatter(t *testing.T) {
	t.Parallel()
	files := maps.Clone(sample())
	maps.DeleteFunc(files, func(p, _ string) bool {
		return p == "classes/pkg__Hidden.cls" || p == "classes/pkg__Hidden.cls-meta.xml"
	})
	files["package.xml"] = manifest(66, slices.DeleteFunc(sendable(), func(s string) bool { return s == "InstalledPackage:x" })...)
	names := slices.Sorted(maps.Keys(files))
	// A server a time is dear under the race detector, so a few orders must do.
	for seed := range uint64(10) {
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, name := range names {
			out, err := w.Create(name)
			if err == nil {
				_, err = io.WriteString(out, files[name])
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		o := serve(t, nil)
		o.AddUser("mate@ship.example", "First Mate")
		if got := o.deployZip(b.Bytes(), careful); got.status != "Succeeded" {
			t.Fatalf("%s %v", got.status, got.failures)
		}
		for p, content := range o.Files() {
			if files[p] != string(content) {
				t.Errorf("%s differs", p)
			}
		}
	}
}

// serveFuzz makes one server for all inputs; what they do to it is part of the
// fuzzing.
func serveFuzz(f *testing.F) *emulator.Server {
	f.Helper()
	s, err := emulator.New(emulator.WithOrg(mapFS(map[string]string{"labels/CustomLabels.labels": xmlFile("CustomLabels", label("Ahoy", "Hi"))})))
	if err != nil {
		f.Fatal(err)
	}
	return s
}

func FuzzSOAP(f *testing.F) {
	for _, call := range []string{
		"<describeMetadata/>", "<listMetadata><queries><type>ApexClass</type></queries></listMetadata>", "<retrieve><request/></retrieve>",
		"<retrieve><retrieveRequest><unpackaged><types><name>CustomObject</name><members>*</members></types></unpackaged></retrieveRequest></retrieve>",
		"<checkRetrieveStatus><id>x</id></checkRetrieveStatus>", "<deploy><ZipFile>UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==</ZipFile><DeployOptions/></deploy>",
		"<readMetadata><type>CustomLabel</type><fullNames>a</fullNames></readMetadata>", "<cancelDeploy/>", "<deploy/>",
	} {
		f.Add(envelope("TOKEN", call))
	}
	shared := serveFuzz(f)
	f.Fuzz(func(t *testing.T, body string) {
		o := &org{Server: shared, t: t, token: shared.Credentials().AccessToken}
		body = string(bytes.ReplaceAll([]byte(body), []byte("TOKEN"), []byte(o.token)))
		w := o.do(http.MethodPost, "/services/Soap/m/66.0", "text/xml", body)
		if w.Code != http.StatusOK && w.Code != http.StatusInternalServerError {
			t.Errorf("status %d", w.Code)
		}
	})
}

func FuzzDeployZip(f *testing.F) {
	good := map[string]string{"package.xml": manifest(66, "CustomLabel:Ahoy"), "labels/CustomLabels.labels": xmlFile("CustomLabels", label("Ahoy", "Hello"))}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range good {
		out, err := w.Create(name)
		if err != nil {
			f.Fatal(err)
		}
		if _, err := io.WriteString(out, content); err != nil {
			f.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("PK\x05\x06"))
	shared := serveFuzz(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		o := &org{Server: shared, t: t, token: shared.Credentials().AccessToken}
		reply := o.result("<deploy><ZipFile>" + base64.StdEncoding.EncodeToString(data) + "</ZipFile><DeployOptions>" + careful + "</DeployOptions></deploy>")
		got := o.deployStatus(text(reply, "result/id"))
		if got.status != "Succeeded" && got.status != "Failed" {
			t.Errorf("status %s", got.status)
		}
		for p := range o.Files() {
			if err := metadata.CheckPath(p); err != nil {
				t.Error(err)
			}
		}
	})
}
