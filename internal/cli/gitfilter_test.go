package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pkt spells packets; "" ends a list.
func pkt(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		if l == "" {
			b.WriteString("0000")
			continue
		}
		fmt.Fprintf(&b, "%04x%s", len(l)+4, l)
	}
	return b.String()
}

const (
	greeting = "git-filter-client\n"
	version  = "version=2\n"
)

var hello = pkt(greeting, version, "", "capability=clean\n", "capability=smudge\n", "capability=delay\n", "")

func serve(t *testing.T, in string) (out string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	f := testFactory(&stdout, &stderr)
	f.Sys.Dir = t.TempDir()
	work, err := f.newFileNormalizer()
	if err != nil {
		t.Fatal(err)
	}
	var answer bytes.Buffer
	err = work.serveGit(t.Context(), strings.NewReader(in), &answer)
	return answer.String(), err
}

func TestGitIsAnsweredFileByFile(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 150_000)
	xml := `<?xml version="1.0" encoding="UTF-8"?>` + "\n<a>" + long + "</a>\n"
	request := func(command, path string, content ...string) string {
		return pkt("command="+command+"\n", "pathname="+path+"\n", "treeish=x\n", "") + pkt(append(content, "")...)
	}
	in := hello +
		request("clean", "metadata/profiles/A.profile", "<a>", long[:60_000], long[60_000:120_000], long[120_000:], "</a>") +
		request("clean", "a.txt", "<a/>") +
		request("clean", "metadata/profiles/Empty.profile") +
		request("smudge", "metadata/profiles/A.profile", "<a/>")
	answered := func(content ...string) string { return pkt("status=success\n", "") + pkt(append(content, "", "")...) }
	want := pkt("git-filter-server\n", version, "", "capability=clean\n", "") +
		answered(xml[:65516], xml[65516:131032], xml[131032:]) + answered("<a/>") + answered() + answered("<a/>")
	got, err := serve(t, in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatIsNoGitIsRefused(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"nothing":                    "",
		"somebody else":              pkt("hello\n", version, ""),
		"an older version":           pkt(greeting, "version=1\n", ""),
		"no list behind the hello":   pkt(greeting, version, ""),
		"nothing to clean":           pkt(greeting, version, "", "capability=smudge\n", ""),
		"a length that is no number": "zzzz",
		"a length with a sign":       "+010",
		"a length below its own":     "0003",
		"a packet that is cut off":   "0010git",
		"a request that is cut off":  hello + pkt("command=clean\n"),
		"content that is cut off":    hello + pkt("command=clean\n", "pathname=a\n", "", "<a/>"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if out, err := serve(t, in); err == nil {
				t.Errorf("answered %q", out)
			}
		})
	}
}

// FuzzGitFilter: whoever speaks, it comes to an end, and answers no one but git.
func FuzzGitFilter(f *testing.F) {
	request := pkt("command=clean\n", "pathname=profiles/A.profile\n", "") + pkt("<a  />", "")
	for _, in := range []string{"", hello, hello + request, hello + request + request[:9], "0003", "+010", pkt("hello\n")} {
		f.Add(in)
	}
	var stdout, stderr bytes.Buffer
	factory := testFactory(&stdout, &stderr)
	factory.Sys.Dir = f.TempDir()
	work, err := factory.newFileNormalizer()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in string) {
		var answer bytes.Buffer
		err := work.serveGit(t.Context(), strings.NewReader(in), &answer)
		stderr.Reset()
		if greeted := strings.HasPrefix(answer.String(), pkt("git-filter-server\n", version, "")); answer.Len() > 0 && !greeted || err == nil && !greeted {
			t.Fatalf("answered %q (%v)", answer.String(), err)
		}
	})
}
