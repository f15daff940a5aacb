package mdapi

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// maxMarkup bounds what of a reply goes through the XML decoder. The longest
// known, a list of 100,000 rows, has about 60 MB.
const maxMarkup = 256 << 20

var (
	errDTD      = errors.New("it has a document type declaration")
	errText     = errors.New("it begins with text")
	errTooLarge = errors.New("it is too large")
	// errCut is what a reply ends with that broke off without an error of the
	// connection.
	errCut = errors.New("it broke off")
)

// readEnvelope reads a SOAP reply to its end and hands each child of the
// operation's response element to each, which has to read it. A Fault is
// returned as a *Fault. Names of elements count, their namespaces do not.
func readEnvelope(r io.Reader, op string, each func(*xml.Decoder, xml.StartElement) error) error {
	d := xml.NewDecoder(&limited{r: r, left: maxMarkup})
	root, err := start(d)
	if err != nil {
		return err
	}
	if root.Name.Local != "Envelope" {
		return fmt.Errorf("it begins with %q and not with an Envelope", root.Name.Local)
	}
	seen := false
	err = children(d, func(e xml.StartElement) error {
		if e.Name.Local != "Body" || seen {
			return d.Skip()
		}
		seen = true
		return readBody(d, op, each)
	})
	if err == nil && !seen {
		return errors.New("it has no Body")
	}
	return err
}

func readBody(d *xml.Decoder, op string, each func(*xml.Decoder, xml.StartElement) error) error {
	answered := false
	err := children(d, func(e xml.StartElement) error {
		switch {
		case e.Name.Local == "Fault":
			return readFault(d, e)
		case e.Name.Local != op+"Response":
			return fmt.Errorf("it answers with %q and not with %s", e.Name.Local, op+"Response")
		case answered:
			return errors.New("it answers twice")
		}
		answered = true
		return children(d, func(e xml.StartElement) error { return each(d, e) })
	})
	if err == nil && !answered {
		return errors.New("its Body is empty")
	}
	return err
}

// readFault gives a *Fault. The form with details, which the Partner API has, is
// read too.
func readFault(d *xml.Decoder, e xml.StartElement) error {
	var f struct {
		Code   string `xml:"faultcode"`
		Text   string `xml:"faultstring"`
		Detail struct {
			Any struct {
				Code string `xml:"exceptionCode"`
			} `xml:",any"`
		} `xml:"detail"`
	}
	if err := d.DecodeElement(&f, &e); err != nil {
		return err
	}
	code := strings.TrimSpace(f.Code)
	code = code[strings.LastIndexByte(code, ':')+1:]
	if detail := strings.TrimSpace(f.Detail.Any.Code); detail != "" {
		code = detail
	}
	if code == "" {
		return errors.New("it has a fault without a code")
	}
	return &Fault{Code: code, Message: strings.TrimSpace(f.Text)}
}

// start gives the first element.
func start(d *xml.Decoder) (xml.StartElement, error) {
	for {
		t, err := d.Token()
		if err != nil {
			return xml.StartElement{}, err
		}
		switch t := t.(type) {
		case xml.Directive:
			return xml.StartElement{}, errDTD
		case xml.CharData:
			if len(bytes.Trim(t, " \t\r\n\ufeff")) > 0 {
				return xml.StartElement{}, errText
			}
		case xml.StartElement:
			return t, nil
		}
	}
}

// children hands every child of the current element to each, which has to read
// it to its end.
func children(d *xml.Decoder, each func(xml.StartElement) error) error {
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.Directive:
			return errDTD
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if err := each(t); err != nil {
				return err
			}
		}
	}
}

// limited is an io.LimitedReader that says so when there is more.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLarge
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// moment is a time in a reply. One that is empty, nil or in a form that is not
// known is the zero time: it is no reason to lose the rest.
type moment time.Time

// UnmarshalText takes any text.
func (m *moment) UnmarshalText(text []byte) error {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.000Z0700"} {
		if t, err := time.Parse(layout, strings.TrimSpace(string(text))); err == nil {
			*m = moment(t.UTC())
			return nil
		}
	}
	*m = moment{}
	return nil
}

func (m moment) time() time.Time { return time.Time(m) }
