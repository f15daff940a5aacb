package mdapi_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestAQueryGivesAllPages(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r seen, _ int) {
		if r.header.Get("Authorization") != "Bearer "+canary {
			t.Errorf("Authorization %q", r.header.Get("Authorization"))
		}
		switch {
		case strings.Contains(r.path, "?q="):
			fmt.Fprint(w, `{"totalSize":3,"done":false,"nextRecordsUrl":"/services/data/v66.0/query/01g1-2000","records":[{"attributes":{"type":"User"},"Id":"1"}]}`)
		case strings.HasSuffix(r.path, "01g1-2000"):
			fmt.Fprint(w, `{"done":false,"nextRecordsUrl":"/services/data/v66.0/query/01g1-4000","records":[{"Id":"2"}]}`)
		default:
			fmt.Fprint(w, `{"done":true,"records":[{"Id":"3"}]}`)
		}
	})
	rows, err := s.client(t).Query(t.Context(), "SELECT Id FROM User WHERE Name = 'A & B'")
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.Text("Id"))
	}
	if diff := cmp.Diff([]string{"1", "2", "3"}, ids); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if u, err := url.Parse(s.seen[0].path); err != nil || u.Path != "/services/data/v66.0/query" || u.Query().Get("q") != "SELECT Id FROM User WHERE Name = 'A & B'" {
		t.Errorf("asked %s", s.seen[0].path)
	}
	if _, err := s.client(t).ToolingQuery(t.Context(), "SELECT Id FROM ApexClass"); err != nil || !strings.HasPrefix(s.seen[3].path, "/services/data/v66.0/tooling/query?q=") {
		t.Errorf("%s, %v", s.seen[3].path, err)
	}
}

func TestPagesThatLeadAstrayAreNotFollowed(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]string{
		"another host":       "https://evil.example/services/data/v66.0/query/x",
		"a host in disguise": "@evil.example/",
		"another service":    "/services/oauth2/revoke",
		"a way out":          "/services/data/../oauth2/revoke",
		"none":               "",
		"round and round":    "/services/data/v66.0/query/x",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, always(200, fmt.Sprintf(`{"done":false,"nextRecordsUrl":%q,"records":[{"Id":"1"}]}`, next)))
			_, err := s.client(t).Query(t.Context(), "SELECT Id FROM User")
			if !errors.Is(err, mdapi.ErrReply) || len(s.ops()) > 2 {
				t.Errorf("%v after %v", err, s.ops())
			}
		})
	}
}

func TestFieldsOfARecord(t *testing.T) {
	t.Parallel()
	s := serve(t, always(200, `{"done":true,"records":[{"Name":"Ada","On":true,"Off":false,"N":12345678901,"F":2.9,"Gone":null,
		"When":"2026-11-24T10:00:00.000+0000","Day":"2026-11-24","Odd":"never","By":{"Username":"ada@acme.example"}}]}`))
	rows, err := s.client(t).Query(t.Context(), "SELECT Name FROM X")
	if err != nil || len(rows) != 1 {
		t.Fatalf("%v, %v", rows, err)
	}
	r := rows[0]
	got := []any{
		r.Text("Name"), r.Text("N"), r.Text("On"), r.Text("Gone"), r.Text("By"), r.Bool("On"), r.Bool("Off"), r.Bool("Name"),
		r.Int("N"), r.Int("F"), r.Int("Name"), r.Time("When"), r.Time("Day"), r.Time("Odd"), r.Time("Gone"),
		r.Parent("By").Text("Username"), r.Parent("Gone").Text("Username"),
	}
	want := []any{
		"Ada", "12345678901", "true", "", "", true, false, false,
		12345678901, 2, 0, time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC), time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC),
		time.Time{},
		time.Time{},
		"ada@acme.example", "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnOrgIsProductionWhenItIsNoSandboxAndDoesNotEnd(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]bool{
		`"IsSandbox":false,"TrialExpirationDate":null`:                           true,
		`"IsSandbox":true,"TrialExpirationDate":null`:                            false,
		`"IsSandbox":false,"TrialExpirationDate":"2026-12-01T00:00:00.000+0000"`: false,
	} {
		c := serve(t, always(200, `{"done":true,"records":[{`+row+`}]}`)).client(t)
		if got, err := c.Organization(t.Context()); err != nil || got.Production() != want {
			t.Errorf("%s: %v, %v", row, got.Production(), err)
		}
	}
	c := serve(t, always(200, `{"done":true,"records":[]}`)).client(t)
	if _, err := c.Organization(t.Context()); !errors.Is(err, mdapi.ErrReply) {
		t.Errorf("no row: %v", err)
	}
}

