package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// aviary knows every secret that went over the wire, in either direction, and
// looks for them where they must not be. It is the front of an org.
type aviary struct {
	t   *testing.T
	org *emulator.Server

	mu       sync.Mutex
	canaries map[string]bool
	looks    int // at the list of processes
	lists    int // how often it was looked at in all
	found    []string
	echo     string // the call that is refused
}

var (
	sessionID = regexp.MustCompile(`<(?:\w+:)?sessionId>([^<]+)<`)
	granted   = regexp.MustCompile(`"(?:access_token|refresh_token|id_token)"\s*:\s*"([^"]+)"`)
)

func (a *aviary) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Errorf("read the request: %v", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if _, token, ok := strings.Cut(r.Header.Get("Authorization"), "Bearer "); ok {
		a.add(token)
	}
	if m := sessionID.FindSubmatch(body); m != nil {
		a.add(string(m[1]))
	}
	if form, err := url.ParseQuery(string(body)); err == nil && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		for _, name := range []string{"client_secret", "refresh_token", "assertion", "token", "code", "code_verifier"} {
			a.add(form.Get(name))
		}
	}
	a.processes()
	if a.refused(w, r, body) {
		return
	}
	reply := httptest.NewRecorder()
	a.org.ServeHTTP(reply, r)
	for _, m := range granted.FindAllStringSubmatch(reply.Body.String(), -1) {
		a.add(m[1])
	}
	for name, values := range reply.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(reply.Code)
	_, _ = w.Write(reply.Body.Bytes())
}

// repeat makes the service refuse a call from now on, and none with "".
func (a *aviary) repeat(call string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.echo = call
}

