package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/diff"
)

// shotsDir is the variable that names a folder for screenshots, to look at.
const shotsDir = "ORGKEEP_TEST_SCREENSHOTS"

// TestThePageInABrowser looks at the page as a real one shows it. There is one
// browser for all, as starting it is what costs.
func TestThePageInABrowser(t *testing.T) {
	t.Parallel()
	c := startChromium(t)
	for _, step := range []struct {
		name  string
		looks func(*chromium)
	}{
		{"it is used by keyboard", usedByKeyboard},
		{"orgs are filtered, and the matrix leads to changes", filteredByOrg},
		{"it is readable in light and dark, wide and narrow", readable},
		{"it is printed whole", printed},
		{"without scripts everything is on it", withoutScripts},
	} {
		t.Run(step.name, func(t *testing.T) {
			step.looks(c.in(t))
			c.quiet(t)
		})
	}
}

// show opens a report.
func (c *chromium) show(all []Drift) {
	t := c.t
	t.Helper()
	file := filepath.Join(t.TempDir(), "drift.html")
	if err := os.WriteFile(file, []byte(allWritten(t, HTML, all, 0)), 0o600); err != nil {
		t.Fatal(err)
	}
	c.open(file)
}

// whole waits until the page has everything on it.
func (c *chromium) whole() {
	c.t.Helper()
	c.eval(`new Promise((done) => { const look = () => document.querySelector("article > noscript") ? setTimeout(look, 5) : done(0); look(); })`, new(int))
}

// visible gives the headings of the components that are shown.
func (c *chromium) visible() []string {
	c.t.Helper()
	c.whole()
	var out []string
	c.eval(`[...document.querySelectorAll("article")].filter((a) => a.checkVisibility()).map((a) => a.querySelector("h3").textContent)`, &out)
	return out
}

func (c *chromium) text(expression string) string {
	c.t.Helper()
	var s string
	c.eval(expression, &s)
	return s
}

// The virtual codes of keys.
const (
	keyTab    = 9
	keyEnter  = 13
	keyEscape = 27
	keySpace  = 32
	keyUp     = 38
	keyDown   = 40
	keySlash  = 191
)

func usedByKeyboard(c *chromium) {
	t := c.t
	t.Helper()
	c.show([]Drift{sample()})
	if got := c.visible(); len(got) != 4 {
		t.Fatalf("shown: %q", got)
	}
	c.key("Tab", "", keyTab)
	if got := c.text(`document.activeElement.textContent`); got != "Skip to the changes" {
		t.Errorf("the first stop is %q", got)
	}
	c.key("/", "/", keySlash)
	if got := c.text(`document.activeElement.id`); got != "search" {
		t.Fatalf("/ goes to %q", got)
	}
	c.call("Input.insertText", object{"text": "ROUTER dana"})
	if d := cmp.Diff([]string{"~ ApexClass Router"}, c.visible()); d != "" {
		t.Errorf("found (-want +got):\n%s", d)
	}
	if got := c.text(`document.getElementById("found").textContent`); got != "1 of 4 shown" {
		t.Errorf("said: %q", got)
	}
	c.key("Escape", "", keyEscape)
	if got := c.visible(); len(got) != 4 || c.text(`document.getElementById("search").value`) != "" {
		t.Errorf("Escape leaves %q", got)
	}
	c.key("ArrowDown", "", keyDown)
	c.key("ArrowDown", "", keyDown)
	if got := c.text(`document.activeElement.textContent`); !strings.Contains(got, "Account.Region__c") {
		t.Errorf("two steps down is %q", got)
	}
	c.key("Enter", "\r", keyEnter)
	if got := c.text(`location.hash`); got != "#o0c1" {
		t.Errorf("Enter goes to %q", got)
	}
	c.do(`document.querySelector("button[data-kind=added]").focus()`)
	c.key(" ", " ", keySpace)
	if got := c.visible(); len(got) != 3 || c.text(`document.querySelector("button[data-kind=added]").getAttribute("aria-pressed")`) != "false" {
		t.Errorf("without additions: %q", got)
	}
}

