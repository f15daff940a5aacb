package emulator

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// reply builds the body of a SOAP reply in the form that clients insist on:
// Envelope and Body with a prefix, the default namespace on the Envelope, the
// payload without one, xmlns:xsi only where it is used.
type reply struct {
	op    string
	b     bytes.Buffer
	usesX bool
	// split is where in b the base64 of zip is put, when there is one.
	split int
	zip   []byte
}

const (
	soapNS = "http://schemas.xmlsoap.org/soap/envelope/"
	xsiNS  = "http://www.w3.org/2001/XMLSchema-instance"
)

func newReply(op string) *reply { return &reply{op: op} }

func (r *reply) open(name string)  { r.b.WriteString("<" + name + ">") }
func (r *reply) close(name string) { r.b.WriteString("</" + name + ">") }

func (r *reply) text(name, text string) {
	r.open(name)
	r.b.WriteString(xmltext.Escape(text))
	r.close(name)
}

// some writes an element only if there is something to say.
func (r *reply) some(name, text string) {
	if text != "" {
		r.text(name, text)
	}
}

func (r *reply) bool(name string, v bool) { r.text(name, strconv.FormatBool(v)) }
func (r *reply) int(name string, n int)   { r.text(name, strconv.Itoa(n)) }

func (r *reply) nil(name string) {
	r.usesX = true
	r.b.WriteString("<" + name + ` xsi:nil="true"/>`)
}

// textOrNil writes an element that the WSDL calls nillable.
func (r *reply) textOrNil(name, text string) {
	if text == "" {
		r.nil(name)
		return
	}
	r.text(name, text)
}

// time writes a time in the service's form; a zero one is left out, as an empty
// element breaks clients.
func (r *reply) time(name string, t time.Time) {
	if !t.IsZero() {
		r.text(name, apiTime(t))
	}
}

// base64 marks where a zip goes; one reply holds at most one.
func (r *reply) base64(name string, zip []byte) {
	r.open(name)
	r.split, r.zip = r.b.Len(), zip
	r.close(name)
}

func apiTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (r *reply) envelope() (head, tail string) {
	head = `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="` + soapNS + `" xmlns="` + metadata.Namespace + `"`
	if r.usesX {
		head += ` xmlns:xsi="` + xsiNS + `"`
	}
	name := r.op + "Response"
	if r.b.Len() == 0 {
		return head + `><soapenv:Body><` + name + `/></soapenv:Body></soapenv:Envelope>`, ""
	}
	return head + `><soapenv:Body><` + name + `>`, `</` + name + `></soapenv:Body></soapenv:Envelope>`
}

func (r *reply) send(w http.ResponseWriter) {
	head, tail := r.envelope()
	body := r.b.Bytes()
	size := len(head) + len(body) + len(tail) + base64.StdEncoding.EncodedLen(len(r.zip))
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(size))
	w.WriteHeader(http.StatusOK)
	// Nobody is left to be told when the client goes away.
	_, _ = io.WriteString(w, head)
	_, _ = w.Write(body[:r.split])
	enc := base64.NewEncoder(base64.StdEncoding, w)
	_, _ = enc.Write(r.zip)
	_ = enc.Close()
	_, _ = w.Write(body[r.split:])
	_, _ = io.WriteString(w, tail)
}

func writeFault(w http.ResponseWriter, f *soapFault) {
	code := "sf:" + f.Code
	if f.Code == "soapenv:Client" {
		code = f.Code
	}
	body := `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="` + soapNS + `" xmlns:sf="` + metadata.Namespace +
		`" xmlns:xsi="` + xsiNS + `"><soapenv:Body><soapenv:Fault><faultcode>` + code + `</faultcode><faultstring>` +
		xmltext.Escape(f.Code+": "+f.Message) + `</faultstring></soapenv:Fault></soapenv:Body></soapenv:Envelope>`
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = io.WriteString(w, body)
}
