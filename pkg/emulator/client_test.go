package emulator_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// noon is the time at which the orgs of these tests stand still.
var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// clock is a server's clock that tests turn.
type clock struct{ at time.Time }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

// org is a server and what a test needs to talk to it.
type org struct {
	*emulator.Server
	t     testing.TB
	clock *clock
	token string
}

func serve(t *testing.T, files map[string]string, opts ...emulator.Option) *org {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(content)}
	}
	c := &clock{noon}
	all := append([]emulator.Option{emulator.WithOrg(fsys), emulator.WithClock(c.now), emulator.WithBehaviour("list-order", "sorted"), emulator.WithBehaviour("zip-order", "sorted")}, opts...)
	s, err := emulator.New(all...)
	if err != nil {
		t.Fatal(err)
	}
	return &org{Server: s, t: t, clock: c, token: s.Credentials().AccessToken}
}

// do sends a request to the server without a network.
func (o *org) do(method, path, contentType, body string, header ...string) *httptest.ResponseRecorder {
	o.t.Helper()
	r := httptest.NewRequestWithContext(o.t.Context(), method, path, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	r.Header.Set("Authorization", "Bearer "+o.token)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	return w
}

func (o *org) get(path string) *httptest.ResponseRecorder {
	o.t.Helper()
	return o.do(http.MethodGet, path, "", "")
}

func envelope(token, body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">` +
		`<soapenv:Header xmlns="http://soap.sforce.com/2006/04/metadata"><SessionHeader><sessionId>` + token + `</sessionId></SessionHeader></soapenv:Header>` +
		`<soapenv:Body xmlns="http://soap.sforce.com/2006/04/metadata">` + body + `</soapenv:Body></soapenv:Envelope>`
}

// soap makes a call and gives the reply's text.
func (o *org) soap(body string) *httptest.ResponseRecorder {
	o.t.Helper()
	return o.do(http.MethodPost, "/services/Soap/m/66.0", "text/xml", envelope(o.token, body))
}

// result makes a call that must succeed and gives the response element.
func (o *org) result(body string) *etree.Element {
	o.t.Helper()
	w := o.soap(body)
	if w.Code != http.StatusOK {
		o.t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(w.Body.Bytes()); err != nil {
		o.t.Fatalf("reply: %v", err)
	}
	return doc.FindElement("./Envelope/Body/*")
}

func text(e *etree.Element, path string) string {
	if found := e.FindElement(path); found != nil {
		return found.Text()
	}
	return ""
}

// list gives the rows of one query as "fullName lastModifiedByName date".
func (o *org) list(typ, folder string) []string {
	o.t.Helper()
	q := "<type>" + typ + "</type>"
	if folder != "" {
		q = "<folder>" + folder + "</folder>" + q
	}
	reply := o.result("<listMetadata><queries>" + q + "</queries><asOfVersion>66.0</asOfVersion></listMetadata>")
	var rows []string
	for _, row := range reply.SelectElements("result") {
		rows = append(rows, text(row, "fullName")+" "+text(row, "lastModifiedByName")+" "+text(row, "lastModifiedDate"))
	}
	return rows
}

type retrieved struct {
	files    map[string]string
	messages []string
	status   string
	failure  string
	props    []string
}

func members(types map[string][]string) string {
	var b strings.Builder
	for _, typ := range slices.Sorted(maps.Keys(types)) {
		b.WriteString("<types>")
		for _, name := range types[typ] {
			b.WriteString("<members>" + escape(name) + "</members>")
		}
		b.WriteString("<name>" + typ + "</name></types>")
	}
	return b.String()
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(s)
}

func (o *org) retrieve(version int, types map[string][]string) retrieved {
	o.t.Helper()
	body := fmt.Sprintf("<retrieve><retrieveRequest><apiVersion>%d.0</apiVersion><singlePackage>true</singlePackage><unpackaged>%s<version>%d.0</version></unpackaged></retrieveRequest></retrieve>",
		version, members(types), version)
	return o.fetch(text(o.result(body), "result/id"))
}

func (o *org) fetch(id string) retrieved {
	o.t.Helper()
	reply := o.result("<checkRetrieveStatus><asyncProcessId>" + id + "</asyncProcessId></checkRetrieveStatus>")
	out := retrieved{status: text(reply, "result/status"), failure: text(reply, "result/errorMessage"), files: map[string]string{}}
	for _, m := range reply.FindElements("result/messages/problem") {
		out.messages = append(out.messages, m.Text())
	}
	for _, p := range reply.FindElements("result/fileProperties/fullName") {
		out.props = append(out.props, p.Text())
	}
	packed := text(reply, "result/zipFile")
	if packed == "" {
		return out
	}
	data, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		o.t.Fatal(err)
	}
	out.files = unzip(o.t, data)
	return out
}

func unzip(tb testing.TB, data []byte) map[string]string {
	tb.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		tb.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			tb.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			tb.Fatal(err)
		}
		files[f.Name] = string(content)
	}
	return files
}