func filteredByOrg(c *chromium) {
	t := c.t
	t.Helper()
	all := several()
	all[1].Changes = slices.Clone(all[0].Changes[:1])
	c.show(all)
	if got := c.visible(); len(got) != 5 {
		t.Fatalf("shown: %q", got)
	}
	c.do(`document.querySelector("button[data-org=o0]").click()`)
	if d := cmp.Diff([]string{"~ uat · ApexClass Router"}, c.visible()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	var broken int
	c.eval(`[...document.querySelectorAll(".matrix a")].filter((a) => !document.getElementById(a.getAttribute("href").slice(1))).length`, &broken)
	if broken > 0 {
		t.Errorf("%d links lead nowhere", broken)
	}
}

func printed(c *chromium) {
	t := c.t
	t.Helper()
	c.show([]Drift{large(300)})
	var before, after int
	const left = `document.querySelectorAll("article > noscript").length`
	c.eval(`[`+left+`, window.dispatchEvent(new Event("beforeprint"))][0]`, &before)
	c.eval(left, &after)
	if after != 0 {
		t.Errorf("%d components of %d that were not on the page are not printed", after, before)
	}
}

func withoutScripts(c *chromium) {
	t := c.t
	t.Helper()
	c.noScripts = true
	c.show([]Drift{sample()})
	c.noScripts = false
	var got []int
	c.eval(`["article h3", "article pre", "article > noscript > h3"].map((s) => document.querySelectorAll(s).length)`, &got)
	if d := cmp.Diff([]int{4, 1, 4}, got); d != "" {
		t.Errorf("headings, code and what is shown for lack of scripts (-want +got):\n%s", d)
	}
}

// quiet checks that the page asked for nothing, complained of nothing, and ran
// nothing that came from an org.
func (c *chromium) quiet(t *testing.T) {
	t.Helper()
	for _, method := range []string{"Page.javascriptDialogOpening", "Runtime.exceptionThrown", "Log.entryAdded"} {
		if got := c.events[method]; len(got) > 0 {
			t.Errorf("%s: %s", method, got)
		}
	}
	for _, request := range c.events["Network.requestWillBeSent"] {
		if !bytes.Contains(request, []byte(`"url":"file://`)) {
			t.Errorf("the page asked for %s", request)
		}
	}
}

// contrast is a script that gives the least contrast of text on its background,
// as WCAG counts it, and the text.
const contrast = `(() => {
  const number = (c) => c.match(/[\d.]+/g).map(Number);
  const light = (c) => { const [r, g, b] = number(c).map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const back = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; const n = number(c); if (n.length < 4 || n[3] > 0) return c; } return "rgb(255,255,255)"; };
  let least = [99, ""];
  for (const e of document.querySelectorAll("h1,h2,h3,dt,dd,p,li,td,th,pre span,mark,button,label,a,code,footer,summary")) {
    if (!e.textContent.trim() || !e.checkVisibility() || e.closest(".skip")) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(back(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < least[0]) least = [ratio, e.tagName + " " + e.className + ": " + e.textContent.slice(0, 40)];
  }
  return least;
})()`

func readable(c *chromium) {
	t := c.t
	t.Helper()
	d := sample()
	d.Changes[0].Elements[0].Hunks[0].Lines[1].Spans = []diff.Span{{From: 2, To: 5}}
	c.show(append(several(), d))
	c.whole()
	backs := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		c.call("Emulation.setEmulatedMedia", object{"features": []object{{"name": "prefers-color-scheme", "value": scheme}}})
		backs[c.text(`getComputedStyle(document.body).backgroundColor`)] = true
		var least []any
		c.eval(contrast, &least)
		const enough = 4.5 // WCAG 2.2, 1.4.3
		if ratio, _ := least[0].(float64); ratio < enough {
			t.Errorf("%s: contrast %.2f of %v", scheme, ratio, least[1])
		}
		for _, width := range []int{1280, 360} {
			c.screen(width, screenHeight)
			var needs []int
			c.eval(`[document.documentElement.scrollWidth, document.documentElement.scrollHeight]`, &needs)
			if needs[0] > width {
				t.Errorf("%s: %d columns of pixels need %d", scheme, width, needs[0])
			}
			c.screen(width, needs[1]) // what is off the screen is not painted
			c.shoot(fmt.Sprintf("%s-%d.png", scheme, width))
		}
	}
	if len(backs) != 2 {
		t.Errorf("light and dark have the background %v", backs)
	}
}

// screenHeight is that of a usual screen, in pixels.
const screenHeight = 900

func (c *chromium) screen(width, height int) {
	c.t.Helper()
	c.call("Emulation.setDeviceMetricsOverride", object{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false})
}

// shoot takes a screenshot and checks that there is something on it.
func (c *chromium) shoot(name string) {
	c.t.Helper()
	var reply struct {
		Data string `json:"data"`
	}
	c.decode(c.call("Page.captureScreenshot", object{"format": "png"}), &reply)
	data, err := base64.StdEncoding.DecodeString(reply.Data)
	if err != nil {
		c.t.Fatal(err)
	}
	shot, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		c.t.Fatal(err)
	}
	if n := colours(shot); n < 20 {
		c.t.Errorf("%s has %d colours only", name, n)
	}
	if dir := os.Getenv(shotsDir); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
}

// colours counts the colours of every third pixel.
func colours(shot image.Image) int {
	const step = 3
	seen := map[[3]uint32]bool{}
	b := shot.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y += step {
		for x := b.Min.X; x < b.Max.X; x += step {
			red, green, blue, _ := shot.At(x, y).RGBA()
			seen[[3]uint32{red, green, blue}] = true
		}
	}
	return len(seen)
}
