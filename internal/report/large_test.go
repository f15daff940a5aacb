package report

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// large is an org of which so many components differ.
func large(n int) Drift {
	d := sample()
	d.Changes, d.Missing = nil, nil
	kinds := []diff.Kind{diff.Changed, diff.Changed, diff.Added, diff.Deleted}
	types := []string{"ApexClass", "CustomField", "Layout", "Flow", "Report", "PermissionSet", "CustomLabel", "Profile"}
	for i := range n {
		typ := types[i*len(types)/n]
		name := fmt.Sprintf("Component_%05d", i)
		c := Change{Change: diff.Change{
			Kind: kinds[i%len(kinds)], Component: metadata.Component{Type: typ, FullName: name},
			Path: "x/" + name, Paths: []string{"x/" + name, "x/" + name + "-meta.xml"},
		}, Author: "dana@acme.example", When: d.Made}
		if c.Kind == diff.Changed {
			for j := range 4 {
				c.Elements = append(c.Elements, diff.Element{
					Name: "fieldPermissions.editable", Key: fmt.Sprintf("Account.Field_%d", j), Kind: diff.Changed, Old: "true", New: "false",
					Steps: []diff.Step{{Name: "fieldPermissions", Key: fmt.Sprintf("Account.Field_%d", j)}, {Name: "editable"}},
				})
			}
			h := diff.Hunk{OldLine: 41, NewLine: 41}
			for j := range 12 {
				h.Lines = append(h.Lines, diff.Line{Op: []string{" ", "-", "+"}[j%3], Text: strings.Repeat("word ", 10)})
			}
			c.Elements = append(c.Elements, diff.Element{Name: name + ".cls", Steps: []diff.Step{{Name: name + ".cls"}}, Kind: diff.Changed, Line: 41, Hunks: []diff.Hunk{h}})
		}
		d.Changes = append(d.Changes, c)
	}
	return d
}

// enough is the processor time, in seconds, that the page's thread may take until
// ten thousand components can be searched. It takes 2.3; all of them laid out at
// once, as it was, took 12.
const enough = 5.0

// TestTenThousandComponentsInABrowser needs a browser, and takes longer than tests
// that run with all others may.
func TestTenThousandComponentsInABrowser(t *testing.T) {
	if os.Getenv(requireBrowser) == "" {
		t.Skip("takes its time: " + requireBrowser + " is not set")
	}
	t.Parallel()
	const n = 10_000
	c := startChromium(t)
	c.show([]Drift{large(n)})
	took := c.threadTime()
	if took > enough {
		t.Errorf("the page takes %.1f s of processor time to load, %.1f are enough", took, enough)
	}
	c.key("/", "/", keySlash)
	c.call("Input.insertText", object{"text": "report 05001"})
	if got := c.text(`document.getElementById("found").textContent`); got != "1 of 10000 shown" {
		t.Errorf("found: %q", got)
	}
	c.key("Escape", "", keyEscape)
	c.key("ArrowUp", "", keyUp)
	if got := c.text(`document.activeElement.textContent`); got != "Component_09999" {
		t.Errorf("up goes to %q", got)
	}
	// Its place is where it was asked for, though nothing above has been laid out.
	c.do(`document.querySelector("a[href='#o0c9001']").click()`)
	var top float64
	c.eval(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(document.getElementById("o0c9001").getBoundingClientRect().top))))`, &top)
	if top < 0 || top > 100 {
		t.Errorf("a link leads to what is %.0f pixels down", top)
	}
	if got := c.text(`document.querySelector("#o0c9001 .path").textContent`); !strings.Contains(got, "Component_09001-meta.xml") {
		t.Errorf("there it says %q", got)
	}
	for _, scheme := range []string{"light", "dark"} {
		c.call("Emulation.setEmulatedMedia", object{"features": []object{{"name": "prefers-color-scheme", "value": scheme}}})
		for _, width := range []int{1280, 360} {
			c.screen(width, screenHeight)
			c.shoot(fmt.Sprintf("large-%s-%d.png", scheme, width))
		}
	}
	c.whole()
	c.quiet(t)
	t.Logf("processor time: %.1f s to load, %.1f s with everything on the page", took, c.threadTime())
}

// threadTime is the processor time that the page's thread has taken, in seconds.
func (c *chromium) threadTime() float64 {
	c.t.Helper()
	var m struct {
		Metrics []struct {
			Name  string  `json:"name"`
			Value float64 `json:"value"`
		} `json:"metrics"`
	}
	c.decode(c.call("Performance.getMetrics", nil), &m)
	for _, x := range m.Metrics {
		if x.Name == "ThreadTime" {
			return x.Value
		}
	}
	c.t.Fatal("the browser does not tell its time")
	return 0
}