func zipOf(tb testing.TB, files map[string]string) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		out, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(out, files[name])
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

type deployed struct {
	status    string
	failures  []string // "Type:Name: problem"
	successes []string // "Type:Name", with + for created, ~ for changed, - for deleted, = for unchanged
	result    *etree.Element
}

// options of a deploy as elements; the default is what a careful client sends.
const careful = "<rollbackOnError>true</rollbackOnError><singlePackage>true</singlePackage>"

func (o *org) deploy(files map[string]string, options string) deployed {
	o.t.Helper()
	return o.deployZip(zipOf(o.t, files), options)
}

func (o *org) deployZip(data []byte, options string) deployed {
	o.t.Helper()
	reply := o.result("<deploy><ZipFile>" + base64.StdEncoding.EncodeToString(data) + "</ZipFile><DeployOptions>" + options + "</DeployOptions></deploy>")
	return o.deployStatus(text(reply, "result/id"))
}

func (o *org) deployStatus(id string) deployed {
	o.t.Helper()
	r := o.result("<checkDeployStatus><asyncProcessId>" + id + "</asyncProcessId><includeDetails>true</includeDetails></checkDeployStatus>").SelectElement("result")
	out := deployed{status: text(r, "status"), result: r}
	for _, m := range r.FindElements("details/componentFailures") {
		out.failures = append(out.failures, text(m, "componentType")+":"+text(m, "fullName")+": "+text(m, "problem"))
	}
	for _, m := range r.FindElements("details/componentSuccesses") {
		mark := "="
		switch {
		case text(m, "created") == "true":
			mark = "+"
		case text(m, "deleted") == "true":
			mark = "-"
		case text(m, "changed") == "true":
			mark = "~"
		}
		if text(m, "componentType") != "" {
			out.successes = append(out.successes, mark+text(m, "componentType")+":"+text(m, "fullName"))
		}
	}
	return out
}

// manifest writes a package.xml or a destructive one.
func manifest(version int, components ...string) string {
	var all []metadata.Component
	for _, s := range components {
		c, err := metadata.ParseComponent(s)
		if err != nil {
			panic(err)
		}
		all = append(all, c)
	}
	return string(metadata.NewManifest(metadata.Version(version), all...).XML())
}

// xmlFile writes a metadata file: the root's name and what is in it.
func xmlFile(root, inner string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n<" + root + ` xmlns="http://soap.sforce.com/2006/04/metadata">` + "\n" + inner + "</" + root + ">\n"
}

func (o *org) file(path string) string {
	o.t.Helper()
	content, ok := o.Files()[path]
	if !ok {
		return ""
	}
	return string(content)
}

// texts gives the org's files as text.
func (o *org) texts() map[string]string {
	files := map[string]string{}
	for p, content := range o.Files() {
		files[p] = string(content)
	}
	return files
}
