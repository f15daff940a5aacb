package mdapi_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// BenchmarkRetrieveZip reads a reply with a zip of 45 MB, in which most is small files
// of text, up to where every file of the zip has been read, and beside it does the same
// in the obvious way: the whole reply in memory. Both take turns; with -benchtime=5x
// time-ratio and peak-ratio are lowest of five against lowest of five. The peaks are
// those of the process, the server included, which holds nothing.
func BenchmarkRetrieveZip(b *testing.B) {
	reply, size := replyWithZip(b)
	s := &server{Server: closing(b, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		http.ServeFile(w, r, reply)
	})}
	c := s.client(b)
	path := filepath.Join(b.TempDir(), "a.zip")
	var stream, naive cost
	b.SetBytes(size)
	for b.Loop() {
		stream.lower(b, func() { readStreamed(b, c, path) })
		b.StopTimer()
		naive.lower(b, func() { readNaively(b, s.URL) })
		b.StartTimer()
	}
	b.ReportMetric(naive.time.Seconds(), "naive-s")
	b.ReportMetric(stream.time.Seconds(), "stream-s")
	b.ReportMetric(stream.time.Seconds()/naive.time.Seconds(), "time-ratio")
	if naive.peak > 0 {
		b.ReportMetric(naive.peak, "naive-MB")
		b.ReportMetric(stream.peak, "stream-MB")
		b.ReportMetric(stream.peak/naive.peak, "peak-ratio")
	}
}

// cost is the lowest that something took.
type cost struct {
	time time.Duration
	peak float64 // MB; 0 where the system does not tell
}

func (c *cost) lower(tb testing.TB, do func()) {
	tb.Helper()
	debug.FreeOSMemory()
	forgetPeak()
	began := time.Now()
	do()
	took, peak := time.Since(began), peakMB()
	if c.time == 0 || took < c.time {
		c.time = took
	}
	if c.peak == 0 || peak < c.peak {
		c.peak = peak
	}
}

// forgetPeak makes peakMB count anew. Source: proc(5), clear_refs.
func forgetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// peakMB is the most memory that the process has had since, zero where the system does
// not tell.
func peakMB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kb float64
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		return 0
	}
	return kb / 1024
}

// The zip: files of text, a few of which hold nothing that can be packed.
const (
	texts, textSize = 20_000, 5 << 10
	blobs, blobSize = 16, 2 << 20
)

// replyWithZip writes a reply to a file.
func replyWithZip(tb testing.TB) (path string, size int64) {
	tb.Helper()
	path = filepath.Join(tb.TempDir(), "reply.xml")
	f, err := os.Create(path)
	check(tb, err)
	head, tail, _ := strings.Cut(answer("checkRetrieveStatus",
		"<result><done>true</done><id>09S1</id><status>Succeeded</status><success>true</success><zipFile>|</zipFile></result>"), "|")
	_, err = io.WriteString(f, head)
	check(tb, err)
	encoder := base64.NewEncoder(base64.StdEncoding, f)
	z := zip.NewWriter(encoder)
	rnd := rand.NewChaCha8([32]byte{})
	blob := make([]byte, blobSize)
	for n := range texts + blobs {
		w, err := z.Create(fmt.Sprintf("objects/Object_%d.object", n))
		check(tb, err)
		content := fmt.Appendf(nil, "<fields>%x</fields>\n", rnd.Uint64())
		content = bytes.Repeat(content, textSize/len(content))
		_, _ = rnd.Read(content[:textSize/16])
		if n%(texts/blobs) == 0 {
			_, _ = rnd.Read(blob)
			content = blob
		}
		_, err = w.Write(content)
		check(tb, err)
	}
	check(tb, z.Close())
	check(tb, encoder.Close())
	_, err = io.WriteString(f, tail)
	check(tb, err)
	info, err := f.Stat()
	check(tb, err)
	check(tb, f.Close())
	return path, info.Size()
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func readStreamed(tb testing.TB, c *mdapi.Client, path string) {
	tb.Helper()
	_, err := c.CheckRetrieveStatus(tb.Context(), "09S1", path)
	check(tb, err)
	z, err := zip.OpenReader(path)
	check(tb, err)
	readEntries(tb, &z.Reader)
	check(tb, z.Close())
}

// readNaively holds the reply, its text, the zip and its directory.
func readNaively(tb testing.TB, url string) {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, url, nil)
	check(tb, err)
	resp, err := http.DefaultClient.Do(r)
	check(tb, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	check(tb, err)
	var reply struct {
		Zip string `xml:"Body>checkRetrieveStatusResponse>result>zipFile"`
	}
	check(tb, xml.Unmarshal(body, &reply))
	content, err := base64.StdEncoding.DecodeString(reply.Zip)
	check(tb, err)
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	check(tb, err)
	readEntries(tb, z)
}

func readEntries(tb testing.TB, z *zip.Reader) {
	tb.Helper()
	if len(z.File) != texts+blobs {
		tb.Fatalf("%d entries", len(z.File))
	}
	for _, entry := range z.File {
		r, err := entry.Open()
		check(tb, err)
		_, err = io.Copy(io.Discard, r)
		check(tb, err)
		check(tb, r.Close())
	}
}
