package mdapi

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestTheSplitterTakesOutTheZipAlone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, rest, zip string }{
		"an element":                      {"<a><zipFile>QUJD</zipFile></a>", "<a><zipFile></zipFile></a>", "ABC"},
		"one with a prefix and attribute": {"<m:zipFile\n x='>'>QUJD</m:zipFile>", "<m:zipFile\n x='>'></m:zipFile>", "ABC"},
		"an empty one":                    {"<zipFile/><b>QUJD</b>", "<zipFile/><b>QUJD</b>", ""},
		"a nil one":                       {`<zipFile xsi:nil="true"/><b>x</b>`, `<zipFile xsi:nil="true"/><b>x</b>`, ""},
		"an attribute that ends in /":     {`<zipFile a="/">QUJD</zipFile>`, `<zipFile a="/"></zipFile>`, "ABC"},
		"another name":                    {"<zipFiles>QUJD</zipFiles><myzipFile>x</myzipFile>", "<zipFiles>QUJD</zipFiles><myzipFile>x</myzipFile>", ""},
		"in a comment":                    {"<!-- <zipFile>QUJD</zipFile> -- --><b/>", "<!-- <zipFile>QUJD</zipFile> -- --><b/>", ""},
		"in CDATA":                        {"<![CDATA[<zipFile>QUJD</zipFile>]]]]><b/>", "<![CDATA[<zipFile>QUJD</zipFile>]]]]><b/>", ""},
		"in an attribute":                 {`<b c="<zipFile>QUJD">x</b>`, `<b c="<zipFile>QUJD">x</b>`, ""},
		"padding and blanks":              {"<zipFile> QU\r\nI=\t</zipFile>", "<zipFile></zipFile>", "AB"},
		"a name that is very long":        {"<" + strings.Repeat("p", 100) + ":zipFile>QUJD</x>", "<" + strings.Repeat("p", 100) + ":zipFile>QUJD</x>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for how, wrap := range map[string]func(io.Reader) io.Reader{
				"at once":      func(r io.Reader) io.Reader { return r },
				"byte by byte": iotest.OneByteReader,
				"by halves":    iotest.HalfReader,
				"with its end": iotest.DataErrReader,
			} {
				var zip bytes.Buffer
				rest, err := io.ReadAll(iotest.OneByteReader(newZipSplitter(wrap(strings.NewReader(tc.in)), &zip, false)))
				if err != nil || string(rest) != tc.rest || zip.String() != tc.zip {
					t.Errorf("%s: rest %q, zip %q, %v", how, rest, zip.String(), err)
				}
			}
		})
	}
}

func TestRowsThatNobodyWantsAreEmptied(t *testing.T) {
	t.Parallel()
	const empty = "<fileProperties></fileProperties>"
	for name, tc := range map[string]struct{ in, rest, zip string }{
		"rows and a zip":         {"<fileProperties><id>1</id></fileProperties><fileProperties><id>2</id></fileProperties><zipFile>QUJD</zipFile>", empty + empty + "<zipFile></zipFile>", "ABC"},
		"prefixes and blanks":    {"<m:fileProperties a='>'><id>1</id>\n</m:fileProperties >x", "<m:fileProperties a='>'></m:fileProperties >x", ""},
		"an empty one":           {"<fileProperties/><b>x</b>", "<fileProperties/><b>x</b>", ""},
		"another name":           {"<filePropertiesOf>x</filePropertiesOf>", "<filePropertiesOf>x</filePropertiesOf>", ""},
		"an end in a comment":    {"<fileProperties><!-- </fileProperties> --><id>1</id></fileProperties>x", empty + "x", ""},
		"an end in CDATA":        {"<fileProperties><![CDATA[</fileProperties>]]></fileProperties>x", empty + "x", ""},
		"an end in an attribute": {"<fileProperties><a b='</fileProperties>'/></fileProperties>x", empty + "x", ""},
		"a zip in a row":         {"<fileProperties><zipFile>QUJD</zipFile></fileProperties>x", empty + "x", ""},
		"a row that is cut":      {"<fileProperties><id>1</id></fileProp", "<fileProperties>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for how, wrap := range map[string]func(io.Reader) io.Reader{"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader} {
				var zip bytes.Buffer
				rest, err := io.ReadAll(wrap(newZipSplitter(wrap(strings.NewReader(tc.in)), &zip, true)))
				if err != nil || string(rest) != tc.rest || zip.String() != tc.zip {
					t.Errorf("%s: rest %q, zip %q, %v", how, rest, zip.String(), err)
				}
			}
		})
	}
}

