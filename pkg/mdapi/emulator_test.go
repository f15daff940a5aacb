package mdapi_test

import (
	"archive/zip"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// class is an org with one Apex class.
func class() fstest.MapFS {
	return fstest.MapFS{
		"classes/Hello.cls": {Data: []byte("public class Hello {}\n")},
		"classes/Hello.cls-meta.xml": {Data: []byte(`<?xml version="1.0" encoding="UTF-8"?>
<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
    <apiVersion>66.0</apiVersion>
    <status>Active</status>
</ApexClass>
`)},
	}
}

// org starts an emulated org and gives a client of it.
func org(t *testing.T, opts ...emulator.Option) (*emulator.Server, *mdapi.Client) {
	t.Helper()
	server, err := emulator.New(append([]emulator.Option{
		emulator.WithOrg(class()), emulator.WithUsername("ada@acme.example"), emulator.WithSandbox(true),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server, client(t, server.URL(), mdapi.StaticToken(server.Credentials().AccessToken))
}

func client(t *testing.T, url string, tokens mdapi.TokenSource) *mdapi.Client {
	t.Helper()
	c, err := mdapi.New(mdapi.Config{InstanceURL: url, Version: 66, Tokens: tokens, TempDir: t.TempDir(), Sleep: noSleep})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnOrgTellsWhoItIs(t *testing.T) {
	t.Parallel()
	server, c := org(t)
	info, err := c.UserInfo(t.Context())
	if err != nil || info.Username != "ada@acme.example" || info.OrganizationID != server.Credentials().OrgID {
		t.Errorf("%+v, %v", info, err)
	}
	about, err := c.Organization(t.Context())
	if err != nil || !about.IsSandbox || about.Production() {
		t.Errorf("%+v, %v", about, err)
	}
	versions, err := c.Versions(t.Context())
	if err != nil || len(versions) == 0 || !versions[len(versions)-1].Supported() {
		t.Errorf("%v, %v", versions, err)
	}
	limits, err := c.Limits(t.Context())
	if err != nil || limits["DailyApiRequests"].Max == 0 {
		t.Errorf("%v, %v", limits, err)
	}
	users, err := c.Users(t.Context(), info.UserID, info.UserID[:15], "nonsense", "005000000000000AAA")
	if err != nil {
		t.Fatal(err)
	}
	if len(users) != 2 || users[info.UserID].Username != "ada@acme.example" || users[info.UserID[:15]] != users[info.UserID] {
		t.Errorf("users: %+v", users)
	}
}

func TestAnOrgIsListedAndRetrieved(t *testing.T) {
	t.Parallel()
	_, c := org(t)
	described, err := c.DescribeMetadata(t.Context())
	if err != nil || len(described.Types) < 50 {
		t.Fatalf("%d types, %v", len(described.Types), err)
	}
	rows, err := c.ListMetadata(t.Context(), mdapi.ListQuery{Type: "ApexClass"}, mdapi.ListQuery{Type: "CustomLabels"})
	if err != nil || len(rows) != 1 || rows[0].FullName != "Hello" || rows[0].LastModifiedDate.IsZero() {
		t.Fatalf("%+v, %v", rows, err)
	}
	if _, err := c.ListMetadata(t.Context(), mdapi.ListQuery{Type: "Nonsense"}); !errors.Is(err, mdapi.ErrUnknownType) {
		t.Errorf("an unknown type: %v", err)
	}
	id, err := c.Retrieve(t.Context(), mdapi.RetrieveRequest{
		Manifest:      metadata.NewManifest(66, metadata.Component{Type: "ApexClass", FullName: "Hello"}, metadata.Component{Type: "ApexClass", FullName: "Gone"}),
		SinglePackage: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.zip")
	result, err := c.WaitRetrieve(t.Context(), id, path, nil)
	if err != nil || !result.Success || result.ZipPath != path || len(result.Messages) != 1 {
		t.Fatalf("%+v, %v", result, err)
	}
	if diff := cmp.Diff([]string{"classes/Hello.cls", "classes/Hello.cls-meta.xml", "package.xml"}, entries(t, path)); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if _, err := c.WaitRetrieve(t.Context(), id, path, nil); !errors.Is(err, mdapi.ErrZipGone) {
		t.Errorf("a second time: %v", err)
	}
}

func entries(t *testing.T, path string) []string {
	t.Helper()
	r, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	var names []string
	for _, f := range r.File {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

// pack makes a zip of files.
func pack(t *testing.T, files fstest.MapFS) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "deploy.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	if err := errors.Join(w.AddFS(files), w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAZipIsDeployedEitherWay(t *testing.T) {
	t.Parallel()
	files := class()
	files["classes/Hello.cls"] = &fstest.MapFile{Data: []byte("public class Hello { /* new */ }\n")}
	files["package.xml"] = &fstest.MapFile{Data: metadata.NewManifest(66, metadata.Component{Type: "ApexClass", FullName: "Hello"}).XML()}
	path := pack(t, files)
	opts := mdapi.DeployOptions{RollbackOnError: true, SinglePackage: true, TestLevel: mdapi.NoTestRun}
	_, c := org(t)
	for name, deploy := range map[string]func() (mdapi.AsyncID, error){
		"over SOAP": func() (mdapi.AsyncID, error) { return c.Deploy(t.Context(), path, opts) },
		"over REST": func() (mdapi.AsyncID, error) { return c.DeployREST(t.Context(), path, opts) },
	} {
		t.Run(name, func(t *testing.T) {
			id, err := deploy()
			if err != nil {
				t.Fatal(err)
			}
			result, err := c.WaitDeploy(t.Context(), id, nil)
			if err != nil || !result.Success || result.NumberComponentsDeployed != 1 || len(result.Successes) == 0 || result.CompletedDate.IsZero() {
				t.Errorf("%+v, %v", result, err)
			}
		})
	}
}
