package mdapi_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

var update = flag.Bool("update", false, "rewrite the expected requests")

// produced are calls that together have every element that the client writes.
func produced(zip string) map[string]func(context.Context, *mdapi.Client) error {
	manifest := metadata.NewManifest(63,
		metadata.Component{Type: "CustomObject", FullName: "*"}, metadata.Component{Type: "CustomObject", FullName: "Account"},
		metadata.Component{Type: "Layout", FullName: "Account-Sales & <Service> Layout"})
	return map[string]func(context.Context, *mdapi.Client) error{
		"describe": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.DescribeMetadata(ctx)
			return err
		},
		"list": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.ListMetadata(ctx, mdapi.ListQuery{Type: "ApexClass"}, mdapi.ListQuery{Type: "Report", Folder: "Sales & Service"})
			return err
		},
		"retrieve": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.Retrieve(ctx, mdapi.RetrieveRequest{Manifest: manifest, SinglePackage: true})
			return err
		},
		"retrieve-without-version": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.Retrieve(ctx, mdapi.RetrieveRequest{Manifest: metadata.NewManifest(0, metadata.Component{Type: "ApexClass", FullName: "*"})})
			return err
		},
		"retrieve-named-package": func(ctx context.Context, c *mdapi.Client) error {
			named := manifest
			named.FullName = "Mine"
			_, err := c.Retrieve(ctx, mdapi.RetrieveRequest{Manifest: named, PackageNames: []string{"Billing", "Shipping"}})
			return err
		},
		"retrieve-packages-alone": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.Retrieve(ctx, mdapi.RetrieveRequest{PackageNames: []string{"Billing"}})
			return err
		},
		"retrieve-specific-files": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.Retrieve(ctx, mdapi.RetrieveRequest{Manifest: manifest, SinglePackage: true, SpecificFiles: []string{"objects/Account.object"}})
			return err
		},
		"check-retrieve": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.CheckRetrieveStatus(ctx, "09SKa000000AbcdMAC", "")
			return err
		},
		"check-retrieve-with-zip": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.CheckRetrieveStatus(ctx, "09SKa000000AbcdMAC", filepath.Join(filepath.Dir(zip), "none.zip"))
			return err
		},
		"deploy": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.Deploy(ctx, zip, mdapi.DeployOptions{
				AllowMissingFiles: true, AutoUpdatePackage: true, CheckOnly: true, IgnoreWarnings: true, PurgeOnDelete: true, RollbackOnError: true,
				SinglePackage: true, TestLevel: mdapi.RunSpecifiedTests, RunTests: []string{"FooTest", "ns.BarTest"},
			})
			return err
		},
		"deploy-with-the-orgs-tests": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.Deploy(ctx, zip, mdapi.DeployOptions{})
			return err
		},
		"check-deploy": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.CheckDeployStatus(ctx, "0AfKa000000WxyzKAC", true)
			return err
		},
		"cancel-deploy": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.CancelDeploy(ctx, "0AfKa000000WxyzKAC")
			return err
		},
		"deploy-recent-validation": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.DeployRecentValidation(ctx, "0AfKa000000WxyzKAC")
			return err
		},
		"read": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.ReadMetadata(ctx, "CustomLabel", "Hello", "Bye")
			return err
		},
	}
}

// capture gives the body of the request that a call makes.
func capture(t *testing.T, do func(context.Context, *mdapi.Client) error) string {
	t.Helper()
	s := serve(t, func(w http.ResponseWriter, r seen, _ int) {
		result := "<result><id>0AfKa000000WxyzKAC</id></result>"
		if r.op == "deployRecentValidation" {
			result = "<result>0AfKa000000QuikKAC</result>"
		}
		fmt.Fprint(w, answer(r.op, result))
	})
	if err := do(t.Context(), s.client(t)); err != nil {
		t.Fatal(err)
	}
	if len(s.seen) != 1 {
		t.Fatalf("%d requests", len(s.seen))
	}
	h := s.seen[0].header
	if h.Get("SOAPAction") != `""` || h.Get("Content-Type") != "text/xml; charset=UTF-8" || h.Get("Authorization") != "" || s.seen[0].path != "/services/Soap/m/66.0" {
		t.Errorf("%s %v", s.seen[0].path, h)
	}
	return s.seen[0].body
}

func smallFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.zip")
	if err := os.WriteFile(path, []byte("PK\x05\x06 not really"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRequestsAreThoseThatAreExpected(t *testing.T) {
	t.Parallel()
	calls := produced(smallFile(t))
	for _, name := range sorted(calls) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := strings.ReplaceAll(capture(t, calls[name]), "><", ">\n<") + "\n"
			path := filepath.Join("testdata", "requests", name+".xml")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

var (
	schemaIn = regexp.MustCompile(`(?s)<xsd:schema [^>]*targetNamespace="http://soap.sforce.com/2006/04/metadata">.*?</xsd:schema>`)
	parts    = regexp.MustCompile(`(?s)<soapenv:(?:Header|Body) xmlns="([^"]*)">(.*?)</soapenv:(?:Header|Body)>`)
	element  = regexp.MustCompile(`^<(\w+)>`)
)

// TestRequestsAreValidByTheWSDL asks another program whether what is sent is what
// the WSDL's schema has. The one deliberate departure is left out of it: a deploy
// that names no test level.
func TestRequestsAreValidByTheWSDL(t *testing.T) {
	t.Parallel()
	wsdl, err := os.ReadFile(reference(t, "wsdl", "metadata-v63.0.wsdl"))
	if err != nil {
		t.Fatal(err)
	}
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("needs xmllint")
	}
	dir := t.TempDir()
	schema := schemaIn.FindString(string(wsdl))
	if schema == "" {
		t.Fatal("no schema found in the WSDL")
	}
	schema = strings.Replace(schema, "<xsd:schema ", `<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:tns="http://soap.sforce.com/2006/04/metadata" `, 1)
	xsd := filepath.Join(dir, "metadata.xsd")
	write(t, xsd, schema)
	args := []string{"--noout", "--schema", xsd}
	calls := produced(smallFile(t))
	for _, name := range sorted(calls) {
		if name == "deploy-with-the-orgs-tests" {
			continue
		}
		for i, doc := range documents(t, capture(t, calls[name])) {
			path := filepath.Join(dir, fmt.Sprintf("%s-%d.xml", name, i))
			write(t, path, doc)
			args = append(args, path)
		}
	}
	if out, err := exec.CommandContext(t.Context(), xmllint, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// documents gives the elements of an envelope's header and body as documents of
// their own.
func documents(t *testing.T, request string) []string {
	t.Helper()
	var out []string
	found := parts.FindAllStringSubmatch(request, -1)
	if len(found) != 2 {
		t.Fatalf("header and body not found in %s", request)
	}
	for _, part := range found {
		for rest := part[2]; rest != ""; {
			name := element.FindStringSubmatch(rest)[1]
			end := strings.Index(rest, "</"+name+">") + len("</"+name+">")
			out = append(out, strings.Replace(rest[:end], "<"+name+">", `<`+name+` xmlns="`+part[1]+`">`, 1))
			rest = rest[end:]
		}
	}
	return out
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
