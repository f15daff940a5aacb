package mdapi

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

const (
	envelopeNamespace = "http://schemas.xmlsoap.org/soap/envelope/"
	xmlHeader         = `<?xml version="1.0" encoding="UTF-8"?>`
)

// element writes XML. Children of a type must be written in the order of the
// WSDL's sequence.
type element struct{ buf bytes.Buffer }

func (e *element) open(name string)  { e.buf.WriteString("<" + name + ">") }
func (e *element) close(name string) { e.buf.WriteString("</" + name + ">") }

func (e *element) text(name, value string) {
	e.open(name)
	// Writing to a buffer does not fail.
	_ = xml.EscapeText(&e.buf, []byte(value))
	e.close(name)
}

func (e *element) bool(name string, value bool) { e.text(name, strconv.FormatBool(value)) }

func (e *element) version(name string, v metadata.Version) { e.text(name, v.String()) }

// optional leaves an empty value out.
func (e *element) optional(name, value string) {
	if value != "" {
		e.text(name, value)
	}
}

func (e *element) all(name string, values []string) {
	for _, v := range values {
		e.text(name, v)
	}
}

// envelopeHead gives everything up to the operation's element. The session is
// in the header alone.
func envelopeHead(token, client string) []byte {
	var e element
	e.buf.WriteString(xmlHeader)
	e.buf.WriteString(`<soapenv:Envelope xmlns:soapenv="` + envelopeNamespace + `">`)
	e.buf.WriteString(`<soapenv:Header xmlns="` + metadata.Namespace + `">`)
	e.open("SessionHeader")
	e.text("sessionId", token)
	e.close("SessionHeader")
	e.open("CallOptions")
	e.text("client", client)
	e.close("CallOptions")
	e.buf.WriteString(`</soapenv:Header><soapenv:Body xmlns="` + metadata.Namespace + `">`)
	return e.buf.Bytes()
}

const envelopeTail = `</soapenv:Body></soapenv:Envelope>`

// call makes a SOAP call. args writes the operation's arguments, and each gets
// every child of the reply's element; it may be called for several replies, as
// the call may be repeated, so begin is called before each.
type call struct {
	op     string
	args   func(*element)
	repeat repeat
	begin  func() error
	each   func(*xml.Decoder, xml.StartElement) error
	// split takes what must not go through the XML decoder out of the reply.
	split func(io.Reader) io.Reader
}

func (c *Client) soap(ctx context.Context, s call) error {
	var e element
	e.open(s.op)
	s.args(&e)
	e.close(s.op)
	return c.do(ctx, c.soapRequest(s, func(head []byte) payload {
		return payload{head: append(append(head, e.buf.Bytes()...), envelopeTail...)}
	}))
}

func (c *Client) soapRequest(s call, body func(head []byte) payload) request {
	return request{
		method: http.MethodPost, path: c.soapPath(), call: s.op, repeat: s.repeat,
		header: http.Header{"Content-Type": {"text/xml; charset=UTF-8"}, "Soapaction": {`""`}},
		body:   func(token string) payload { return body(envelopeHead(token, c.cfg.ClientName)) },
		read: func(r io.Reader) error {
			if s.begin != nil {
				if err := s.begin(); err != nil {
					return err
				}
			}
			if s.split != nil {
				r = s.split(r)
			}
			return readEnvelope(r, s.op, s.each)
		},
	}
}

// into decodes the child named result into a new value of T for each.
func into[T any](keep func(*T)) func(*xml.Decoder, xml.StartElement) error {
	return func(d *xml.Decoder, start xml.StartElement) error {
		if start.Name.Local != "result" {
			return d.Skip()
		}
		var v T
		if err := d.DecodeElement(&v, &start); err != nil {
			return fmt.Errorf("read %s: %w", start.Name.Local, err)
		}
		keep(&v)
		return nil
	}
}
