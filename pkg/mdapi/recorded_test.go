package mdapi_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// scene is one call that a transcript expects, and what is answered.
type scene struct {
	op     string
	body   string // of the reply
	asks   string // must be in the request
	status int    // 200 when it is not set
}

// stage plays a transcript: a server that knows nothing but what real servers
// have said, in the order in which they said it. Another call, or one more, is
// an error of the test.
type stage struct {
	t      *testing.T
	manner string // how replies travel
	mu     sync.Mutex
	scenes []scene
	played int
}

func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Errorf("read the request: %v", err)
	}
	next, ok := s.next(operation(r.URL.Path, string(body)))
	if !ok {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	if r.URL.Path != "/services/Soap/m/66.0" || r.Header.Get("Soapaction") == "" || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/xml") {
		s.t.Errorf("%s: %s with %v", next.op, r.URL.Path, r.Header)
	}
	if !strings.Contains(string(body), next.asks) {
		s.t.Errorf("%s: %q is not in %s", next.op, next.asks, body)
	}
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	s.reply(w, r, next)
}

func (s *stage) next(op string) (scene, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.played >= len(s.scenes) {
		s.t.Errorf("%s was called after the end", op)
		return scene{}, false
	}
	next := s.scenes[s.played]
	s.played++
	if next.op != op {
		s.t.Errorf("call %d is %s, not %s", s.played, op, next.op)
		return scene{}, false
	}
	return next, true
}

// reply sends a reply whole, compressed, or in pieces that cut through tags.
func (s *stage) reply(w http.ResponseWriter, r *http.Request, next scene) {
	status := next.status
	if status == 0 {
		status = http.StatusOK
	}
	switch s.manner {
	case "compressed":
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			s.t.Error("gzip is not asked for")
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(status)
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, next.body)
		_ = z.Close()
	case "in pieces":
		w.WriteHeader(status)
		const piece = 97
		for rest := next.body; rest != ""; {
			n := min(piece, len(rest))
			_, _ = io.WriteString(w, rest[:n])
			_ = http.NewResponseController(w).Flush()
			rest = rest[n:]
		}
	default:
		w.Header().Set("Content-Length", fmt.Sprint(len(next.body)))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, next.body)
	}
}

func (s *stage) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.played != len(s.scenes) {
		s.t.Errorf("%d of %d calls were made; %s is missing", s.played, len(s.scenes), s.scenes[s.played].op)
	}
}

var zipElement = regexp.MustCompile(`(?s)<zipFile>.*</zipFile>`)

