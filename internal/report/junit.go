package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// The elements of a JUnit file, as far as GitLab and Jenkins read them.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string      `xml:"name,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Errors    int         `xml:"errors,attr"`
	Skipped   int         `xml:"skipped,attr"`
	Timestamp string      `xml:"timestamp,attr"`
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	ClassName string       `xml:"classname,attr"`
	Name      string       `xml:"name,attr"`
	File      string       `xml:"file,attr,omitempty"`
	Failure   *junitResult `xml:"failure"`
	Error     *junitResult `xml:"error"`
	Skipped   *junitResult `xml:"skipped"`
}

type junitResult struct {
	Type    string `xml:"type,attr,omitempty"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// writeJUnit gives a suite a type: a failure for each component that differs, an
// error for each that could not be compared, and a skipped test for each rule that
// hides differences. Nothing to tell is one passed test, as an empty file counts
// as a broken build in some servers.
func writeJUnit(w io.Writer, all []Drift) error {
	var names []string
	out := junitSuites{}
	for _, d := range all {
		b := junitBuilder{d: d, at: map[string]int{}}
		if len(all) > 1 {
			b.org = clean(d.Actual) + "."
		}
		b.drift()
		out.Suites = append(out.Suites, b.suites...)
		names = append(names, clean(d.title()))
	}
	out.Name = strings.Join(names, ", ")
	for _, s := range out.Suites {
		out.Tests += s.Tests
		out.Failures += s.Failures
		out.Errors += s.Errors
		out.Skipped += s.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	return nil
}

// title names the two states.
func (d Drift) title() string {
	if d.Expected == "" {
		return d.Actual
	}
	return d.Actual + " against " + d.Expected
}

type junitBuilder struct {
	d      Drift
	org    string // before the names of suites, where there are several orgs
	suites []junitSuite
	at     map[string]int // a type's place in suites
}

// Suites that stand for no type.
const (
	driftSuite  = "drift"
	hiddenSuite = "hidden"
)

func (b *junitBuilder) drift() {
	d := b.d
	for _, c := range d.Changes {
		b.add(c.Component.Type, junitCase{
			Name: clean(c.Component.FullName), File: clean(d.file(c.Path)),
			Failure: &junitResult{Type: c.Kind.String(), Message: clean(c.Kind.String() + summary(c)), Text: clean(details(c))},
		})
	}
	for _, m := range d.Missing {
		b.add(m.Component.Type, junitCase{
			Name:  clean(m.Component.FullName),
			Error: &junitResult{Type: "not compared", Message: clean(m.Reason)},
		})
	}
	switch {
	case d.Failed != "":
		b.add(driftSuite, junitCase{Name: clean(d.Verdict()), Error: &junitResult{Type: "not compared", Message: clean(d.Failed)}})
	case len(b.suites) == 0:
		b.add(driftSuite, junitCase{Name: clean(d.Verdict())})
	}
	for _, h := range d.Hidden {
		b.add(hiddenSuite, junitCase{Name: clean(h.Rule), Skipped: &junitResult{Message: clean(h.String())}})
	}
	if text := d.MaskedText(); text != "" {
		b.add(hiddenSuite, junitCase{Name: "masks", Skipped: &junitResult{Message: clean(text)}})
	}
}

func (b *junitBuilder) add(typeName string, c junitCase) {
	i, ok := b.at[typeName]
	if !ok {
		i = len(b.suites)
		b.at[typeName] = i
		name := typeName
		if name == "" {
			name = driftSuite
		}
		b.suites = append(b.suites, junitSuite{Name: b.org + clean(name), Timestamp: b.d.Made.UTC().Format(time.RFC3339)})
	}
	s := &b.suites[i]
	c.ClassName = "orgkeep." + s.Name
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Error != nil {
		s.Errors++
	}
	if c.Skipped != nil {
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func summary(c Change) string {
	text := ""
	if c.Summary != "" {
		text += ": " + c.Summary
	}
	if who := c.who(); who != "" {
		text += " by " + who
	}
	return text
}

// details gives a change's elements, one a line, and its text differences.
func details(c Change) string {
	var b strings.Builder
	for _, e := range c.Elements {
		b.WriteString("\n" + e.String())
		for _, h := range e.Hunks {
			b.WriteString("\n" + hunk(h))
		}
	}
	return strings.TrimPrefix(b.String(), "\n")
}

// clean takes out control characters: XML 1.0 forbids most of them, and a report
// is shown in terminals too.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
