package emulator_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// schema is the published WSDL's, by the names of its types.
type schema struct {
	types    map[string]*etree.Element // complex and simple types
	elements map[string]*etree.Element // of the operations
}

func publishedSchema(t *testing.T) schema {
	t.Helper()
	root := os.Getenv("ORGKEEP_REFERENCE")
	if root == "" {
		root = "../../../shared"
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromFile(filepath.Join(root, "reference", "wsdl", "metadata-v63.0.wsdl")); err != nil {
		t.Skip("no published WSDL here")
	}
	s := schema{map[string]*etree.Element{}, map[string]*etree.Element{}}
	for _, e := range doc.FindElement("./definitions/types/schema").ChildElements() {
		name := e.SelectAttrValue("name", "")
		if e.Tag == "element" {
			s.elements[name] = e.SelectElement("complexType")
			continue
		}
		s.types[name] = e
	}
	return s
}

// valid holds a reply to the schema: which elements, in which order, how many, and
// the form of their texts. It gives what is wrong.
func (s schema) valid(reply *etree.Element) []string {
	typ, ok := s.elements[reply.Tag]
	if !ok {
		return []string{reply.Tag + " is no reply"}
	}
	return s.content(reply, typ, reply.Tag)
}

// parts gives the elements of a type, those of what it extends first.
func (s schema) parts(typ *etree.Element) []*etree.Element {
	var all []*etree.Element
	if ext := typ.FindElement("complexContent/extension"); ext != nil {
		all = s.parts(s.types[local(ext.SelectAttrValue("base", ""))])
		typ = ext
	}
	if seq := typ.SelectElement("sequence"); seq != nil {
		all = append(all, seq.ChildElements()...)
	}
	return all
}

func local(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

func (s schema) content(e, typ *etree.Element, at string) []string {
	var wrong []string
	left := e.ChildElements()
	for _, part := range s.parts(typ) {
		name, n := part.SelectAttrValue("name", ""), 0
		for len(left) > 0 && left[0].Tag == name {
			wrong = append(wrong, s.element(left[0], part, at+"/"+name)...)
			left, n = left[1:], n+1
		}
		if n == 0 && part.SelectAttrValue("minOccurs", "1") != "0" {
			wrong = append(wrong, at+" lacks "+name)
		}
		if n > 1 && part.SelectAttrValue("maxOccurs", "1") == "1" {
			wrong = append(wrong, fmt.Sprintf("%s has %d of %s", at, n, name))
		}
	}
	for _, e := range left {
		wrong = append(wrong, at+" has "+e.Tag+" where it does not belong")
	}
	return wrong
}

func (s schema) element(e, part *etree.Element, at string) []string {
	if e.SelectAttrValue("xsi:nil", "") == "true" {
		// The service sends it for a zip that is not there, against its own WSDL.
		if part.SelectAttrValue("nillable", "") != "true" && e.Tag != "zipFile" {
			return []string{at + " is nil"}
		}
		return nil
	}
	name := part.SelectAttrValue("type", "")
	if given := e.SelectAttrValue("xsi:type", ""); given != "" {
		name = given
	}
	typ, ok := s.types[local(name)]
	switch {
	case ok && typ.Tag == "complexType":
		return s.content(e, typ, at)
	case len(e.ChildElements()) > 0:
		return []string{at + " has elements in it"}
	case ok && typ.FindElement("restriction/enumeration") != nil:
		for _, v := range typ.FindElements("restriction/enumeration") {
			if v.SelectAttrValue("value", "") == e.Text() {
				return nil
			}
		}
	case ok || formed(local(name), e.Text()):
		return nil
	}
	return []string{fmt.Sprintf("%s is %q, which is no %s", at, e.Text(), local(name))}
}

// formed tells whether a text is a value of a type of XML Schema.
func formed(typ, text string) bool {
	var err error
	switch typ {
	case "boolean":
		return text == "true" || text == "false"
	case "int":
		_, err = strconv.Atoi(text)
	case "double":
		_, err = strconv.ParseFloat(text, 64)
	case "dateTime":
		_, err = time.Parse("2006-01-02T15:04:05.000Z", text)
	case "base64Binary":
		_, err = base64.StdEncoding.DecodeString(text)
	}
	return err == nil
}

func TestRepliesAreWhatTheWSDLSays(t *testing.T) {
	t.Parallel()
	s := publishedSchema(t)
	script := "tests: {A: {adds: \"\", fails: \"no\"}}\ncoverage: {A: {lines: 10, uncovered: [1, 2, 3, 4]}}\n"
	o := serve(t, with(map[string]string{emulator.ScriptFile: script}), emulator.WithLatency(8*time.Second))
	hold := func(name string, replies ...*etree.Element) {
		for _, reply := range replies {
			if wrong := s.valid(reply); len(wrong) > 0 {
				t.Errorf("%s: %s", name, strings.Join(slices.Compact(wrong), "\n\t"))
			}
		}
	}
	// all the states that a job goes through
	follow := func(name, started, poll string) {
		reply := o.result(started)
		hold(name, reply)
		for range 4 {
			hold(name, o.result(fmt.Sprintf(poll, text(reply, "result/id"))))
			o.clock.advance(3 * time.Second)
		}
	}
	hold("describe", o.result("<describeMetadata><asOfVersion>63.0</asOfVersion></describeMetadata>"))
	hold("list", o.result("<listMetadata><queries><type>ApexClass</type></queries><queries><type>CustomField</type></queries><queries><folder>Fleet</folder><type>Report</type></queries></listMetadata>"))
	hold("read", o.result("<readMetadata><type>CustomLabel</type><fullNames>Ahoy</fullNames></readMetadata>"))
	retrieve := "<retrieve><retrieveRequest><apiVersion>63.0</apiVersion><singlePackage>true</singlePackage>%s</retrieveRequest></retrieve>"
	poll := "<checkRetrieveStatus><asyncProcessId>%s</asyncProcessId><includeZip>false</includeZip></checkRetrieveStatus>"
	zip := "<checkRetrieveStatus><asyncProcessId>%s</asyncProcessId></checkRetrieveStatus>"
	unpackaged := "<unpackaged><types><members>*</members><members>Nope</members><name>ApexClass</name></types><version>63.0</version></unpackaged>"
	follow("retrieve", fmt.Sprintf(retrieve, unpackaged), poll)
	follow("a retrieve that fails", fmt.Sprintf(retrieve, "<packageNames>Nope</packageNames>"), poll)
	id := text(o.result(fmt.Sprintf(retrieve, unpackaged)), "result/id")
	o.clock.advance(time.Minute)
	hold("the zip", o.result(fmt.Sprintf(zip, id)))

	status := "<checkDeployStatus><asyncProcessId>%s</asyncProcessId><includeDetails>true</includeDetails></checkDeployStatus>"
	brief := "<checkDeployStatus><asyncProcessId>%s</asyncProcessId><includeDetails>false</includeDetails></checkDeployStatus>"
	deploy := func(zip []byte, options string) string {
		return "<deploy><ZipFile>" + base64.StdEncoding.EncodeToString(zip) + "</ZipFile><DeployOptions>" + options + "</DeployOptions></deploy>"
	}
	follow("deploy", deploy(classZip(t, "B"), careful), status)
	follow("deploy, told in brief", deploy(classZip(t, "C"), careful), brief)
	follow("no package.xml", deploy(zipOf(t, map[string]string{"x": ""}), careful), status)
	follow("tests that fail", deploy(classZip(t, "A"), careful+"<testLevel>RunSpecifiedTests</testLevel><runTests>A</runTests><runTests>Nope</runTests>"), status)
	follow("too little coverage", deploy(classZip(t, "A"), careful+"<testLevel>RunSpecifiedTests</testLevel><runTests>Captain</runTests>"), status)
	broken := zipOf(t, map[string]string{"package.xml": manifest(63, "CustomTab:T"), "tabs/T.tab": "<CustomTab>", "destructiveChanges.xml": manifest(63, "ApexClass:Nope")})
	follow("what cannot be read or deleted", deploy(broken, careful), status)
	id = text(o.result(deploy(classZip(t, "D"), careful)), "result/id")
	hold("cancel", o.result("<cancelDeploy><String>"+id+"</String></cancelDeploy>"), o.result(fmt.Sprintf(status, id)))
	id = text(o.result(deploy(classZip(t, "E"), careful+"<checkOnly>true</checkOnly><testLevel>RunSpecifiedTests</testLevel><runTests>E</runTests>")), "result/id")
	o.clock.advance(time.Minute)
	hold("a quick deploy", o.result("<deployRecentValidation><validationId>"+id+"</validationId></deployRecentValidation>"))
}

func TestTheWSDLRefusesWhatItShould(t *testing.T) {
	t.Parallel()
	s := publishedSchema(t)
	for name, reply := range map[string]string{
		"elements in another order": "<cancelDeployResponse><result><id>x</id><done>true</done></result></cancelDeployResponse>",
		"one that is missing":       "<cancelDeployResponse><result><id>x</id></result></cancelDeployResponse>",
		"one that is unknown":       "<cancelDeployResponse><result><done>true</done><id>x</id><more/></result></cancelDeployResponse>",
		"a text of another form":    "<cancelDeployResponse><result><done>yes</done><id>x</id></result></cancelDeployResponse>",
		"a state that is none":      "<retrieveResponse><result><done>true</done><id>x</id><state>Done</state></result></retrieveResponse>",
		"a reply that is none":      "<danceResponse/>",
	} {
		doc := etree.NewDocument()
		if err := doc.ReadFromString(reply); err != nil {
			t.Fatal(err)
		}
		if len(s.valid(doc.Root())) == 0 {
			t.Errorf("%s is taken", name)
		}
	}
}
