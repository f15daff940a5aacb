package emulator_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestForceIsServed replays what ForceCLI sends to fetch: the name before the
// members, no version, the old poll, arguments under other names.
func TestForceIsServed(t *testing.T) {
	t.Parallel()
	o := serve(t, sample())
	reply := o.result(`<describeMetadata><apiVersion>55.0</apiVersion></describeMetadata>`)
	if reply.FindElement("result/organizationNamespace") == nil {
		t.Error("no namespace element")
	}
	id := text(o.result(`<retrieve><retrieveRequest><apiVersion>55.0</apiVersion><unpackaged><types><name>ApexClass</name><members>Captain</members></types></unpackaged></retrieveRequest></retrieve>`), "result/id")
	polled := o.result(`<checkStatus><id>` + id + `</id></checkStatus>`)
	if text(polled, "result/done") != "true" || text(polled, "result/state") != "Completed" {
		t.Error("the old poll does not end")
	}
	if got := o.fetch(id); got.files["unpackaged/classes/Captain.cls"] == "" {
		t.Error(paths(got.files))
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