func TestUsersAreAskedForInPortions(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r seen, _ int) {
		if len(r.path) > 8000 {
			t.Errorf("a URL of %d bytes", len(r.path))
		}
		fmt.Fprint(w, `{"done":true,"records":[{"Id":"005000000000001AAA","Username":"ada@acme.example","Name":"Ada"}]}`)
	})
	ids := []string{"005000000000001AAA", "005000000000001AAA", "x' OR Name != '", ""}
	for i := range 450 {
		ids = append(ids, fmt.Sprintf("005%012dAAB", i+1000))
	}
	got, err := s.client(t).Users(t.Context(), ids...)
	want := map[string]mdapi.User{"005000000000001AAA": {ID: "005000000000001AAA", Username: "ada@acme.example", Name: "Ada"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil || len(s.ops()) != 3 {
		t.Errorf("%d calls, %v (-want +got):\n%s", len(s.ops()), err, diff)
	}
	for _, r := range s.seen {
		if strings.Contains(r.path, "Name+%21%3D") {
			t.Errorf("a foreign text is in the query: %s", r.path)
		}
	}
	if got, err := s.client(t).Users(t.Context()); err != nil || len(got) != 0 || len(s.ops()) != 3 {
		t.Errorf("nobody asked for: %v, %v", got, err)
	}
}

func TestVersionsInFormsThatAreNotKnownArePassedOver(t *testing.T) {
	t.Parallel()
	c := serve(t, always(200, `[{"version":"65.0"},{"version":"66.5"},{"label":"x"},{"version":"70.0"}]`)).client(t)
	got, err := c.Versions(t.Context())
	if diff := cmp.Diff([]metadata.Version{65, 70}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestUserInfoWithoutAnOrgIsNone(t *testing.T) {
	t.Parallel()
	c := serve(t, always(200, `{"user_id":"005"}`)).client(t)
	if _, err := c.UserInfo(t.Context()); !errors.Is(err, mdapi.ErrReply) {
		t.Errorf("got %v", err)
	}
}

func TestADeployOverRESTHasTwoParts(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ seen, _ int) {
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"id":"0Af1","validatedDeployRequestId":null,"deployResult":{"status":"Pending"}}`)
	})
	id, err := s.client(t).DeployREST(t.Context(), smallFile(t), mdapi.DeployOptions{
		CheckOnly: true, RollbackOnError: true, TestLevel: mdapi.RunSpecifiedTests, RunTests: []string{"FooTest"},
	})
	if err != nil || id != "0Af1" {
		t.Fatalf("%q, %v", id, err)
	}
	r := s.seen[0]
	_, params, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for parts := multipart.NewReader(strings.NewReader(r.body), params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, part.FormName()+" "+part.FileName()+" "+part.Header.Get("Content-Type")+" "+string(text))
	}
	want := []string{
		"file package.xml application/zip PK\x05\x06 not really",
		`entity_content  application/json {"deployOptions":{"allowMissingFiles":false,"autoUpdatePackage":false,"checkOnly":true,"ignoreWarnings":false,` +
			`"purgeOnDelete":false,"rollbackOnError":true,"runTests":["FooTest"],"singlePackage":false,"testLevel":"RunSpecifiedTests"}}`,
	}
	if diff := cmp.Diff(want, got); diff != "" || r.path != "/services/data/v66.0/metadata/deployRequest" {
		t.Errorf("%s (-want +got):\n%s", r.path, diff)
	}
	if r.header.Get("Content-Length") != fmt.Sprint(len(r.body)) {
		t.Errorf("Content-Length %s of %d bytes", r.header.Get("Content-Length"), len(r.body))
	}
}

func TestCompressedRepliesAreRead(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r seen, before int) {
		if !strings.Contains(r.header.Get("Accept-Encoding"), "gzip") {
			t.Errorf("Accept-Encoding %q", r.header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		text := answer(r.op, "<result><testRequired>true</testRequired></result>")
		if before == 0 {
			fmt.Fprint(z, text[:len(text)/2])
			_ = z.Flush() // and no end
			return
		}
		fmt.Fprint(z, text)
		_ = z.Close()
	})
	if got, err := s.client(t).DescribeMetadata(t.Context()); err != nil || !got.TestRequired || len(s.ops()) != 2 {
		t.Errorf("%+v, %v after %d calls", got, err, len(s.ops()))
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r seen, before int) {
		if before == 3 {
			w.WriteHeader(500)
			fmt.Fprint(w, soapFault("INVALID_TYPE", "no"))
			return
		}
		fmt.Fprint(w, answer(r.op, "<result/>"))
	})
	c := s.client(t)
	used := map[bool]int{}
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { used[i.Reused]++ }})
	for range 6 {
		_, err := c.DescribeMetadata(ctx)
		if err != nil && !errors.Is(err, mdapi.ErrUnknownType) {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(map[bool]int{false: 1, true: 5}, used); diff != "" {
		t.Errorf("reused (-want +got):\n%s", diff)
	}
}
