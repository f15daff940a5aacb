package diff

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestHunksTurnTheOldTextIntoTheNew(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "d\n", "}\n", "\n", "x\r\n"})
		end := rapid.SampledFrom([]string{"", "", "last"})
		old := strings.Join(rapid.SliceOfN(line, 0, 40).Draw(t, "old"), "") + end.Draw(t, "end")
		now := strings.Join(rapid.SliceOfN(line, 0, 40).Draw(t, "new"), "") + end.Draw(t, "end")
		hunks, leftOut := text(old, now)
		if leftOut > 0 {
			t.Fatalf("%d lines left out", leftOut)
		}
		if got := apply(t, hunks, old); strings.TrimSuffix(got, "\n") != strings.TrimSuffix(now, "\n") {
			t.Fatalf("old %q\nnew %q\ngot %q\n%+v", old, now, got, hunks)
		}
		if old == now && len(hunks) > 0 {
			t.Fatalf("equal texts have %+v", hunks)
		}
	})
}

// apply makes the new text of the old one, and checks that the hunks fit it.
func apply(t *rapid.T, hunks []Hunk, old string) string {
	lines := splitLines(old)
	var out []string
	at := 0
	for _, h := range hunks {
		out = append(out, lines[at:h.OldLine-1]...)
		at = h.OldLine - 1
		if len(out) != h.NewLine-1 {
			t.Fatalf("hunk begins at new line %d, %d lines stand before it", h.NewLine, len(out))
		}
		for _, l := range h.Lines {
			if l.Op != "+" {
				if strings.TrimSuffix(lines[at], "\n") != l.Text {
					t.Fatalf("old line %d is %q, the hunk has %q", at+1, lines[at], l.Text)
				}
				at++
			}
			if l.Op != "-" {
				text := l.Text
				if !l.Open {
					text += "\n"
				}
				out = append(out, text)
			}
		}
	}
	return strings.Join(append(out, lines[at:]...), "")
}

func TestAlignFindsWhatIsInCommon(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		member := rapid.IntRange(0, 12)
		a, b := rapid.SliceOfN(member, 0, 60).Draw(t, "a"), rapid.SliceOfN(member, 0, 60).Draw(t, "b")
		i, j := 0, 0
		for _, r := range align(a, b) {
			if r.n <= 0 || r.a < i || r.b < j {
				t.Fatalf("%+v does not follow %d, %d", r, i, j)
			}
			i, j = r.a+r.n, r.b+r.n
			if d := cmp.Diff(a[r.a:i], b[r.b:j]); d != "" {
				t.Fatal(d)
			}
		}
		if len(a) > 0 && cmp.Equal(a, b) && i != len(a) {
			t.Fatal("equal sequences are not one run")
		}
	})
}

func TestWordsMarksWhatDiffers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		old, now     string
		inOld, inNew string
	}{
		"a word":                    {"if (a == 1)", "if (b == 1)", "a", "b"},
		"more behind":               {"return x;", "return x + 1;", "", " + 1"},
		"a word with an accent":     {"die Größe 12", "die Größen 12", "Größe", "Größen"},
		"too little in common":      {"return x;", "while (true) {", "", ""},
		"nothing differs":           {"same", "same", "", ""},
		"blanks":                    {"a  b", "a b", "  ", " "},
		"bytes that are no letters": {"a\xff b", "a\xfe b", "\xff", "\xfe"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inOld, inNew := Words(test.old, test.now)
			if d := cmp.Diff([]string{test.inOld, test.inNew}, []string{cutOut(test.old, inOld), cutOut(test.now, inNew)}); d != "" {
				t.Error(d)
			}
		})
	}
}

func cutOut(s string, spans []Span) string {
	var out string
	for _, p := range spans {
		out += s[p.From:p.To]
	}
	return out
}

func TestTooManyLinesAreCounted(t *testing.T) {
	t.Parallel()
	hunks, leftOut := text("", strings.Repeat("line\n", maxHunkLines+5))
	if len(hunks) != 1 || len(hunks[0].Lines) != maxHunkLines || leftOut != 5 {
		t.Errorf("%d hunks, %d left out", len(hunks), leftOut)
	}
}
