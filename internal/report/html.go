package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"
)

//go:embed page/page.html page/page.css page/page.js
var page embed.FS

// htmlPage is what the template is given.
type htmlPage struct {
	Drift
	// Policy allows the page its own style and script and nothing else.
	Policy                  string
	Style                   template.CSS
	Script                  template.JS
	Added, Changed, Deleted int
	Types                   []htmlType
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

// writeHTML writes one file that needs no network. Without a script it is a long
// page with everything on it; with it there are search, filters and keys.
func writeHTML(w io.Writer, d Drift) error {
	style, err := page.ReadFile("page/page.css")
	if err != nil {
		return fmt.Errorf("read the page's style: %w", err)
	}
	script, err := page.ReadFile("page/page.js")
	if err != nil {
		return fmt.Errorf("read the page's script: %w", err)
	}
	functions := template.FuncMap{"lines": hunkLines, "utc": func(t time.Time) string { return t.UTC().Format(time.RFC3339) }}
	t, err := template.New("page.html").Funcs(functions).ParseFS(page, "page/page.html")
	if err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	p := htmlPage{
		Drift: d, Policy: policy(style, script), Types: htmlTypes(d.Changes),
		Style: template.CSS(style), Script: template.JS(script), //nolint:gosec // ours, not from an org
	}
	p.Added, p.Changed, p.Deleted = d.Counts()
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	if _, err := io.WriteString(w, clean(out.String())); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
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

func htmlTypes(changes []Change) []htmlType {
	var types []htmlType
	at := map[string]int{}
	for n, c := range changes {
		i, ok := at[c.Component.Type]
		if !ok {
			i = len(types)
			at[c.Component.Type] = i
			types = append(types, htmlType{Name: c.Component.Type})
		}
		h := htmlChange{Change: c, ID: "c" + strconv.Itoa(n), Who: c.Author, Text: strings.ToLower(c.title() + " " + c.Author)}
		if !c.When.IsZero() {
			h.Date = c.When.UTC().Format(time.RFC3339)
		}
		types[i].Changes = append(types[i].Changes, h)
	}
	return types
}
