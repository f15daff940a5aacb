package iostreams_test

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
)

// screen is what a terminal shows that never scrolls.
type screen struct {
	lines []string
	most  int // lines that it ever showed
	at    int
}

var control = regexp.MustCompile(`\x1b\[(\d*)([A-Za-z])`)

// draw does what a terminal does with a text. Lines that do not fit are no matter
// here, as nothing may write them.
func (s *screen) draw(text string) error {
	for text != "" {
		// A key that is typed, such as ^C, is shown where the cursor is.
		home := strings.HasPrefix(text, "\r")
		text = strings.TrimPrefix(text, "\r")
		if m := control.FindStringSubmatchIndex(text); m != nil && m[0] == 0 {
			n, _ := strconv.Atoi(text[m[2]:m[3]])
			switch text[m[4]:m[5]] {
			case "A":
				if !home {
					return errors.New("it goes up in the middle of a line")
				}
				s.at = max(0, s.at-max(n, 1))
			case "J":
				s.lines = s.lines[:s.at]
			default:
				return fmt.Errorf("what does %q do?", text[m[0]:m[1]])
			}
			text = text[m[1]:]
			continue
		}
		line, rest, ok := strings.Cut(text, "\n")
		if !ok || strings.Contains(line, "\x1b") {
			return fmt.Errorf("the line %q has no end", line)
		}
		s.lines = append(s.lines[:s.at], line)
		s.at++
		s.most = max(s.most, len(s.lines))
		text = rest
	}
	return nil
}

// nothingIsLeft draws a text, of which nothing is to stay on the screen, and gives how
// many lines there were at a time.
func nothingIsLeft(t *testing.T, text string) (most int) {
	t.Helper()
	var s screen
	if err := s.draw(text); err != nil {
		t.Fatal(err)
	}
	if len(s.lines) > 0 {
		t.Errorf("left on the screen: %q", s.lines)
	}
	return s.most
}

// On a terminal of any width the block stays where it is, no line is wider than the
// screen, and what matters most is not cut off.
func TestTheBlockIsRedrawnInPlace(t *testing.T) {
	t.Parallel()
	for _, width := range []int{120, 80, 40} {
		t.Run(fmt.Sprintf("%d columns", width), func(t *testing.T) {
			t.Parallel()
			var errs strings.Builder
			s := iostreams.New(iostreams.Options{Err: &errs, Terminal: &iostreams.Terminal{Err: true, Width: width}})
			var seconds atomic.Int64
			b := s.NewBoard("prod", func() time.Time { return time.Unix(seconds.Load(), 0) })
			b.Step("list", 128, 128, "types and folders")
			for i := range 40 {
				seconds.Add(1)
				b.Show(iostreams.Progress{Phase: "retrieve", Done: 1, Total: 6, Unit: "batches", Bytes: int64(i) * 2e6, Expected: 100e6, Note: "the org is gathering files"})
				b.Step("write", i*100, 0, "files")
				time.Sleep(10 * time.Millisecond) // the bars draw by the clock
			}
			b.Close()
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
			if most := nothingIsLeft(t, errs.String()); most != 3 {
				t.Errorf("%d lines were shown", most)
			}
			for line := range strings.Lines(control.ReplaceAllString(errs.String(), "")) {
				if n := utf8.RuneCountInString(strings.Trim(line, "\r\n")); n > width || strings.Contains(line, "…") {
					t.Errorf("a line has %d columns, or is cut: %q", n, line)
				}
			}
			// Of bytes the bar tells, where there is no room for them.
			if !strings.Contains(errs.String(), " left") || !strings.Contains(errs.String(), "█") || width > 40 && !strings.Contains(errs.String(), " MB") {
				t.Errorf("nothing tells how far it is and how long it will take: %q", errs.String())
			}
		})
	}
}
