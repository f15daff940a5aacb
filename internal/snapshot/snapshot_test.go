package snapshot

import (
	"bytes"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/tree"
)

func isNoSnapshot(err error) bool { return errors.Is(err, ErrNoSnapshot) }

func TestASnapshotIsWhatGitReads(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	first := snap(t, s, files{"classes/A.cls": "class A {}\n", "classes/A.cls-meta.xml": "<x/>\n", "package.xml": "<p/>\n"}, "first")
	second := snap(t, s, files{"classes/A.cls": "class A { }\n", "classes/A.cls-meta.xml": "<x/>\n", "layouts/L.layout": "<l/>\n"}, "second")
	if len(first.Commits) != 1 || len(second.Commits) != 1 {
		t.Fatalf("commits: %v, %v", first, second)
	}
	fsck(t, s.Dir())
	want := ".gitattributes\nmetadata/classes/A.cls\nmetadata/classes/A.cls-meta.xml\nmetadata/layouts/L.layout"
	if diff := cmp.Diff(want, git(t, s.Dir(), "ls-tree", "-r", "--name-only", branchName)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("class A { }", git(t, s.Dir(), "show", branchName+":metadata/classes/A.cls")); diff != "" {
		t.Error(diff)
	}
	want = "Ada|ada@example.com|2026-11-24T09:00:00Z|Kim|kim@example.com|2026-11-24T10:00:00Z|second|prod\n" +
		"Ada|ada@example.com|2026-11-24T09:00:00Z|Kim|kim@example.com|2026-11-24T10:00:00Z|first|prod"
	log := git(t, s.Dir(), "log", "--format=%an|%ae|%aI|%cn|%ce|%cI|%s|%(trailers:key=Orgkeep-Snapshot,valueonly,separator=)", branchName)
	if diff := cmp.Diff(want, strings.ReplaceAll(log, "+00:00", "Z")); diff != "" {
		t.Error(diff)
	}
	got, err := s.Tree(t.Context(), second.Commits[0], "metadata")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for e := range got.All() {
		paths = append(paths, e.Path)
	}
	if diff := cmp.Diff([]string{"classes/A.cls", "classes/A.cls-meta.xml", "layouts/L.layout"}, paths); diff != "" {
		t.Error(diff)
	}
	content, err := s.File(t.Context(), first.Commits[0], "metadata/classes/A.cls")
	if err != nil || string(content) != "class A {}\n" {
		t.Errorf("%q, %v", content, err)
	}
}

func TestAnUnchangedOrgMakesNoCommit(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	snap(t, s, files{"a": "1"}, "first")
	if p := snap(t, s, files{"a": "1"}, "again"); len(p.Commits) != 0 {
		t.Errorf("commits: %v", p.Commits)
	}
	if _, err := s.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestFilesOfTheUserStay(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	git(t, s.Dir(), "checkout", "-q", "-b", branchName)
	write(t, s.Dir(), "README.md", "mine\n")
	write(t, s.Dir(), "docs/a.md", "mine too\n")
	git(t, s.Dir(), "add", "-A")
	git(t, s.Dir(), "commit", "-q", "-m", "mine")
	git(t, s.Dir(), "checkout", "-q", "--detach")
	lock(t, s)
	snap(t, s, files{"a": "1"}, "first")
	want := ".gitattributes\nREADME.md\ndocs/a.md\nmetadata/a"
	if diff := cmp.Diff(want, git(t, s.Dir(), "ls-tree", "-r", "--name-only", branchName)); diff != "" {
		t.Error(diff)
	}
	snap(t, s, files{}, "all gone")
	if diff := cmp.Diff(".gitattributes\nREADME.md\ndocs/a.md", git(t, s.Dir(), "ls-tree", "-r", "--name-only", branchName)); diff != "" {
		t.Error(diff)
	}
	fsck(t, s.Dir())
}

func TestADeflateStreamIsReusedOnlyForItsOwnContent(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("orgs and their metadata\n"), 500)
	var good bytes.Buffer
	z, err := flate.NewWriter(&good, 9)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		stream []byte
		sum    uint32
		reused bool
	}{
		"its own":                    {good.Bytes(), crc32.ChecksumIEEE(content), true},
		"of something else":          {[]byte{3, 0}, 0, false},
		"no stream at all":           {nil, crc32.ChecksumIEEE(content), false},
		"empty, which holds nothing": {[]byte{}, crc32.ChecksumIEEE(content), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			lock(t, s)
			b, err := s.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer b.Discard()
			h, err := b.BlobDeflated(content, tc.stream, tc.sum)
			if err != nil {
				t.Fatal(err)
			}
			raw, ok, err := b.raw(blobID(h))
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			if got := len(tc.stream) > 0 && bytes.Contains(raw, tc.stream); got != tc.reused {
				t.Errorf("reused: %v", got)
			}
			if got, err := b.Blobs().Blob(t.Context(), h); err != nil || !bytes.Equal(got, content) {
				t.Errorf("reading it back: %v", err)
			}
			c := spec(tree.New([]tree.Entry{{Path: "a", Hash: h}}), "one")
			if _, err := b.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if _, err := b.Publish(t.Context(), branchName, ID{}); err != nil {
				t.Fatal(err)
			}
			fsck(t, s.Dir())
		})
	}
}

