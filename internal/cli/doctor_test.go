package cli

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// patient is an org that a doctor looks at, with what a test puts before it.
type patient struct {
	org *emulator.Server
	// before answers a request in the org's place if it returns true.
	before func(w http.ResponseWriter, r *http.Request) bool
	sys    System
}

func newPatient(t *testing.T) *patient {
	t.Helper()
	org, err := emulator.New(emulator.WithOrg(demo.Org()), emulator.WithUsername("ada@acme.example"), emulator.WithSandbox(true))
	if err != nil {
		t.Fatal(err)
	}
	return &patient{org: org, sys: System{Dir: t.TempDir(), Environ: []string{"HOME=" + t.TempDir(), "ORGKEEP_KEYRING=off"}}}
}

func (p *patient) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.before == nil || !p.before(w, r) {
		p.org.ServeHTTP(w, r)
	}
}

// at signs the org in from the environment.
func (p *patient) at(url string, more ...string) {
	c := p.org.Credentials()
	p.sys.Environ = append(append(p.sys.Environ,
		"ORGKEEP_ORG_PROD_INSTANCE_URL="+url, "ORGKEEP_ORG_PROD_CLIENT_ID="+c.ClientID, "ORGKEEP_ORG_PROD_CLIENT_SECRET="+c.ClientSecret), more...)
}

// doctored runs the doctor and gives state, found and fix of each check of the
// org; a check that came twice has its rows joined.
func (p *patient) doctored(t *testing.T) (map[string]string, ExitCode) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	sys := p.sys
	sys.Args, sys.Stdout, sys.Stderr = []string{"doctor", "prod", "--json"}, &stdout, &stderr
	code := Main(t.Context(), sys)
	var said struct{ Result doctorResult }
	if err := json.Unmarshal(stdout.Bytes(), &said); err != nil {
		t.Fatalf("exit %d, %v, %s%s", code, err, stdout.String(), stderr.String())
	}
	if said.Result.Healthy != (code == ExitOK) {
		t.Errorf("exit %d, healthy %v", code, said.Result.Healthy)
	}
	got := map[string]string{}
	for _, c := range said.Result.Checks {
		got[c.Check] += fmt.Sprintf("%s: %s -> %s\n", c.State, c.Found, c.Fix)
	}
	return got, code
}

// tells answers the query for rights.
func tells(has map[string]bool, unknown string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		q := r.URL.Query().Get("q")
		if !strings.Contains(q, "UserPermissionAccess") {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		if unknown != "" && strings.Contains(q, "Permissions"+unknown) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `[{"errorCode":"INVALID_FIELD","message":"No such column"}]`)
			return true
		}
		row := map[string]any{"attributes": map[string]string{"type": "UserPermissionAccess"}}
		for name, on := range has {
			if strings.Contains(q, "Permissions"+name) {
				row["Permissions"+name] = on
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"totalSize": 1, "done": true, "records": []any{row}})
		return true
	}
}

func TestTheDoctorTellsWhichRightsAreLacking(t *testing.T) {
	t.Parallel()
	reader := map[string]bool{"ApiEnabled": true, "ModifyMetadata": true, "ViewRoles": true, "ViewSetup": true}
	all := map[string]bool{"ApiEnabled": true, "ModifyAllData": true, "ViewRoles": true, "CustomizeApplication": true, "AuthorApex": true}
	without := func(name string) map[string]bool {
		some := map[string]bool{}
		for n := range reader {
			some[n] = n != name
		}
		return some
	}
	for name, tc := range map[string]struct {
		has     map[string]bool
		unknown string
		code    ExitCode
		want    []string
	}{
		"an administrator lacks nothing":          {all, "", ExitOK, []string{"ok: all that"}},
		"a reader lacks what a rollback needs":    {reader, "", ExitOK, []string{"warning: lacks Customize Application", "warning: lacks Author Apex"}},
		"without the right to use the API":        {without("ModifyMetadata"), "", ExitIncomplete, []string{"problem: lacks Modify Metadata Through Metadata API Functions", "doctor --permission-set"}},
		"without the right to see Setup":          {without("ViewSetup"), "", ExitIncomplete, []string{"problem: lacks View Setup", "profiles and permission sets"}},
		"a right that the edition does not know":  {all, "AuthorApex", ExitOK, []string{"warning: lacks Author Apex"}},
		"an edition that knows no right to do so": {reader, "ModifyMetadata", ExitIncomplete, []string{"problem: lacks Modify Metadata"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t)
			p.before = tells(tc.has, tc.unknown)
			s := httptest.NewServer(p)
			defer s.Close()
			p.at(s.URL)
			got, code := p.doctored(t)
			if code != tc.code {
				t.Errorf("exit %d, want %d: %v", code, tc.code, got)
			}
			for _, want := range tc.want {
				if !strings.Contains(got["permissions"], want) {
					t.Errorf("%q is not in %s", want, got["permissions"])
				}
			}
		})
	}
}