func TestTheSplitterPassesErrorsOn(t *testing.T) {
	t.Parallel()
	why := errors.New("why")
	r := newZipSplitter(io.MultiReader(strings.NewReader("<zipFile>QUJD"), iotest.ErrReader(why)), io.Discard, false)
	if _, err := io.ReadAll(r); !errors.Is(err, why) {
		t.Errorf("reading: %v", err)
	}
	if _, err := io.ReadAll(newZipSplitter(strings.NewReader("<zipFile>QUJD</zipFile>"), failing{why}, false)); !errors.Is(err, why) {
		t.Errorf("writing: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestAFileIsEncodedAsItIsRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, n := range []int{0, 1, 2, 3, rawChunk - 1, rawChunk, rawChunk + 1, 3*rawChunk + 2} {
		content := bytes.Repeat([]byte("orgkeep"), n/7+1)[:n]
		path := filepath.Join(dir, "a")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		body, size, err := payload{head: []byte("<"), file: path, base64: true, tail: []byte(">")}.open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(body)
		if want := "<" + base64.StdEncoding.EncodeToString(content) + ">"; err != nil || string(got) != want || size != int64(len(want)) {
			t.Errorf("%d bytes: announced %d, got %d, want %d, %v", n, size, len(got), len(want), err)
		}
		if err := body.Close(); err != nil {
			t.Error(err)
		}
	}
}

// FuzzReply reads any bytes as the reply to a checkRetrieveStatus, with and
// without the splitter in between. What both read, they read alike.
func FuzzReply(f *testing.F) {
	const reply = `<e:Envelope xmlns:e="x"><e:Body><checkRetrieveStatusResponse><result>`
	const end = `</result></checkRetrieveStatusResponse></e:Body></e:Envelope>`
	for _, seed := range []string{
		"", "<zipFile>QUJD</zipFile>", "<zipFile/>", "<!-- <zipFile> --><id>x</id>", "<zipFile>QU JD\n</zipFile><done>true</done>",
		"<fileProperties><id>1</id></fileProperties><id>x</id>", "<zipFile>QU<![CDATA[JD]]></zipFile>", "<messages><problem>&lt;zipFile></problem></messages>", "<zipFile a='>' b=\"'\">QUI=</zipFile>",
	} {
		f.Add([]byte(reply + seed + end))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		type plainReply struct {
			Done bool    `xml:"done"`
			ID   AsyncID `xml:"id"`
			Zip  *string `xml:"zipFile"`
		}
		var zip bytes.Buffer
		var split retrieveReply
		splitErr := readEnvelope(newZipSplitter(bytes.NewReader(data), &zip, false), "checkRetrieveStatus", into(func(r *retrieveReply) { split = *r }))
		var plain []plainReply
		if err := readEnvelope(bytes.NewReader(data), "checkRetrieveStatus", into(func(r *plainReply) { plain = append(plain, *r) })); err != nil || splitErr != nil || len(plain) != 1 {
			return
		}
		if split.Done != plain[0].Done || split.ID != plain[0].ID {
			t.Errorf("split %+v, plain %+v", split, plain[0])
		}
		var head retrieveHead
		err := readEnvelope(newZipSplitter(bytes.NewReader(data), io.Discard, true), "checkRetrieveStatus", into(func(r *retrieveHead) { head = *r }))
		if err == nil && (head.Done != split.Done || head.ID != split.ID || len(head.Messages) != len(split.Messages)) {
			t.Errorf("without rows %+v, with them %+v", head, split)
		}
		if strings.Count(string(data), zipElement) != 2 || plain[0].Zip == nil {
			return
		}
		want, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(*plain[0].Zip), ""))
		if diff := cmp.Diff(string(want), zip.String()); diff != "" || err != nil {
			t.Errorf("the zip: %v (-plain +split):\n%s", err, diff)
		}
	})
}

// FuzzFault reads any bytes as a refusal.
func FuzzFault(f *testing.F) {
	for _, seed := range []string{
		`<e:Envelope xmlns:e="x"><e:Body><e:Fault><faultcode>sf:X</faultcode><faultstring>y</faultstring></e:Fault></e:Body></e:Envelope>`,
		`[{"errorCode":"X","message":"y"}]`, `{"error":"x"}`, "Bad_OAuth_Token", "<html>", "", "[", "<!DOCTYPE a>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if fault := parseFault(data); fault != nil && (fault.Code == "" || fault.Error() == "") {
			t.Errorf("%q gives a fault without words: %+v", data, fault)
		}
	})
}

func TestALargeReplyIsRefused(t *testing.T) {
	t.Parallel()
	long := io.MultiReader(strings.NewReader("<Envelope><Body><xResponse>"), strings.NewReader(strings.Repeat("<result>text</result>", 10_000)))
	err := readEnvelope(&limited{r: long, left: 64 << 10}, "x", func(d *xml.Decoder, _ xml.StartElement) error { return d.Skip() })
	if !errors.Is(err, errTooLarge) {
		t.Errorf("got %v", err)
	}
}
