package iostreams

import "github.com/fatih/color"

// Style colours text for one stream. Without colour every text comes back as it
// is; colour never carries a meaning alone.
type Style struct{ on bool }

// OutStyle colours what goes to stdout.
func (s *Streams) OutStyle() Style { return Style{on: s.color && s.terminal.Out} }

// ErrStyle colours what goes to stderr.
func (s *Streams) ErrStyle() Style { return Style{on: s.color && s.terminal.Err} }

func (s Style) paint(text string, attributes ...color.Attribute) string {
	if !s.on || text == "" {
		return text
	}
	c := color.New(attributes...)
	// The library looks at the process's own stdout; here the stream decides.
	c.EnableColor()
	return c.Sprint(text)
}

// Enabled tells whether anything is coloured.
func (s Style) Enabled() bool { return s.on }

// Bold is for names.
func (s Style) Bold(text string) string { return s.paint(text, color.Bold) }

// Dim is for hints.
func (s Style) Dim(text string) string { return s.paint(text, color.Faint) }

// Added is for "+".
func (s Style) Added(text string) string { return s.paint(text, color.FgGreen) }

// Deleted is for "-".
func (s Style) Deleted(text string) string { return s.paint(text, color.FgRed) }

// Changed is for "~".
func (s Style) Changed(text string) string { return s.paint(text, color.FgYellow) }

// Error is for the word that begins an error.
func (s Style) Error(text string) string { return s.paint(text, color.FgRed, color.Bold) }

// Word sets off a word within a text that Mark colours.
func (s Style) Word(mark, text string) string {
	switch mark {
	case "+":
		return s.paint(text, color.FgGreen, color.ReverseVideo)
	case "-":
		return s.paint(text, color.FgRed, color.ReverseVideo)
	}
	return s.paint(text, color.Bold)
}

// Mark colours a text as its diff mark asks for: "+", "-" or "~".
func (s Style) Mark(mark, text string) string {
	switch mark {
	case "+":
		return s.Added(text)
	case "-":
		return s.Deleted(text)
	case "~":
		return s.Changed(text)
	}
	return text
}