// refused answers a call with what it was sent, as a service might that is not
// well.
func (a *aviary) refused(w http.ResponseWriter, r *http.Request, body []byte) bool {
	a.mu.Lock()
	call := a.echo
	a.mu.Unlock()
	m := sessionID.FindSubmatch(body)
	_, token, bearer := strings.Cut(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case call == "":
		return false
	case m != nil && bytes.Contains(body, []byte("<"+call)):
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>sf:UNKNOWN_EXCEPTION</faultcode>`+
			`<faultstring>UNKNOWN_EXCEPTION: session %s is odd</faultstring></e:Fault></e:Body></e:Envelope>`, m[1])
	case bearer && strings.HasSuffix(r.URL.Path, "/"+call):
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `[{"errorCode":"UNKNOWN_EXCEPTION","message":"session %s is odd"}]`, token)
	default:
		return false
	}
	return true
}

func (a *aviary) add(secrets ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range secrets {
		if s = strings.TrimSpace(s); s != "" {
			a.canaries[s] = true
		}
	}
}

// maxLooks is how often the processes are looked at while one command runs.
const maxLooks = 3

// processes looks at the arguments of all of them, where the system tells.
func (a *aviary) processes() {
	a.mu.Lock()
	look := runtime.GOOS == "linux" && a.looks < maxLooks
	a.looks++
	if look {
		a.lists++
	}
	a.mu.Unlock()
	if !look {
		return
	}
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range lines {
		// Processes come and go.
		if text, err := os.ReadFile(name); err == nil {
			a.look(text, "the process list ("+string(bytes.SplitN(text, []byte{0}, 2)[0])+")")
		}
	}
}

// look searches a text for every secret, in the forms in which they travel.
func (a *aviary) look(text []byte, where string) (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for s := range a.canaries {
		for _, form := range []string{s, url.QueryEscape(s), base64.StdEncoding.EncodeToString([]byte(s))} {
			if bytes.Contains(text, []byte(form)) {
				n++
				a.found = append(a.found, where+" holds a secret that begins with "+s[:min(5, len(s))])
				break
			}
		}
	}
	return n
}

// kept is the only place that may hold secrets.
func kept(path string) bool { return strings.Contains(filepath.ToSlash(path), "/orgkeep/secrets/") }

// tree looks at every file below a folder but the kept ones, which have to hold
// some: or else nothing was looked for.
func (a *aviary) tree(dir string) (files, excepted int) {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !kept(path) {
			files++
			a.look(text, path)
			return nil
		}
		before := len(a.found)
		excepted += a.look(text, path)
		a.found = a.found[:before]
		if info, err := d.Info(); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
			a.t.Errorf("%s has mode %v (%v)", path, info.Mode(), err)
		}
		return nil
	})
	if err != nil {
		a.t.Error(err)
	}
	return files, excepted
}

// step is one command. Its input is written to stdin.
type step struct {
	args  string
	input string
	code  int
	// echo is a call that the service refuses, and repeats what it was sent.
	echo string
}

// TestNoSecretLeaves puts secrets through every command, also through those that
// fail, each as people and as programs run it, and looks for them in what is
// printed and logged, in the list of processes, in the repository with all its
// objects and private files, and in everything else that was written.
func TestNoSecretLeaves(t *testing.T) {
	t.Parallel()
	key, public := keyPair(t)
	org, err := emulator.New(emulator.WithOrg(demo.Org()), emulator.WithSandbox(true), emulator.WithUsername("ada@acme.example"), emulator.WithJWTKey(public),
		// Other tests of this machine must not have the same secrets.
		emulator.WithSeed(time.Now().UnixNano()))
	if err != nil {
		t.Fatal(err)
	}
	a := &aviary{t: t, org: org, canaries: map[string]bool{}}
	front := httptest.NewServer(a)
	t.Cleanup(front.Close)
	c := org.Credentials()
	const wrong = "00Dxx0000000001!wrong.canary"
	const force = "force://PlatformCLI:forced-secret-canary:5Aep861.forced.canary@127.0.0.1:1"
	a.add(c.AccessToken, c.ClientSecret, c.RefreshToken, wrong, "forced-secret-canary", "5Aep861.forced.canary", "proxy-password-canary", "git-token-canary", "git-passphrase-canary", strings.Split(key, "\n")[3])

	work := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"home", "tmp"} {
		if err := os.Mkdir(filepath.Join(work, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	r := &runner{
		t: t, aviary: a, dir: work, ran: map[string]bool{},
		env: []string{
			"GORACE=" + raceExit,
			"HOME=" + filepath.Join(work, "home"), "TMPDIR=" + filepath.Join(work, "tmp"), "PATH=" + os.Getenv("PATH"), "ORGKEEP_KEYRING=off",
			"GIT_AUTHOR_NAME=Ken", "GIT_AUTHOR_EMAIL=ken@example.com", "GIT_COMMITTER_NAME=Ken", "GIT_COMMITTER_EMAIL=ken@example.com", "GIT_CONFIG_NOSYSTEM=1",
			"ORGKEEP_ORG_CI_INSTANCE_URL=" + front.URL, "ORGKEEP_ORG_CI_CLIENT_ID=" + c.ClientID, "ORGKEEP_ORG_CI_REFRESH_TOKEN=" + c.RefreshToken,
			"ORGKEEP_GIT_TOKEN=git-token-canary", "ORGKEEP_GIT_SSH_PASSPHRASE=git-passphrase-canary",
			"ORGKEEP_ORG_FORCED_SFDX_AUTH_URL=" + force, "NO_PROXY=127.0.0.1", "HTTPS_PROXY=http://ada:proxy-password-canary@127.0.0.1:1",
			"ORGKEEP_ORG_FAR_INSTANCE_URL=https://acme.my.salesforce.com", "ORGKEEP_ORG_FAR_ACCESS_TOKEN=" + c.AccessToken,
		},
	}
	write("edited.cls", "public class RateCard { /* new */ }\n")
	for _, s := range steps(front.URL, c, wrong, force, key) {
		r.run(s)
	}
	r.everyCommandRan()
	files, excepted := a.tree(work)
	objects := r.objects()
	if excepted < 2 || len(a.canaries) < 12 {
		t.Errorf("only %d secrets are kept and %d were seen: nothing was looked for", excepted, len(a.canaries))
	}
	slices.Sort(a.found)
	for _, f := range slices.Compact(a.found) {
		t.Error(f)
	}
	t.Logf("%d runs, %d secrets; looked at %d bytes of output, %d lists of processes, %d files, %d bytes of objects: %d occurrences (%d in the files of the secret store)",
		r.runs, len(a.canaries), r.printed, a.lists, files, objects, len(a.found), excepted)
}

func keyPair(t *testing.T) (private string, public []byte) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	open, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: open})
}
