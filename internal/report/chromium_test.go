package report

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"
)

// requireBrowser is the variable that makes a missing browser an error: the tests
// skip without one, and .ci/browser, which gets one, must not.
const requireBrowser = "ORGKEEP_TEST_BROWSER"

// browserWait is how long a browser may take for one answer, where many tests run
// beside.
const browserWait = 2 * time.Minute

// chromium is a headless browser with one page, spoken to over a pipe.
type chromium struct {
	t       *testing.T
	to      io.Writer
	replies chan message
	session string
	last    int
	// noScripts opens pages in which no script runs.
	noScripts bool
	// events are what the page told unasked, by method.
	events map[string][]json.RawMessage
}

// message is one of the DevTools protocol, in either direction.
type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// findChromium skips the test where there is no browser.
func findChromium(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the pipe to the browser needs inherited files")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv(requireBrowser) != "" {
		t.Fatal("there is no Chromium here")
	}
	t.Skip("there is no Chromium here")
	return ""
}

// startChromium starts a browser for one test. It ends with its test.
func startChromium(t *testing.T) *chromium {
	t.Helper()
	path := findChromium(t)
	in, to := pipe(t)
	from, out := pipe(t)
	// It is asked to close, and not killed with the test's context.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), path,
		// The page is a file of ours, and containers have no sandbox to offer.
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
		"--disable-background-networking", "--disable-component-update", "--user-data-dir="+profile(t),
		"--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{in, out} // its descriptors 3 and 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// Its ends, so that ours see when it is gone.
	_, _ = in.Close(), out.Close()
	c := &chromium{t: t, to: to, replies: make(chan message), events: map[string][]json.RawMessage{}}
	gone := make(chan struct{})
	go c.read(from, gone)
	t.Cleanup(func() {
		c.session = ""
		_ = c.send("Browser.close", nil)
		close(gone)
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(browserWait):
			_ = cmd.Process.Kill()
		}
	})
	return c
}

// profile is a folder for what a browser keeps. Its processes write into it until
// the last of them has ended, which is some time after the first.
func profile(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "orgkeep-browser-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 50 {
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
	return dir
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	return r, w
}

// read passes on messages, each ended by a zero byte, until the browser is gone.
func (c *chromium) read(from io.Reader, gone <-chan struct{}) {
	defer close(c.replies)
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes(0)
		if err != nil {
			return
		}
		var m struct {
			message
			Params json.RawMessage `json:"params"`
		}
		if json.Unmarshal(line[:len(line)-1], &m) != nil {
			continue
		}
		m.message.Params = m.Params
		select {
		case c.replies <- m.message:
		case <-gone:
			return
		}
	}
}

func (c *chromium) send(method string, params any) error {
	c.last++
	text, err := json.Marshal(message{ID: c.last, Session: c.session, Method: method, Params: params})
	if err != nil {
		return err
	}
	_, err = c.to.Write(append(text, 0))
	return err
}

var errBrowser = errors.New("the browser says")

// call waits for the reply and gathers events meanwhile.
func (c *chromium) call(method string, params any) json.RawMessage {
	c.t.Helper()
	if err := c.send(method, params); err != nil {
		c.t.Fatal(err)
	}
	var result json.RawMessage
	c.until(method, func(m message) bool {
		if m.ID != c.last {
			return false
		}
		if m.Error != nil {
			c.t.Fatalf("%s: %v %s", method, errBrowser, m.Error.Message)
		}
		result = m.Result
		return true
	})
	return result
}

// until reads messages up to one that is waited for.
func (c *chromium) until(what string, done func(message) bool) {
	c.t.Helper()
	for end := time.After(browserWait); ; {
		select {
		case m, open := <-c.replies:
			if !open {
				c.t.Fatalf("%s: the browser is gone", what)
			}
			if m.Method != "" {
				params, _ := m.Params.(json.RawMessage)
				c.events[m.Method] = append(c.events[m.Method], params)
			}
			if done(m) {
				return
			}
		case <-end:
			c.t.Fatalf("%s: no answer after %s", what, browserWait)
		}
	}
}

type object map[string]any

// in makes a part of a test speak to the browser.
func (c *chromium) in(t *testing.T) *chromium {
	t.Helper()
	c.t = t
	return c
}

// open shows a file in a page of its own.
func (c *chromium) open(file string) {
	c.t.Helper()
	c.session, c.events = "", map[string][]json.RawMessage{}
	var target struct {
		TargetID string `json:"targetId"`
	}
	c.decode(c.call("Target.createTarget", object{"url": "about:blank"}), &target)
	var attached struct {
		SessionID string `json:"sessionId"`
	}
	c.decode(c.call("Target.attachToTarget", object{"targetId": target.TargetID, "flatten": true}), &attached)
	c.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Network", "Log", "Performance"} {
		c.call(domain+".enable", nil)
	}
	c.call("Emulation.setScriptExecutionDisabled", object{"value": c.noScripts})
	if err := c.send("Page.navigate", object{"url": "file://" + file}); err != nil {
		c.t.Fatal(err)
	}
	c.until("load", func(m message) bool { return m.Method == "Page.loadEventFired" })
}

func (c *chromium) decode(raw json.RawMessage, into any) {
	c.t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		c.t.Fatalf("%v: %s", err, raw)
	}
}

// eval gives what an expression is on the page, or what its promise comes to.
func (c *chromium) eval(expression string, into any) {
	c.t.Helper()
	var reply struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception json.RawMessage `json:"exceptionDetails"`
	}
	c.decode(c.call("Runtime.evaluate", object{"expression": expression, "returnByValue": true, "awaitPromise": true}), &reply)
	if reply.Exception != nil {
		c.t.Fatalf("%s: %s", expression, reply.Exception)
	}
	c.decode(reply.Result.Value, into)
}

// do runs an expression for what it does.
func (c *chromium) do(expression string) {
	c.t.Helper()
	c.eval(expression+", 0", new(int))
}

// key presses and releases a key; text is what it types, if anything.
func (c *chromium) key(name, text string, code int) {
	c.t.Helper()
	down := object{"type": "keyDown", "key": name, "windowsVirtualKeyCode": code}
	if text != "" {
		down["text"] = text
	}
	c.call("Input.dispatchKeyEvent", down)
	c.call("Input.dispatchKeyEvent", object{"type": "keyUp", "key": name, "windowsVirtualKeyCode": code})
}