func TestGitBlamesClonesAndPacksWhatWeWrote(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	snap(t, s, files{"a": "one\ntwo\nthree\n"}, "first")
	snap(t, s, files{"a": "one\n2\nthree\n", "b": "x"}, "second")
	summaries := regexp.MustCompile(`(?m)^summary (.*)$`)
	var got []string
	for _, m := range summaries.FindAllStringSubmatch(git(t, s.Dir(), "blame", "--line-porcelain", branchName, "--", "metadata/a"), -1) {
		got = append(got, m[1])
	}
	if diff := cmp.Diff([]string{"first", "second", "first"}, got); diff != "" {
		t.Error(diff)
	}
	clone := t.TempDir()
	git(t, clone, "clone", "-q", "--branch", branchName, "file://"+s.Dir(), "clone")
	clone += "/clone"
	fsck(t, clone)
	if out := git(t, clone, "diff", "--stat", branchName+"~1", branchName); !strings.Contains(out, "2 files changed") {
		t.Error(out)
	}
	git(t, s.Dir(), "repack", "-a", "-d", "-f", "-q")
	for _, dir := range []string{s.Dir(), clone} {
		other, err := Open(dir, testOptions())
		if err != nil {
			t.Fatal(err)
		}
		content, err := other.File(t.Context(), head(t, s), "metadata/a")
		if err != nil || string(content) != "one\n2\nthree\n" {
			t.Errorf("%q, %v", content, err)
		}
	}
}

// What git made of many versions of big files is read back, one by one and in bulk.
func TestDifferencesThatGitMadeAreRead(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	lines := make([]string, 400)
	for i := range lines {
		lines[i] = strings.Repeat(strconv.Itoa(i), 5)
	}
	want := map[ID]string{}
	for n := range 30 {
		lines[n*13] = "changed " + strconv.Itoa(n)
		content := strings.Join(lines, "\n")
		want[snap(t, s, files{"a": content}, "next").Commits[0]] = content
	}
	git(t, s.Dir(), "gc", "-q", "--aggressive")
	if out := git(t, s.Dir(), "count-objects", "-v"); !strings.Contains(out, "packs: 1") {
		t.Fatal(out)
	}
	blobs, done := s.Bulk()
	defer done()
	differences := 0
	for id, content := range want {
		root, err := s.Tree(t.Context(), id, "metadata")
		if err != nil {
			t.Fatal(err)
		}
		h, _ := root.Get("a")
		for name, from := range map[string]tree.Blobs{"one by one": s, "in bulk": blobs} {
			if got, err := from.Blob(t.Context(), h); err != nil || string(got) != content {
				t.Errorf("%s, %s: %d bytes, %v", name, id.Short(), len(got), err)
			}
		}
		// Git has written most of them as differences, which have no stream of their own.
		got, stream, err := blobs.Deflated(t.Context(), h)
		if err != nil || string(got) != content || stream != nil && inflated(stream) != content {
			t.Errorf("deflated, %s: %d bytes, %v", id.Short(), len(got), err)
		}
		if stream == nil {
			differences++
		}
	}
	if differences < 20 || differences == len(want) {
		t.Errorf("%d of %d are differences", differences, len(want))
	}
	if found := findings(t, s, true); len(found) > 0 {
		t.Error(found)
	}
}

// inflated unpacks a deflate stream that has nothing after its end.
func inflated(stream []byte) string {
	src := bytes.NewReader(stream)
	content, err := io.ReadAll(flate.NewReader(src))
	if err != nil || src.Len() > 0 {
		return "no deflate stream"
	}
	return string(content)
}

// A snapshot's own pack holds files as they are: their streams are at hand.
func TestTheStreamsOfAPackAreAtHand(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	held := files{"a": strings.Repeat("public class A {}\n", 50), "empty": "", "b": "\x00\x01\xff"}
	made := snap(t, s, held, "first")
	root, err := s.Tree(t.Context(), made.Commits[0], "metadata")
	if err != nil {
		t.Fatal(err)
	}
	blobs, done := s.Bulk()
	defer done()
	for path, content := range held {
		h, _ := root.Get(path)
		got, stream, err := blobs.Deflated(t.Context(), h)
		if err != nil || string(got) != content || inflated(stream) != content {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
}
