package iostreams

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// defaultWidth is that of a terminal which does not tell, and of a pipe.
const defaultWidth = 80

// Options say what New cannot see for itself.
type Options struct {
	In       io.Reader
	Out, Err io.Writer
	// Getenv reads NO_COLOR, TERM and COLUMNS.
	Getenv func(string) string
	// Terminal overrides what is found out about the three streams, for tests.
	Terminal *Terminal
}

// Terminal tells which streams are terminals, and how wide.
type Terminal struct {
	In, Out, Err bool
	Width        int
}

// Streams are the three streams of a command.
type Streams struct {
	In io.Reader
	// Out is for data, Err for everything else. Both are free of secrets.
	Out, Err *Writer
	Redactor *Redactor

	terminal Terminal
	color    bool
	quiet    bool
}

// New looks at the streams. Secrets that are added to the result's Redactor are
// taken out of what is written.
func New(opts Options) *Streams {
	if opts.Getenv == nil {
		opts.Getenv = func(string) string { return "" }
	}
	r := &Redactor{}
	s := &Streams{In: opts.In, Out: r.Writer(opts.Out), Err: r.Writer(opts.Err), Redactor: r}
	if opts.Terminal != nil {
		s.terminal = *opts.Terminal
	} else {
		s.terminal = look(opts)
	}
	if s.terminal.Width <= 0 {
		s.terminal.Width = defaultWidth
	}
	// https://no-color.org: set to anything but the empty string.
	s.color = opts.Getenv("NO_COLOR") == "" && opts.Getenv("TERM") != "dumb"
	return s
}

func look(opts Options) Terminal {
	t := Terminal{In: isTerminal(opts.In), Out: isTerminal(opts.Out), Err: isTerminal(opts.Err)}
	if n, err := strconv.Atoi(opts.Getenv("COLUMNS")); err == nil {
		t.Width = n
		return t
	}
	for _, w := range []io.Writer{opts.Out, opts.Err} {
		if f, ok := w.(*os.File); ok {
			if width, _, err := term.GetSize(int(f.Fd())); err == nil {
				t.Width = width
				return t
			}
		}
	}
	return t
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && f != nil && term.IsTerminal(int(f.Fd()))
}

// OutIsTerminal tells whether people read stdout.
func (s *Streams) OutIsTerminal() bool { return s.terminal.Out }

// ErrIsTerminal tells whether people read stderr: whether progress may be drawn.
func (s *Streams) ErrIsTerminal() bool { return s.terminal.Err }

// CanPrompt tells whether somebody is there to answer.
func (s *Streams) CanPrompt() bool { return s.terminal.In && s.terminal.Err }

// Width is how many columns a line may have.
func (s *Streams) Width() int { return s.terminal.Width }

// NoColor turns colours off.
func (s *Streams) NoColor() { s.color = false }

// BeQuiet silences Note and Progress; errors still come.
func (s *Streams) BeQuiet() { s.quiet = true }

// Quiet tells whether only errors go to stderr.
func (s *Streams) Quiet() bool { return s.quiet }

// Note writes a line for people to stderr, unless the run is quiet.
func (s *Streams) Note(format string, args ...any) {
	if !s.quiet {
		fmt.Fprintf(s.Err, format+"\n", args...)
	}
}

// Progress is where progress goes: stderr, or nowhere in a quiet run.
func (s *Streams) Progress() io.Writer {
	if s.quiet {
		return io.Discard
	}
	return s.Err
}

// Flush writes what the redactor held back at the end of both streams.
func (s *Streams) Flush() error { return errors.Join(s.Out.Flush(), s.Err.Flush()) }