func TestTheDoctorNamesWhatStandsInTheWay(t *testing.T) {
	t.Parallel()
	refusal := func(code string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/Soap/") {
				return false
			}
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>sf:%s</faultcode><faultstring>%s: no</faultstring></e:Fault></e:Body></e:Envelope>`, code, code)
			return true
		}
	}
	limits := func(left int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "/limits") {
				return false
			}
			fmt.Fprintf(w, `{"DailyApiRequests":{"Max":100000,"Remaining":%d}}`, left)
			return true
		}
	}
	for name, tc := range map[string]struct {
		before func(http.ResponseWriter, *http.Request) bool
		apart  time.Duration // our clock against the server's
		env    []string
		code   ExitCode
		check  string
		want   string
	}{
		"nothing":               {code: ExitOK, check: "clock", want: "ok: as the server's"},
		"a clock that is ahead": {apart: time.Hour, code: ExitOK, check: "clock", want: " ahead of the server's -> Set this"},
		"a clock that is behind, and a key": {
			apart: -time.Hour, env: []string{"ORGKEEP_ORG_PROD_USERNAME=ada@acme.example", "ORGKEEP_ORG_PROD_JWT_KEY=no key"},
			code: ExitFailure, check: "clock", want: "what a key signs is over when it arrives -> Set this",
		},
		"a user without the API":          {before: refusal("INSUFFICIENT_ACCESS"), code: ExitIncomplete, check: "metadata api", want: "problem: INSUFFICIENT_ACCESS"},
		"few calls":                       {before: limits(5000), code: ExitOK, check: "api calls", want: "warning: 5000 of 100000 left"},
		"no calls":                        {before: limits(12), code: ExitFailure, check: "api calls", want: "problem: 12 of 100000 left"},
		"a secret that is refused":        {env: []string{"ORGKEEP_ORG_PROD_CLIENT_SECRET=wrong-secret"}, code: ExitSignIn, check: "sign-in", want: "orgkeep auth login prod"},
		"another org":                     {env: []string{"ORGKEEP_ORG_PROD_ORG_ID=00D000000000009AAA"}, code: ExitRefused, check: "sign-in", want: "another org"},
		"a proxy's address that is none":  {env: []string{"HTTP_PROXY=http://u:s3cretword@[x", "ORGKEEP_ORG_PROD_INSTANCE_URL=https://acme.my.salesforce.com", "HTTPS_PROXY=http://u:s3cretword@[x"}, code: ExitFailure, check: "proxy", want: "problem: HTTPS_PROXY is no address"},
		"a proxy that does not answer":    {env: []string{"HTTPS_PROXY=http://127.0.0.1:1", "ORGKEEP_ORG_PROD_INSTANCE_URL=https://acme.my.salesforce.com"}, code: ExitFailure, check: "tls", want: "The proxy 127.0.0.1:1 does not lead there"},
		"a CA file that is not there":     {env: []string{"ORGKEEP_CA_FILE=/absent.pem"}, code: ExitFailure, check: "tls", want: "Correct ORGKEEP_CA_FILE"},
		"a host that nobody vouches for":  {env: []string{"ORGKEEP_ORG_PROD_INSTANCE_URL=https://evil.example"}, code: ExitRefused, check: "sign-in", want: "not a host of Salesforce"},
		"variables that are not enough":   {env: []string{"ORGKEEP_ORG_PROD_CLIENT_ID="}, code: ExitSignIn, check: "sign-in", want: "orgkeep help environment"},
		"an org that tells no rights":     {before: rightsRefused, code: ExitOK, check: "permissions", want: "A user who takes snapshots needs: API Enabled, Modify Metadata"},
		"a folder that is no repository":  {code: ExitOK, check: "repository", want: "Make one:  orgkeep init"},
		"an org that is not signed in":    {env: []string{"ORGKEEP_ORG_PROD_INSTANCE_URL="}, code: ExitSignIn, check: "sign-in", want: "Sign in:  orgkeep auth login prod"},
		"a port where nobody is":          {env: []string{"ORGKEEP_ORG_PROD_INSTANCE_URL=http://127.0.0.1:1"}, code: ExitFailure, check: "tls", want: "Is the host reachable"},
		"a service that is out of order":  {before: unwell, code: ExitSignIn, check: "tls", want: "warning: 127.0.0.1"},
		"an org that tells no limits":     {before: limitsRefused, code: ExitOK, check: "api calls", want: "unknown: the org does not tell"},
		"a proxy's password is not shown": {env: []string{"HTTPS_PROXY=http://u:s3cretword@127.0.0.1:1", "ORGKEEP_ORG_PROD_INSTANCE_URL=https://acme.my.salesforce.com"}, code: ExitFailure, check: "proxy", want: "by way of 127.0.0.1:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t)
			p.before = tc.before
			p.sys.Now = func() time.Time { return time.Now().Add(tc.apart) }
			s := httptest.NewServer(p)
			defer s.Close()
			p.at(s.URL, tc.env...)
			got, code := p.doctored(t)
			if code != tc.code || !strings.Contains(got[tc.check], tc.want) {
				t.Errorf("exit %d, want %d; %q is not in %s of %v", code, tc.code, tc.want, got[tc.check], got)
			}
			if all := fmt.Sprint(got); strings.Contains(all, "s3cretword") || strings.Contains(all, "wrong-secret") {
				t.Errorf("a secret is in %s", all)
			}
		})
	}
}

func unwell(w http.ResponseWriter, r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, "/services/data") {
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	if strings.HasSuffix(r.URL.Path, "/token") {
		w.WriteHeader(http.StatusBadRequest)
		return true
	}
	return false
}

func limitsRefused(w http.ResponseWriter, r *http.Request) bool {
	if !strings.HasSuffix(r.URL.Path, "/limits") {
		return false
	}
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprint(w, `[{"errorCode":"API_DISABLED_FOR_ORG","message":"no"}]`)
	return true
}

func rightsRefused(w http.ResponseWriter, r *http.Request) bool {
	if !strings.Contains(r.URL.Query().Get("q"), "UserPermissionAccess") {
		return false
	}
	w.WriteHeader(http.StatusBadRequest)
	fmt.Fprint(w, `[{"errorCode":"INVALID_TYPE","message":"sObject type 'UserPermissionAccess' is not supported."}]`)
	return true
}

func TestTheDoctorLooksAtTLS(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	s := httptest.NewUnstartedServer(p)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	// The emulator believes that it speaks plain HTTP; a token asked for there
	// would name that address.
	p.at(s.URL, "ORGKEEP_ORG_PROD_ACCESS_TOKEN="+p.org.Credentials().AccessToken)
	got, code := p.doctored(t)
	if code != ExitFailure || !strings.Contains(got["tls"], "ORGKEEP_CA_FILE=ca.pem") {
		t.Errorf("a CA that is not known: exit %d, %v", code, got)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	p.sys.Environ = append(p.sys.Environ, "ORGKEEP_CA_FILE="+ca)
	got, code = p.doctored(t)
	if code != ExitOK || !strings.Contains(got["tls"], "TLS 1.3, certificate by") {
		t.Errorf("with its CA: exit %d, %v", code, got)
	}
}

func TestPeopleSeeTheFixBelowTheProblem(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	f := newFactory(iostreams.New(iostreams.Options{Out: &stdout, Terminal: &iostreams.Terminal{Out: true, Width: 80}, Getenv: func(string) string { return "1" }}), System{}.withDefaults())
	f.IO.NoColor()
	err := f.showDoctor([]checkup{
		{Check: "repository", State: checkOK, Found: "healthy"},
		{Org: "prod", Check: "sign-in", State: checkProblem, Found: "no\x1b[2J", Fix: "Sign in:  orgkeep auth login prod", exit: ExitSignIn},
		{Org: "prod", Check: "api calls", State: checkProblem, Found: "none", exit: ExitFailure},
	})
	_ = f.IO.Flush()
	want := `  ok       repository  healthy
prod
  problem  sign-in     no?[2J
                       Sign in:  orgkeep auth login prod
  problem  api calls   none
`
	if diff := cmp.Diff(want, stdout.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if code := f.report(err); code != ExitFailure {
		t.Errorf("codes that differ: exit %d", code)
	}
}

// TestThePermissionSetDeploys: and comes back as it was printed.
func TestThePermissionSetDeploys(t *testing.T) {
	t.Parallel()
	text, _, code := try(t, "doctor", "--permission-set")
	if code != ExitOK || strings.Contains(text, "ModifyAllData") {
		t.Fatalf("exit %d, %s", code, text)
	}
	p := newPatient(t)
	s := httptest.NewServer(p)
	defer s.Close()
	client, err := mdapi.New(mdapi.Config{InstanceURL: s.URL, Version: 66, Tokens: mdapi.StaticToken(p.org.Credentials().AccessToken), TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	const path = "permissionsets/" + backupSet + ".permissionset"
	set := metadata.Component{Type: "PermissionSet", FullName: backupSet}
	file := filepath.Join(t.TempDir(), "a.zip")
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for name, content := range map[string]string{path: text, "package.xml": string(metadata.NewManifest(66, set).XML())} {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	job, err := client.Deploy(t.Context(), file, mdapi.DeployOptions{SinglePackage: true, RollbackOnError: true})
	if err != nil {
		t.Fatal(err)
	}
	result, err := client.WaitDeploy(t.Context(), job, nil)
	if err != nil || !result.Success || !p.org.Has(set) {
		t.Fatalf("%+v, %v", result, err)
	}
	if diff := cmp.Diff(text, string(p.org.Files()[path])); diff != "" {
		t.Errorf("(-printed +in the org):\n%s", diff)
	}
}
