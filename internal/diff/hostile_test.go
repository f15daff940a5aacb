package diff_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zip"

	"github.com/orgkeep/orgkeep/internal/diff"
)

// patience is what any of the made-up files below may take, on a busy machine.
const patience = time.Minute

func TestHostileFilesAreComparedInBoundedTime(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	tests := map[string]struct{ path, old, now string }{
		"elements a hundred thousand deep": {
			"permissionsets/A.permissionset",
			complete("<PermissionSet>\n" + repeat("<a>", 100_000) + "1" + repeat("</a>", 100_000) + "</PermissionSet>"),
			complete("<PermissionSet>\n" + repeat("<a>", 100_000) + "2" + repeat("</a>", 100_000) + "</PermissionSet>"),
		},
		"elements as deep as a tree is held": {
			"permissionsets/A.permissionset",
			complete("<PermissionSet>\n" + repeat("<a>", 60) + "1" + repeat("</a>", 60) + "</PermissionSet>"),
			complete("<PermissionSet>\n" + repeat("<a>", 60) + "2" + repeat("</a>", 60) + "</PermissionSet>"),
		},
		"a hundred thousand names in one element": {
			"permissionsets/A.permissionset", manyNames(1), manyNames(2),
		},
		"a list without names of which all entries changed": {
			"permissionsets/A.permissionset", nameless(1), nameless(2),
		},
		"a list turned round": {
			"permissionsets/A.permissionset", turned(1), turned(-1),
		},
		"text in a hundred thousand pieces": {
			"permissionsets/A.permissionset",
			complete("<PermissionSet>\n<a>" + repeat("<![CDATA[x]]>", 100_000) + "</a></PermissionSet>"),
			complete("<PermissionSet>\n<a>" + repeat("<![CDATA[y]]>", 100_000) + "</a></PermissionSet>"),
		},
		"a text of which every line changed": {"classes/A.cls", lines("a", 100_000), lines("b", 100_000)},
		"a text of two lines, over and over": {"classes/A.cls", repeat("a\nb\n", 50_000), repeat("b\na\nb\n", 50_000)},
		"one line of a megabyte":             {"classes/A.cls", repeat("a ", 1<<19), repeat("b ", 1<<19)},
		"JSON a hundred thousand deep": {
			"wave/A.wdash", repeat("[", 100_000) + "1" + repeat("]", 100_000), repeat("[", 100_000) + "2" + repeat("]", 100_000),
		},
		"JSON with a member twice": {"wave/A.wdash", `{"a": 1, "a": 2}`, `{"a": 2, "a": 1}`},
		"a half archive":           {"staticresources/A.resource", "PK\x03\x04 and no more", "PK\x03\x04 and something else"},
		"entities that unfold": {
			"permissionsets/A.permissionset",
			`<!DOCTYPE a [<!ENTITY x "xxxx"><!ENTITY y "&x;&x;">]><PermissionSet><a>&y;</a></PermissionSet>`,
			`<!DOCTYPE a [<!ENTITY x "xxxx"><!ENTITY y "&x;&x;">]><PermissionSet><a>&x;</a></PermissionSet>`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			got := compare(t, map[string]string{test.path: test.old}, map[string]string{test.path: test.now})
			if took := time.Since(start); took > patience {
				t.Errorf("took %v", took)
			}
			if len(got.Changes) != 1 || len(got.Changes[0].Elements) == 0 {
				t.Errorf("the change is not told: %+v", got.Changes)
			}
			if n := toldBytes(got); n > 8<<20 {
				t.Errorf("%d bytes are told", n)
			}
		})
	}
}

func toldBytes(r diff.Result) int {
	n := 0
	for _, e := range r.Changes[0].Elements {
		n += len(e.Old) + len(e.New)
		for _, h := range e.Hunks {
			for _, l := range h.Lines {
				n += len(l.Text)
			}
		}
	}
	return n
}

func manyNames(value int) string {
	var out strings.Builder
	out.WriteString("<PermissionSet>\n")
	for i := range 100_000 {
		fmt.Fprintf(&out, "<n%d>%d</n%d>", i, value*(i/99_999), i)
	}
	return complete(out.String() + "</PermissionSet>")
}

func nameless(value int) string {
	var out strings.Builder
	out.WriteString("<PermissionSet>\n")
	for i := range 20_000 {
		fmt.Fprintf(&out, "<entry><a>%d</a><b>%d</b></entry>", i*value, -i*value)
	}
	return complete(out.String() + "</PermissionSet>")
}

func turned(step int) string {
	var out strings.Builder
	out.WriteString("<PermissionSet>\n")
	for i := range 20_000 {
		fmt.Fprintf(&out, "<entry>%d</entry>", i*step+20_000*(1-step)/2)
	}
	return complete(out.String() + "</PermissionSet>")
}

func lines(text string, n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "%s %d\n", text, i)
	}
	return out.String()
}

func TestAnArchiveThatClaimsItsEntriesAreEqualIsUnpacked(t *testing.T) {
	t.Parallel()
	// Same size and checksum as the entry it stands for, and other bytes: the
	// directory is written by hand.
	old, now := forged(t, "good"), forged(t, "evil")
	got := compare(t, map[string]string{"staticresources/A.resource": old}, map[string]string{"staticresources/A.resource": now})
	if len(got.Changes) != 1 {
		t.Errorf("the change is hidden: %+v", got)
	}
}

func forged(t *testing.T, content string) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	f, err := w.CreateRaw(&zip.FileHeader{Name: "a.txt", Method: zip.Store, CRC32: 1, CompressedSize64: 4, UncompressedSize64: 4})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func FuzzTrees(f *testing.F) {
	f.Add("permissionsets/A.permissionset", complete("<PermissionSet>\n<label>a</label></PermissionSet>"), complete("<PermissionSet>\n<label>b</label><x/></PermissionSet>"))
	f.Add("objects/A.object", complete("<CustomObject>\n<fields><fullName>A</fullName><a>1</a></fields></CustomObject>"), complete("<CustomObject>\n<fields><fullName>a</fullName></fields></CustomObject>"))
	f.Add("wave/A.wdash", `{"a": [1, {"b": null}]}`, `{"a": ["1"]}`)
	f.Add("classes/A.cls", "a\nb\n", "b\r\n\x00")
	f.Add("lwc/a/a.js-meta.xml", "<a><b/></a>", "<a>\n<b></b></a>")
	f.Add("staticresources/A.resource", "PK\x05\x06"+strings.Repeat("\x00", 18), "PK\x03\x04")
	f.Fuzz(func(t *testing.T, path, old, now string) {
		if path == "" {
			return
		}
		there := compare(t, map[string]string{path: old}, map[string]string{path: now})
		back := compare(t, map[string]string{path: now}, map[string]string{path: old})
		if len(there.Changes) == 0 != (len(back.Changes) == 0) {
			t.Errorf("there %sback %s", render(there), render(back))
		}
		if same := compare(t, map[string]string{path: old}, map[string]string{path: old}); len(same.Changes) > 0 {
			t.Error(render(same))
		}
		for _, c := range there.Changes {
			if c.Kind == diff.Changed && len(c.Elements) == 0 {
				t.Errorf("a change without elements: %s", c)
			}
		}
	})
}
