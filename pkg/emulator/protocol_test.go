package emulator_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

const replyHead = `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="http://soap.sforce.com/2006/04/metadata"`

func TestRepliesHaveTheFormThatClientsInsistOn(t *testing.T) {
	t.Parallel()
	o := serve(t, map[string]string{"labels/CustomLabels.labels": xmlFile("CustomLabels", label("Ahoy", "Hi"))})
	xsi := ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`
	for name, tc := range map[string]struct{ call, want string }{
		"nothing listed": {"<listMetadata><queries><type>ApexClass</type></queries></listMetadata>", "><soapenv:Body><listMetadataResponse/></soapenv:Body></soapenv:Envelope>"},
		"no queries":     {"<listMetadata/>", "><soapenv:Body><listMetadataResponse/></soapenv:Body></soapenv:Envelope>"},
		"a job": {
			"<retrieve><request><apiVersion>66.0</apiVersion></request></retrieve>",
			"><soapenv:Body><retrieveResponse><result><done>false</done><id>09S000000000003AAA</id><state>Queued</state></result></retrieveResponse></soapenv:Body></soapenv:Envelope>",
		},
		"a record that is not there": {
			"<readMetadata><type>CustomLabel</type><fullNames>Nope</fullNames></readMetadata>",
			xsi + `><soapenv:Body><readMetadataResponse><result><records xsi:nil="true"/></result></readMetadataResponse></soapenv:Body></soapenv:Envelope>`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := o.soap(tc.call)
			got := w.Body.String()
			if name == "a job" {
				got = strings.Replace(got, got[strings.Index(got, "<id>"):strings.Index(got, "</id>")], "<id>09S000000000003AAA", 1)
			}
			if diff := cmp.Diff(replyHead+tc.want, got); diff != "" {
				t.Error(diff)
			}
			if kind := w.Header().Get("Content-Type"); kind != "text/xml;charset=UTF-8" {
				t.Error(kind)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	o := serve(t, sample())
	four := strings.Repeat("<queries><type>ApexClass</type></queries>", 4)
	for name, tc := range map[string]struct{ path, token, call, code, text string }{
		"no session":      {"/services/Soap/m/66.0", "nonsense", "<describeMetadata/>", "sf:INVALID_SESSION_ID", "INVALID_SESSION_ID: Invalid Session ID found in SessionHeader: Illegal Session"},
		"an old version":  {"/services/Soap/m/30.0", o.token, "<describeMetadata/>", "sf:UNSUPPORTED_API_VERSION", "UNSUPPORTED_API_VERSION: Invalid Api version specified on URL"},
		"no such call":    {"/services/Soap/m/66.0", o.token, "<dance/>", "sf:UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION: No operation available for request dance"},
		"an unknown type": {"/services/Soap/m/66.0", o.token, "<listMetadata><queries><type>Nope</type></queries></listMetadata>", "sf:INVALID_TYPE", "INVALID_TYPE: Unknown type:Nope"},
		"four queries":    {"/services/Soap/m/66.0", o.token, "<listMetadata>" + four + "</listMetadata>", "sf:LIMIT_EXCEEDED", "LIMIT_EXCEEDED: the maximum number of list queries in one call is 3"},
		"an unknown job":  {"/services/Soap/m/66.0/00DKa000000Demo", o.token, "<checkDeployStatus><id>0Af</id></checkDeployStatus>", "sf:INVALID_CROSS_REFERENCE_KEY", "INVALID_CROSS_REFERENCE_KEY: invalid cross reference id"},
		"login":           {"/services/Soap/u/60.0", "", "<login><username>a</username></login>", "sf:INVALID_OPERATION", "INVALID_OPERATION: SOAP API login() is disabled by default in this org."},
	} {
		t.Run(name, func(t *testing.T) {
			w := o.do(http.MethodPost, tc.path, "text/xml", envelope(tc.token, tc.call))
			body := w.Body.String()
			if w.Code != http.StatusInternalServerError || !strings.Contains(body, "<faultcode>"+tc.code+"</faultcode><faultstring>"+tc.text+"</faultstring>") {
				t.Errorf("%d %s", w.Code, body)
			}
		})
	}
}

func TestResourcesOfREST(t *testing.T) {
	t.Parallel()
	o := serve(t, sample(), emulator.WithOrgName("Ships"))
	for name, tc := range map[string]struct {
		path   string
		status int
		want   string
	}{
		"versions":         {"/services/data", 200, `{"label":"Spring '26","url":"/services/data/v66.0","version":"66.0"}`},
		"a doubled slash":  {"//services/data/v66.0/limits", 200, `"DailyApiRequests"`},
		"organization":     {"/services/data/v66.0/query?q=SELECT+Name,IsSandbox,TrialExpirationDate+FROM+Organization", 200, `"IsSandbox":true,"Name":"Ships","TrialExpirationDate":null`},
		"a user":           {"/services/data/v51.0/sobjects/User/005000000000001AAA", 200, `"Username":"admin@emulator.example"`},
		"no dev hub":       {"/services/data/v51.0/query?q=SELECT+Id+FROM+ScratchOrgInfo+limit+1", 400, `"errorCode":"INVALID_TYPE"`},
		"not tracked":      {"/services/data/v66.0/tooling/sobjects/SourceMember/describe", 404, `[{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]`},
		"no REST retrieve": {"/services/data/v66.0/metadata/retrieveRequest", 404, `"NOT_FOUND"`},
		"a retired one":    {"/services/data/v30.0/query?q=SELECT+Id+FROM+User", 410, `UNSUPPORTED_API_VERSION`},
		"nonsense":         {"/services/data/v66.0/query?q=SELECT", 400, `MALFORMED_QUERY`},
		"no such field":    {"/services/data/v66.0/query?q=SELECT+Nope+FROM+User", 400, `INVALID_FIELD`},
		"columns":          {"/services/data/v66.0/query?q=SELECT+Id+FROM+User&columns=true", 200, `"columnMetadata":[{`},
		"a condition":      {"/services/data/v66.0/query?q=SELECT+Id+FROM+User+WHERE+Username='x'+AND+IsActive=true", 200, `{"done":true,"records":[],"totalSize":0}`},
		"flow versions":    {"/services/data/v66.0/tooling/query?q=SELECT+VersionNumber,Status+FROM+Flow+WHERE+Definition.DeveloperName='Sail'", 200, `"Status":"Active","VersionNumber":1`},
		"dependencies":     {"/services/data/v66.0/tooling/query?q=SELECT+RefMetadataComponentName+FROM+MetadataComponentDependency+WHERE+MetadataComponentName='deck'", 200, `"RefMetadataComponentName":"Captain"`},
		"words of Apex":    {"/services/data/v66.0/tooling/query?q=SELECT+RefMetadataComponentName+FROM+MetadataComponentDependency+WHERE+MetadataComponentType='ApexClass'+AND+RefMetadataComponentType='CustomField'", 200, `"RefMetadataComponentName":"Gauge__c"`},
		"resources":        {"/services/data/v66.0", 200, `"identity":"http://example.com/id/00DKa000000DemoMAC/005000000000001AAA"`},
		"who I am":         {"/id/00DKa000000DemoMAC/005000000000001AAA?format=json", 200, `"username":"admin@emulator.example"`},
	} {
		t.Run(name, func(t *testing.T) {
			w := o.get(tc.path)
			if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	t.Run("who I am, the token in the query", func(t *testing.T) {
		path := "/id/00DKa000000DemoMAC/005000000000001AAA?oauth_token="
		for token, want := range map[string]int{o.token: http.StatusOK, "x": http.StatusForbidden} {
			if w := o.do(http.MethodGet, path+token, "", "", "Authorization", ""); w.Code != want {
				t.Errorf("%d %s, want %d", w.Code, w.Body, want)
			}
		}
	})
	t.Run("a wrong session", func(t *testing.T) {
		w := o.do(http.MethodGet, "/services/data/v66.0/limits", "", "", "Authorization", "Bearer x")
		if w.Code != 401 || strings.TrimSpace(w.Body.String()) != `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]` {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestProductionKnowsItsSandboxes(t *testing.T) {
	t.Parallel()
	files := map[string]string{emulator.ScriptFile: "sandboxes: [{name: dev, org_id: 00Dxx0000000dev}]\n"}
	query := "/services/data/v66.0/tooling/query?q=SELECT+SandboxName,Status,LicenseType+FROM+SandboxProcess+WHERE+SandboxOrganization='00Dxx0000000dev'+ORDER+BY+CreatedDate+DESC"
	for name, tc := range map[string]struct {
		sandbox bool
		want    string
	}{
		"production":       {false, `"LicenseType":"DEVELOPER","SandboxName":"dev","Status":"Completed"`},
		"a sandbox itself": {true, `"totalSize":0`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serve(t, files, emulator.WithSandbox(tc.sandbox))
			if w := o.get(query); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), tc.want) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}

func TestDeployOverREST(t *testing.T) {
	t.Parallel()
	o := serve(t, nil)
	zip := zipOf(t, map[string]string{"package.xml": manifest(66, "ApexClass:A"), "classes/A.cls": "class A {}", "classes/A.cls-meta.xml": xmlFile("ApexClass", "")})
	body := "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"package.xml\"\r\nContent-Type: application/zip\r\n\r\n" + string(zip) +
		"\r\n--B\r\nContent-Disposition: form-data; name=\"entity_content\"\r\nContent-Type: application/json\r\n\r\n" +
		`{"deployOptions":{"rollbackOnError":true,"singlePackage":true}}` + "\r\n--B--\r\n"
	w := o.do(http.MethodPost, "/services/data/v66.0/metadata/deployRequest", `multipart/form-data; boundary=B`, body)
	var made struct{ ID string }
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	w = o.get("/services/data/v66.0/metadata/deployRequest/" + made.ID + "?includeDetails=true")
	var status struct {
		DeployResult struct {
			Status  string
			Details struct{ ComponentSuccesses []struct{ FullName string } }
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &status); err != nil || status.DeployResult.Status != "Succeeded" || len(status.DeployResult.Details.ComponentSuccesses) != 2 {
		t.Errorf("%v %s", err, w.Body)
	}
}

func TestCallsThatAreNotModelled(t *testing.T) {
	t.Parallel()
	o := serve(t, sample())
	before := o.texts()
	for _, op := range []string{"createMetadata", "updateMetadata", "upsertMetadata", "deleteMetadata", "renameMetadata", "describeValueType"} {
		w := o.soap("<" + op + "><type>CustomLabel</type><fullNames>Bye</fullNames></" + op + ">")
		if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "UNKNOWN_EXCEPTION: No operation available for request "+op) {
			t.Errorf("%s: %d %s", op, w.Code, w.Body)
		}
	}
	for call, want := range map[string]int{
		"PATCH sobjects/User/005000000000001AAA": http.StatusMethodNotAllowed, "POST sobjects/Account": http.StatusMethodNotAllowed,
		"GET sobjects/Account/describe": http.StatusNotFound, "POST composite": http.StatusNotFound, "GET jobs/query": http.StatusNotFound,
	} {
		method, path, _ := strings.Cut(call, " ")
		if w := o.do(method, "/services/data/v66.0/"+path, "application/json", "{}"); w.Code != want {
			t.Errorf("%s: %d %s", call, w.Code, w.Body)
		}
	}
	if diff := cmp.Diff(before, o.texts()); diff != "" {
		t.Error(diff)
	}
}
