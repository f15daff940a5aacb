package normalize_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

// bigProfile makes an unsorted profile of about size bytes.
func bigProfile(size int) []byte {
	var b bytes.Buffer
	b.Grow(size + 1024)
	b.WriteString(header + "<Profile" + ns + ">\n")
	for i := uint32(1); b.Len() < size; i++ {
		fmt.Fprintf(&b, "    <fieldPermissions>\n        <editable>true</editable>\n        <field>Object_%d__c.Field_%d__c</field>\n"+
			"        <readable>true</readable>\n    </fieldPermissions>\n", i*2654435761, i)
	}
	b.WriteString("</Profile>\n")
	return b.Bytes()
}

// allocated runs f and tells what it took from the heap.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestBigFilesTakeAFewTimesTheirSize runs alone: it counts memory.
func TestBigFilesTakeAFewTimesTheirSize(t *testing.T) { //nolint:paralleltest // counts memory
	size := 20 << 20 // BenchmarkProfile50MB takes more
	if testing.Short() {
		size = 5 << 20
	}
	input := bigProfile(size)
	n := newNormalizer(t)
	var once []byte
	start := time.Now()
	bytesTaken := allocated(func() { once = n.Bytes("", input).Output })
	t.Logf("%d MB in %v, %.1f times its size taken", len(input)>>20, time.Since(start), float64(bytesTaken)/float64(len(input)))
	if len(once) != len(input) || bytesTaken > 6*uint64(len(input)) {
		t.Errorf("%d bytes taken for %d", bytesTaken, len(input))
	}
	if !n.Bytes("", once).Unchanged {
		t.Error("not idempotent")
	}
}

// TestElementsInOrderTakeNoMemoryEach runs alone: it counts memory.
func TestElementsInOrderTakeNoMemoryEach(t *testing.T) { //nolint:paralleltest // counts memory
	n := newNormalizer(t)
	input := n.Bytes("", bigProfile(200<<10)).Output
	elements := bytes.Count(input, []byte("</"))
	taken := testing.AllocsPerRun(20, func() { n.Bytes("", input) })
	t.Logf("%d elements, %.0f times memory was asked for", elements, taken)
	// The race detector drops what waits in a pool now and then.
	if taken > float64(elements)/50 {
		t.Errorf("memory was asked for %.0f times", taken)
	}
}

// hostile are inputs that slow down what is not written for them, by how often
// they repeat it.
var hostile = map[string]func(n int) string{
	"nested deep":               func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) },
	"nested without ends":       func(n int) string { return strings.Repeat("<a>", n) },
	"comments without ends":     func(n int) string { return "<a>" + strings.Repeat("<!--", n) },
	"CDATA without ends":        func(n int) string { return "<a>" + strings.Repeat("<![CDATA[", n) },
	"references without ends":   func(n int) string { return "<a>" + strings.Repeat("&", n) },
	"references of zeros":       func(n int) string { return "<a>&#" + strings.Repeat("0", n) + "65;</a>" },
	"attributes by the hundred": func(n int) string { return "<a " + attributes(n) + "/>" },
	"names by the hundred":      func(n int) string { return "<a>" + tags(n) + tags(n) + "</a>" },
	"duplicates": func(n int) string {
		return "<Package>" + strings.Repeat("<types><name>x</name></types>", n) + "</Package>"
	},
	"duplicates far apart":        func(n int) string { return "<Package>" + strings.Repeat(farApart, n) + "</Package>" },
	"an entity bomb":              func(n int) string { return `<!DOCTYPE a [<!ENTITY b "` + strings.Repeat("&c;", n) + `">]><a>&b;</a>` },
	"text that has to be spelled": func(n int) string { return "<a>" + strings.Repeat(`"'>`, n) + "</a>" },
	"elements far in": func(n int) string {
		return strings.Repeat("<a>", 99) + strings.Repeat("<b/>", n) + strings.Repeat("</a>", 99)
	},
	"comments before each element": func(n int) string { return "<Package>" + strings.Repeat(commented, n) + "</Package>" },
}

const (
	farApart  = "<types><name>x</name></types><types><name>y</name></types>"
	commented = "<!-- x --><types><name>x</name></types>"
)

