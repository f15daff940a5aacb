package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

//go:embed page/page.html page/page.css page/page.js
var page embed.FS

// htmlPage is what the template is given.
type htmlPage struct {
	Title, Tool, Version string
	// Policy allows the page its own style and script and nothing else.
	Policy                  string
	Style                   template.CSS
	Script                  template.JS
	Added, Changed, Deleted int
	Orgs                    []htmlOrg
	Matrix                  *htmlMatrix // nil for one org
}

// Some tells whether there is anything to search in.
func (p htmlPage) Some() bool { return p.Added+p.Changed+p.Deleted > 0 }

type htmlOrg struct {
	Drift
	ID    string
	Types []htmlType
}

type htmlType struct {
	Name    string
	Changes []htmlChange
}

type htmlChange struct {
	Change
	ID   string
	Text string // what the search looks in
	Who  string
	Date string
}

type htmlMatrix struct {
	Orgs []string
	Rows []htmlRow
}

type htmlRow struct {
	Type, Name string
	Cells      []htmlCell
}

// htmlCell leads to the change that it stands for, where there is one.
type htmlCell struct{ Mark, Word, ID string }

// writeHTML writes one file that needs no network. Without a script it is a long
// page with everything on it; with it there are search, filters and keys, and what
// a component's difference is becomes part of the page where somebody looks, so
// that ten thousand components are no burden.
func writeHTML(w io.Writer, all []Drift) error {
	style, err := page.ReadFile("page/page.css")
	if err != nil {
		return fmt.Errorf("read the page's style: %w", err)
	}
	script, err := page.ReadFile("page/page.js")
	if err != nil {
		return fmt.Errorf("read the page's script: %w", err)
	}
	t, err := template.New("page.html").Funcs(pageFunctions()).ParseFS(page, "page/page.html")
	if err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	p := htmlPage{
		Title: verdict(all), Policy: policy(style, script),
		Style: template.CSS(style), Script: template.JS(script), //nolint:gosec // ours, not from an org
	}
	for i, d := range all {
		p.Tool, p.Version = d.Tool, d.Version
		added, changed, deleted := d.Counts()
		p.Added, p.Changed, p.Deleted = p.Added+added, p.Changed+changed, p.Deleted+deleted
		id := "o" + strconv.Itoa(i)
		p.Orgs = append(p.Orgs, htmlOrg{Drift: d, ID: id, Types: htmlTypes(d.Changes, id)})
	}
	if len(all) > 1 {
		p.Matrix = matrixPage(all, p.Orgs)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	if _, err := io.WriteString(w, clean(out.String())); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

func pageFunctions() template.FuncMap {
	return template.FuncMap{
		"lines": hunkLines,
		"utc":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		// Its mark stands before it already.
		"element": func(e diff.Element) string { return strings.TrimPrefix(e.String(), e.Kind.Mark()+" ") },
		"expired": func(h []Hidden) bool { return slices.ContainsFunc(h, func(h Hidden) bool { return h.Expired }) },
		"hidden":  func(h []Hidden) string { return count(Drift{Hidden: h}.HiddenCount(), "difference") },
	}
}

func matrixPage(all []Drift, orgs []htmlOrg) *htmlMatrix {
	type place struct {
		component metadata.Component
		org       int
	}
	at := map[place]htmlCell{}
	for i, o := range orgs {
		for _, t := range o.Types {
			for _, c := range t.Changes {
				at[place{c.Component, i}] = htmlCell{Mark: c.Kind.Mark(), Word: c.Kind.String(), ID: c.ID}
			}
		}
	}
	words := map[string]string{CellSame: "as expected", CellUnknown: "not compared"}
	m := MatrixOf(all)
	out := &htmlMatrix{Orgs: m.Orgs}
	for _, r := range m.Rows {
		row := htmlRow{Type: r.Component.Type, Name: r.Component.FullName}
		for i, mark := range r.Cells {
			cell, ok := at[place{r.Component, i}]
			if !ok {
				cell = htmlCell{Mark: mark, Word: words[mark]}
			}
			row.Cells = append(row.Cells, cell)
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// policy names style and script by their digests, so that nothing that came from
// an org could run even if it got past the escaping.
func policy(style, script []byte) string {
	digest := func(b []byte) string {
		sum := sha256.Sum256(b)
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + digest(style) + "; script-src " + digest(script)
}

func htmlTypes(changes []Change, org string) []htmlType {
	var types []htmlType
	at := map[string]int{}
	for n, c := range changes {
		i, ok := at[c.Component.Type]
		if !ok {
			i = len(types)
			at[c.Component.Type] = i
			types = append(types, htmlType{Name: c.Component.Type})
		}
		h := htmlChange{Change: c, ID: org + "c" + strconv.Itoa(n), Who: c.Author, Text: searched(c)}
		if !c.When.IsZero() {
			h.Date = c.When.UTC().Format(time.RFC3339)
		}
		types[i].Changes = append(types[i].Changes, h)
	}
	return types
}

// maxSearched bounds what the search looks in of one component, in bytes.
const maxSearched = 4000

// searched is what the search looks in: names and author of a change, and the
// names of its elements.
func searched(c Change) string {
	text := c.title() + " " + c.Author
	for _, e := range c.Elements {
		if len(text) > maxSearched {
			break
		}
		text += " " + e.Name + " " + e.Key
	}
	return strings.ToLower(text)
}
