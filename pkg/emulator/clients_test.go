package emulator_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// What ForceCLI sends, which cannot be installed here, is replayed: arguments under
// other names and in another order than the WSDL's, a version of its own, the poll
// of old.

func TestForceSignsIn(t *testing.T) {
	t.Parallel()
	o := serve(t, sample())
	if w := o.do(http.MethodPost, "/services/Soap/u/55.0", "text/xml", envelope("", "<login><username>a</username><password>b</password></login>"), "SOAPAction", "login"); w.Code != http.StatusInternalServerError {
		t.Errorf("login gave %d", w.Code)
	}
	user := regexp.MustCompile(`"user_id":"(\w+)"`).FindStringSubmatch(o.get("/services/oauth2/userinfo").Body.String())
	if len(user) != 2 || !strings.Contains(o.get("/services/data/v55.0/sobjects/User/"+user[1]).Body.String(), `"Username":"admin@emulator.example"`) {
		t.Errorf("user %v", user)
	}
	if o.result(`<describeMetadata><apiVersion>55.0</apiVersion></describeMetadata>`).FindElement("result/organizationNamespace") == nil {
		t.Error("no namespace element")
	}
}

func TestForceFetches(t *testing.T) {
	t.Parallel()
	o := serve(t, sample())
	id := text(o.result(`<retrieve><retrieveRequest><apiVersion>55.0</apiVersion><unpackaged><types><name>ApexClass</name><members>Captain</members></types></unpackaged></retrieveRequest></retrieve>`), "result/id")
	polled := o.result(`<checkStatus><id>` + id + `</id></checkStatus>`)
	if text(polled, "result/done") != "true" || text(polled, "result/state") != "Completed" {
		t.Error("the old poll does not end")
	}
	fetched := o.result(`<checkRetrieveStatus><id>` + id + `</id></checkRetrieveStatus>`)
	if text(fetched, "result/zipFile") == "" {
		t.Error("no zip")
	}
}

func TestForceExports(t *testing.T) {
	t.Parallel()
	o := serve(t, sample())
	if w := o.get("/services/data/v55.0/sobjects"); !strings.Contains(w.Body.String(), `"name":"Ship__c"`) {
		t.Error(w.Body)
	}
	for query, want := range map[string]string{
		"SELECT Id, Type, NamespacePrefix, DeveloperName FROM Folder WHERE Type IN ('Dashboard', 'Document', 'Email', 'Report')": `"DeveloperName":"Fleet"`,
		"SELECT Id, OwnerId, DeveloperName, NamespacePrefix FROM Report":                                                         `"DeveloperName":"Fast"`,
		"SELECT Id, FolderId, DeveloperName, NamespacePrefix FROM Dashboard":                                                     `"totalSize":0`,
		"SELECT Id, FolderId, DeveloperName, NamespacePrefix FROM EmailTemplate":                                                 `"DeveloperName":"Hello"`,
	} {
		if w := o.get("/services/data/v55.0/query?q=" + url.QueryEscape(query)); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
	var types strings.Builder
	for _, typ := range metadata.Default().Types() {
		types.WriteString("<types><name>" + typ.Name + "</name><members>*</members></types>")
	}
	id := text(o.result(`<retrieve><retrieveRequest><apiVersion>55.0</apiVersion><unpackaged>`+types.String()+`</unpackaged></retrieveRequest></retrieve>`), "result/id")
	if got := o.fetch(id); got.status != "Succeeded" || got.files["unpackaged/profiles/Admin.profile"] == "" {
		t.Errorf("%s %v", got.status, paths(got.files))
	}
}

func TestForceImports(t *testing.T) {
	t.Parallel()
	o := serve(t, sample())
	files := map[string]string{"unpackaged/package.xml": manifest(55, "ApexClass:A"), "unpackaged/classes/A.cls": "class A {}", "unpackaged/classes/A.cls-meta.xml": xmlFile("ApexClass", "")}
	deploy := func(more string) string {
		return text(o.result(`<deploy><zipFile>`+base64.StdEncoding.EncodeToString(zipOf(t, files))+`</zipFile><deployOptions><allowMissingFiles>false</allowMissingFiles><autoUpdatePackage>false</autoUpdatePackage>`+
			`<ignoreWarnings>false</ignoreWarnings><performRetrieve>false</performRetrieve><purgeOnDelete>false</purgeOnDelete><rollbackOnError>true</rollbackOnError>`+more+`<singlePackage>false</singlePackage></deployOptions></deploy>`), "result/id")
	}
	status := func(id string) string {
		return text(o.result(`<checkDeployStatus><id>`+id+`</id><includeDetails>true</includeDetails></checkDeployStatus>`), "result/status")
	}
	checked := deploy(`<checkOnly>true</checkOnly><testLevel>RunSpecifiedTests</testLevel><runTests>Captain</runTests>`)
	if got := status(checked); got != "Succeeded" || o.file("classes/A.cls") != "" {
		t.Errorf("the validation is %s", got)
	}
	quick := o.result(`<deployRecentValidation><validationID>` + checked + `</validationID></deployRecentValidation>`)
	if got := status(text(quick, "result")); got != "Succeeded" || o.file("classes/A.cls") == "" {
		t.Errorf("the quick deploy is %s", got)
	}
	if got := status(deploy(`<checkOnly>false</checkOnly><runTests></runTests>`)); got != "Succeeded" {
		t.Errorf("the deploy is %s", got)
	}
}

// TestCumulusCIIsServed: prefixes on some elements and none on others, the org's
// id in the path, an operation as SOAPAction.
func TestCumulusCIIsServed(t *testing.T) {
	t.Parallel()
	o := serve(t, sample())
	body := `<?xml version="1.0"?><se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Header>` +
		`<SessionHeader xmlns="http://soap.sforce.com/2006/04/metadata"><sessionId>` + o.token + `</sessionId></SessionHeader></se:Header>` +
		`<se:Body><tns:describeMetadata xmlns:tns="http://soap.sforce.com/2006/04/metadata"><asOfVersion>58.0</asOfVersion></tns:describeMetadata></se:Body></se:Envelope>`
	w := o.do(http.MethodPost, "/services/Soap/m/58.0/00DKa000000Demo", "text/xml; charset=UTF-8", body, "SOAPAction", "describeMetadata")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<xmlName>ApexClass</xmlName>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