// transcript is a snapshot and a deploy: what was recorded of real servers, and
// what is stored here where nothing was recorded. deployed is the last status.
func transcript(t *testing.T, deployed string) []scene {
	t.Helper()
	recorded := func(name string) string { return read(t, reference(t, "recorded", name)) }
	withZip := recorded("cumulusci_checkRetrieveStatus_Succeeded_with_messages.xml")
	expired := scene{
		op: "checkRetrieveStatus", status: http.StatusInternalServerError,
		body: recorded("cumulusci_partner_fault_INVALID_SESSION_ID.xml"), asks: "token-0",
	}
	const job = "09S1m000001EKBkEAO"
	started := "<result><done>false</done><id>" + job + "</id><state>Queued</state></result>"
	pending := "<result><done>false</done><id>" + job + "</id><status>%s</status><success>false</success><zipFile xsi:nil=\"true\"/></result>"
	return []scene{
		{op: "describeMetadata", body: read(t, stored("describe.xml")), asks: "<asOfVersion>66.0</asOfVersion>"},
		{op: "listMetadata", body: read(t, stored("list.xml")), asks: "<type>ApexClass</type>"},
		{op: "listMetadata", body: read(t, stored("list-prefixed.xml")), asks: "<type>Layout</type>"},
		{op: "listMetadata", body: envelope("<listMetadataResponse/>"), asks: "<type>Report</type>"},
		{op: "retrieve", body: answer("retrieve", started), asks: "<members>Foo</members>"},
		{op: "checkRetrieveStatus", body: answer("checkRetrieveStatus", fmt.Sprintf(pending, "Pending")), asks: job},
		expired,
		{op: "checkRetrieveStatus", body: answer("checkRetrieveStatus", fmt.Sprintf(pending, "InProgress")), asks: "token-1"},
		{op: "checkRetrieveStatus", body: zipElement.ReplaceAllString(withZip, ""), asks: "<includeZip>false</includeZip>"},
		{op: "checkRetrieveStatus", body: withZip, asks: "<includeZip>true</includeZip>"},
		{op: "deploy", body: recorded("simple-salesforce_01_deployResponse_x.xml"), asks: "<rollbackOnError>true</rollbackOnError>"},
		{op: "checkDeployStatus", body: recorded("simple-salesforce_02_checkDeployStatusResponse_Pending.xml"), asks: "0Af3B00001CMyfASAT"},
		{op: "checkDeployStatus", body: recorded("simple-salesforce_05_checkDeployStatusResponse_InProgress.xml"), asks: "0Af3B00001CMyfASAT"},
		{op: "checkDeployStatus", body: recorded(deployed), asks: "<includeDetails>false</includeDetails>"},
		{op: "checkDeployStatus", body: recorded(deployed), asks: "<includeDetails>true</includeDetails>"},
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTheClientWorksAgainstRecordedServers runs the whole way of a snapshot and a
// deploy, over HTTP, against servers that nobody of this project wrote.
func TestTheClientWorksAgainstRecordedServers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		deployed string
		success  bool
	}{
		"a deploy that is kept":    {"simple-salesforce_03_checkDeployStatusResponse_Succeeded.xml", true},
		"a deploy that is refused": {"simple-salesforce_04_checkDeployStatusResponse_Failed_componentFailures.xml", false},
	} {
		for _, manner := range []string{"whole", "compressed", "in pieces"} {
			t.Run(name+", replies "+manner, func(t *testing.T) {
				t.Parallel()
				s := &stage{t: t, manner: manner, scenes: transcript(t, tc.deployed)}
				server := httptest.NewServer(s)
				defer server.Close()
				renewed := &tokens{}
				c := client(t, server.URL, renewed)
				readsAsRecorded(t.Context(), t, c)
				deploysAsRecorded(t.Context(), t, c, tc.success)
				s.done()
				if renewed.renewed != 1 {
					t.Errorf("the session was renewed %d times", renewed.renewed)
				}
			})
		}
	}
}

func readsAsRecorded(ctx context.Context, t *testing.T, c *mdapi.Client) {
	t.Helper()
	described, err := c.DescribeMetadata(ctx)
	if err != nil || len(described.Types) != 3 {
		t.Fatalf("%+v, %v", described, err)
	}
	var rows []int
	for _, typ := range []string{"ApexClass", "Layout", "Report"} {
		found, err := c.ListMetadata(ctx, mdapi.ListQuery{Type: typ})
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, len(found))
	}
	if diff := cmp.Diff([]int{3, 1, 0}, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	manifest := metadata.NewManifest(66, metadata.Component{Type: "ApexClass", FullName: "Foo"})
	job, err := c.Retrieve(ctx, mdapi.RetrieveRequest{Manifest: manifest})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.WaitRetrieve(ctx, job, filepath.Join(t.TempDir(), "a.zip"), nil)
	if err != nil || !got.Success || got.ID != job || len(got.Files) != 1 || len(got.Messages) == 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	content, err := os.ReadFile(got.ZipPath)
	if err != nil {
		t.Fatal(err)
	}
	files, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil || len(files.File) != 1 || files.File[0].Name != "unpackaged/package.xml" {
		t.Fatalf("%v", err)
	}
	inner, err := files.Open(files.File[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(inner)
	if _, bad := metadata.ParseManifest(text); errors.Join(err, bad) != nil {
		t.Errorf("the manifest in the zip: %v, %v", err, bad)
	}
}

func deploysAsRecorded(ctx context.Context, t *testing.T, c *mdapi.Client, success bool) {
	t.Helper()
	job, err := c.Deploy(ctx, smallFile(t), mdapi.DeployOptions{RollbackOnError: true, SinglePackage: true})
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	got, err := c.WaitDeploy(ctx, job, func(r mdapi.DeployResult) { seen = append(seen, r.Status) })
	if err != nil || got.Success != success || !got.Done {
		t.Fatalf("%+v, %v", got, err)
	}
	if len(seen) < 2 || seen[0] != "Pending" || seen[1] != "InProgress" {
		t.Errorf("on the way: %v", seen)
	}
	if success && (len(got.Successes) == 0 || got.NumberComponentsDeployed != 4) {
		t.Errorf("successes: %+v", got)
	}
	if !success && (len(got.Failures) != 1 || got.Failures[0].Problem != "No package.xml found") {
		t.Errorf("failures: %+v", got.Failures)
	}
}
