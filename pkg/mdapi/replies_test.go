package mdapi_test

import (
	"archive/zip"
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// replying gives a client of a server that answers with a stored reply.
func replying(t *testing.T, status int, path string, change ...func(*mdapi.Config)) *mdapi.Client {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, always(status, string(text))).client(t, change...)
}

func stored(name string) string { return filepath.Join("testdata", "replies", name) }

func TestADescriptionIsRead(t *testing.T) {
	t.Parallel()
	got, err := replying(t, http.StatusOK, stored("describe.xml")).DescribeMetadata(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := mdapi.DescribeResult{PartialSaveAllowed: true, Types: []metadata.Type{
		{Name: "CustomLabels", Directory: "labels", Suffix: "labels", Children: []metadata.Child{{Type: "CustomLabel"}}},
		{Name: "LightningComponentBundle", Directory: "lwc", Bundle: true},
		{Name: "Document", Directory: "documents", InFolder: true, MetaFile: true},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAListIsRead(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		file string
		want []mdapi.FileProperties
	}{
		"with nil, empty, missing and unknown elements": {"list.xml", []mdapi.FileProperties{
			{
				Type: "ApexClass", FullName: "Foo", FileName: "classes/Foo.cls", ID: "01p000000000FooAAA", NamespacePrefix: "ns", ManageableState: "installed",
				CreatedByID: "005000000000AdaAAA", CreatedByName: "Ada & Co", CreatedDate: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
				LastModifiedByID: "005000000000BobAAA", LastModifiedByName: "Bob", LastModifiedDate: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC),
			},
			{
				FullName: "Industry-de", FileName: "standardValueSetTranslations/Industry-de.standardValueSetTranslation",
				CreatedByID: "005000000000AdaAAA", CreatedByName: "Ada", CreatedDate: time.Unix(0, 0).UTC(),
			},
			{FullName: "Bare"},
		}},
		"in another server's form": {"list-prefixed.xml", []mdapi.FileProperties{{Type: "Layout", FullName: "Foo & Bar"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := replying(t, http.StatusOK, stored(tc.file)).ListMetadata(t.Context(), mdapi.ListQuery{Type: "ApexClass"})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNothingListedIsNoError(t *testing.T) {
	t.Parallel()
	c := serve(t, always(http.StatusOK, envelope("<listMetadataResponse/>"))).client(t)
	if rows, err := c.ListMetadata(t.Context(), mdapi.ListQuery{Type: "ApexClass"}); err != nil || len(rows) != 0 {
		t.Errorf("%v, %v", rows, err)
	}
}

func TestAListTakesThreeQueriesAtMost(t *testing.T) {
	t.Parallel()
	s := serve(t, always(http.StatusOK, ""))
	for _, n := range []int{0, 4} {
		if _, err := s.client(t).ListMetadata(t.Context(), make([]mdapi.ListQuery, n)...); !errors.Is(err, mdapi.ErrTooManyQueries) {
			t.Errorf("%d queries: %v", n, err)
		}
	}
	if len(s.ops()) > 0 {
		t.Errorf("it was called: %v", s.ops())
	}
}

func TestADeployThatFailedIsRead(t *testing.T) {
	t.Parallel()
	got, err := replying(t, http.StatusOK, stored("deploy-failed.xml")).CheckDeployStatus(t.Context(), "0Af000000000WxyAAA", true)
	if err != nil {
		t.Fatal(err)
	}
	day := func(minute, second int) time.Time { return time.Date(2026, 3, 2, 10, minute, second, 0, time.UTC) }
	want := mdapi.DeployResult{
		ID: "0Af000000000WxyAAA", Status: "Failed", Done: true, CheckOnly: true, RollbackOnError: true,
		NumberComponentsTotal: 3, NumberComponentsDeployed: 2, NumberComponentErrors: 1,
		NumberTestsTotal: 6, NumberTestsCompleted: 5, NumberTestErrors: 4,
		ErrorMessage: "it failed", ErrorStatusCode: "UNKNOWN_EXCEPTION", StateDetail: "FooTest.adds",
		CreatedBy: "005000000000Ada", CreatedByName: "Ada", CanceledBy: "005000000000Bob", CanceledByName: "Bob",
		CreatedDate: day(31, 0), StartDate: day(31, 2), CompletedDate: day(31, 20), LastModifiedDate: day(31, 20),
		Failures: []mdapi.DeployMessage{
			{
				ComponentType: "ApexClass", FullName: "Foo", FileName: "classes/Foo.cls", ID: "01p000000000FooAAA",
				Problem: "Variable does not exist: acc", ProblemType: "Error", Line: 4, Column: 9,
			},
			{
				FullName: "destructiveChanges.xml", FileName: "destructiveChanges.xml",
				Problem: "No ApexClass named: Bar found", ProblemType: "Warning", Success: true, Warning: true,
			},
		},
		Successes: []mdapi.DeployMessage{{FullName: "package.xml", FileName: "package.xml", Success: true, Changed: true, Created: true, Deleted: true}},
		TestsRun:  3,
		TestFailures: []mdapi.TestFailure{{
			ID: "01p00000000FtstAAA", Name: "FooTest", Namespace: "ns", MethodName: "adds", Message: "Expected: 1, Actual: 2",
			StackTrace: "Class.FooTest.adds: line 8, column 1", Duration: 23500 * time.Microsecond,
		}},
		Coverage: []mdapi.CodeCoverage{{ID: "01p000000000FooAAA", Name: "Foo", Type: "Class", Locations: 10, NotCovered: 1}},
		CoverageWarnings: []mdapi.CoverageWarning{
			{Message: "Average test coverage across all Apex Classes and Triggers is 40%"},
			{ID: "301000000000FloAAA", Name: "Route", Message: "too little"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRecordsAreRead(t *testing.T) {
	t.Parallel()
	got, err := replying(t, http.StatusOK, stored("read.xml")).ReadMetadata(t.Context(), "CustomLabel", "Hello", "Gone")
	want := []mdapi.MetadataRecord{{Type: "CustomLabel", FullName: "Hello", XML: []byte("<fullName>Hello</fullName><value>Hi &amp; bye</value>")}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestAZipComesWhole(t *testing.T) {
	t.Parallel()
	content := make([]byte, 100_001)
	for i := range content {
		content[i] = byte(i * 7)
	}
	encoded := base64.StdEncoding.EncodeToString(content)
	for name, text := range map[string]string{
		"in one line":            encoded,
		"in lines":               lines(encoded, 76, "\r\n"),
		"with blanks around it":  "\n\t " + encoded + " \n",
		"before the other facts": encoded,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts := "<done>true</done><id>09S1</id><status>Succeeded</status><success>true</success>"
			result := "<result>" + facts + "<zipFile>" + text + "</zipFile></result>"
			if name == "before the other facts" {
				result = "<result><zipFile>" + text + "</zipFile>" + facts + "</result>"
			}
			dir := t.TempDir()
			c := serve(t, always(http.StatusOK, answer("checkRetrieveStatus", result))).client(t)
			got, err := c.CheckRetrieveStatus(t.Context(), "09S1", filepath.Join(dir, "a.zip"))
			if err != nil || got.ZipSize != int64(len(content)) {
				t.Fatalf("%+v, %v", got, err)
			}
			onDisk, err := os.ReadFile(got.ZipPath)
			if err != nil || string(onDisk) != string(content) {
				t.Errorf("%d bytes differ, %v", len(onDisk), err)
			}
			if left, _ := os.ReadDir(dir); len(left) != 1 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func lines(s string, n int, end string) string {
	var out strings.Builder
	for len(s) > n {
		out.WriteString(s[:n] + end)
		s = s[n:]
	}
	return out.String() + s
}

func TestAZipThatIsNoneIsNoZip(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"another alphabet":     "AAAA*AAA",
		"cut":                  "AAAAA",
		"more after its end":   "AA==AAAA",
		"in a CDATA section":   "<![CDATA[AAAA]]>",
		"elements in it":       "AAAA<b>AAAA</b>",
		"a comment in between": "AAAA<!-- -->AAAA",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			c := serve(t, always(http.StatusOK, answer("checkRetrieveStatus",
				"<result><done>true</done><success>true</success><zipFile>"+text+"</zipFile></result>"))).client(t)
			_, err := c.CheckRetrieveStatus(t.Context(), "09S1", filepath.Join(dir, "a.zip"))
			if !errors.Is(err, mdapi.ErrReply) {
				t.Errorf("got %v", err)
			}
			if left, _ := os.ReadDir(dir); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestAFolderThatIsNotThereIsNoFaultOfTheOrg(t *testing.T) {
	t.Parallel()
	s := serve(t, always(http.StatusOK, answer("checkRetrieveStatus", "<result><done>true</done><success>true</success><zipFile>AAAA</zipFile></result>")))
	_, err := s.client(t).CheckRetrieveStatus(t.Context(), "09S1", filepath.Join(t.TempDir(), "gone", "a.zip"))
	if !errors.Is(err, os.ErrNotExist) || errors.Is(err, mdapi.ErrReply) || len(s.ops()) != 1 {
		t.Errorf("%v after %d calls", err, len(s.ops()))
	}
}

// The replies of real servers, which are not part of the project.
func TestRecordedRepliesAreRead(t *testing.T) {
	t.Parallel()
	recorded := func(t *testing.T, name string) *mdapi.Client {
		t.Helper()
		status := http.StatusOK
		if name == "cumulusci_partner_fault_INVALID_SESSION_ID.xml" {
			status = http.StatusInternalServerError
		}
		return replying(t, status, reference(t, "recorded", name))
	}
	t.Run("a retrieve with messages and a zip", func(t *testing.T) {
		t.Parallel()
		c := recorded(t, "cumulusci_checkRetrieveStatus_Succeeded_with_messages.xml")
		got, err := c.CheckRetrieveStatus(t.Context(), "09S1m000001EKBkEAO", filepath.Join(t.TempDir(), "a.zip"))
		if err != nil || !got.Success || got.Status != "Succeeded" || len(got.Messages) == 0 || len(got.Files) == 0 || got.Files[0].Type != "Package" {
			t.Fatalf("%+v, %v", got, err)
		}
		r, err := zip.OpenReader(got.ZipPath)
		if err != nil || len(r.File) == 0 {
			t.Fatalf("%v", err)
		}
		_ = r.Close()
		reply := reference(t, "recorded", "cumulusci_checkRetrieveStatus_Succeeded_with_messages.xml")
		skipping := replying(t, http.StatusOK, reply, func(c *mdapi.Config) { c.SkipFiles = true })
		without, err := skipping.CheckRetrieveStatus(t.Context(), "09S1m000001EKBkEAO", filepath.Join(t.TempDir(), "b.zip"))
		got.Files, got.ZipPath, without.ZipPath = nil, "", ""
		if diff := cmp.Diff(got, without); diff != "" || err != nil {
			t.Errorf("without its rows: %v (-with +without):\n%s", err, diff)
		}
	})
	t.Run("a retrieve that failed, with a nil zip", func(t *testing.T) {
		t.Parallel()
		got, err := recorded(t, "cumulusci_checkRetrieveStatus_Failed_no_package.xml").WaitRetrieve(t.Context(), "09S", filepath.Join(t.TempDir(), "a.zip"), nil)
		if err != nil || got.Success || !got.Done || got.ErrorCode != "UNKNOWN_EXCEPTION" || got.ErrorMessage == "" || got.ZipPath != "" {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("a fault with details", func(t *testing.T) {
		t.Parallel()
		_, err := recorded(t, "cumulusci_partner_fault_INVALID_SESSION_ID.xml").DescribeMetadata(t.Context())
		var fault *mdapi.Fault
		if !errors.As(err, &fault) || fault.Code != "INVALID_SESSION_ID" || !errors.Is(err, mdapi.ErrSessionExpired) {
			t.Errorf("%v", err)
		}
	})
	t.Run("the start of a deploy", func(t *testing.T) {
		t.Parallel()
		id, err := recorded(t, "simple-salesforce_01_deployResponse_x.xml").Deploy(t.Context(), smallFile(t), mdapi.DeployOptions{})
		if err != nil || len(id) != 18 {
			t.Errorf("%q, %v", id, err)
		}
	})
	for name, want := range map[string]string{
		"simple-salesforce_02_checkDeployStatusResponse_Pending.xml":                  "Pending",
		"simple-salesforce_03_checkDeployStatusResponse_Succeeded.xml":                "Succeeded",
		"simple-salesforce_04_checkDeployStatusResponse_Failed_componentFailures.xml": "Failed",
		"simple-salesforce_05_checkDeployStatusResponse_InProgress.xml":               "InProgress",
	} {
		t.Run("a deploy that is "+want, func(t *testing.T) {
			t.Parallel()
			got, err := recorded(t, name).CheckDeployStatus(t.Context(), "0Af", true)
			done := want == "Succeeded" || want == "Failed"
			if err != nil || got.Status != want || got.Done != done || got.CompletedDate.IsZero() == done || len(got.CreatedBy) != 15 {
				t.Errorf("%+v, %v", got, err)
			}
			if want == "Failed" && (len(got.Failures) != 1 || got.Failures[0].Problem != "No package.xml found") {
				t.Errorf("failures: %+v", got.Failures)
			}
		})
	}
}