// TestHostileInputTakesLinearTime compares the time for four times as much of the
// same: what grows with the square takes sixteen times as long. It runs alone, as
// it counts the time of the whole process; the fastest of several tries counts.
func TestHostileInputTakesLinearTime(t *testing.T) { //nolint:paralleltest // counts time
	n := newNormalizer(t)
	const some, tries, limit = 5_000, 6, 10
	for name, input := range hostile {
		t.Run(name, func(t *testing.T) {
			little, much := []byte(input(some)), []byte(input(4*some))
			once, fourTimes := time.Hour, time.Hour
			for range tries {
				once = min(once, timeOf(func() { checkAnything(t, n, little) }))
				fourTimes = min(fourTimes, timeOf(func() { checkAnything(t, n, much) }))
				if fourTimes < limit*once+10*time.Millisecond {
					t.Logf("%.1f MB in %v, a quarter of it in %v", float64(len(much))/(1<<20), fourTimes, once)
					return
				}
			}
			t.Errorf("%.1f MB in %v, a quarter of it in %v", float64(len(much))/(1<<20), fourTimes, once)
		})
	}
}

func timeOf(f func()) time.Duration {
	start := cpuTime()
	f()
	return cpuTime() - start
}

func attributes(count int) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, ` a%d=""`, i)
	}
	return b.String()
}

func tags(count int) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, `<a%d/>`, i)
	}
	return b.String()
}

// TestNestingTakesAFewTimesItsSize runs alone: it counts memory.
func TestNestingTakesAFewTimesItsSize(t *testing.T) { //nolint:paralleltest // counts memory
	n := newNormalizer(t)
	for _, depth := range []int{100_000, 1_000_000} {
		input := []byte(strings.Repeat("<a>", depth) + strings.Repeat("</a>", depth))
		start := time.Now()
		bytesTaken := allocated(func() { n.Bytes("", input) })
		perByte := float64(bytesTaken) / float64(len(input))
		t.Logf("%d levels, %.1f MB, in %v, %.1f times its size taken", depth, float64(len(input))/(1<<20), time.Since(start), perByte)
		// A frame on the stack is larger than the two tags of its element, and the
		// stack doubles as it grows.
		if perByte > 60 {
			t.Errorf("%.1f bytes taken for each byte", perByte)
		}
	}
}

func TestDepthTenThousandIsNormalized(t *testing.T) {
	t.Parallel()
	const depth = 10_000
	input := strings.Repeat("<a>", depth) + "x" + strings.Repeat("</a>", depth)
	n := newNormalizer(t)
	once := must(t, n, []byte(input))
	if bytes.Count(once, []byte("<a>")) != depth || !n.Bytes("", once).Unchanged {
		t.Error("not all of it is there, or not idempotent")
	}
}

func TestStreamsGiveTheSameAsBytes(t *testing.T) {
	t.Parallel()
	n := newNormalizer(t)
	inputs := [][]byte{bigProfile(300 << 10), []byte("<a  />"), []byte("no xml"), []byte("\ufeff<a><b/>x</a>")}
	for _, f := range fixtures(t) {
		inputs = append(inputs, f.content)
	}
	for _, path := range []string{"", "classes/A.cls"} {
		for _, input := range inputs {
			var out bytes.Buffer
			got, err := n.Stream(t.Context(), path, bytes.NewReader(input), &out)
			if err != nil {
				t.Fatal(err)
			}
			want := n.Bytes(path, input)
			if !bytes.Equal(want.Output, out.Bytes()) || want.Unchanged != got.Unchanged || want.PassedThrough != got.PassedThrough || (want.Refused == nil) != (got.Refused == nil) {
				t.Errorf("%q: %+v, want %+v", input[:min(40, len(input))], got, want)
			}
		}
	}
}

func TestStreamsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n := newNormalizer(t)
	if _, err := n.Stream(ctx, "", strings.NewReader("<a/>"), io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestStreamsTellOfFailedWrites(t *testing.T) {
	t.Parallel()
	n := newNormalizer(t)
	for _, input := range []string{"<a  />", "<a/", header + "<a/>\n"} {
		if _, err := n.Stream(t.Context(), "", strings.NewReader(input), full{}); !errors.Is(err, errFull) {
			t.Errorf("%q: got %v", input, err)
		}
	}
}
