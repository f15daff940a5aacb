package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
)

func TestPeopleGetAParagraphForEachFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	messy := "<Package><types><members>B</members><members>A</members><name>X</name></types><types/></Package>"
	for name, content := range map[string]string{"package.xml": messy, "destructiveChanges.xml": "<Package>\n</Package"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	code := Main(t.Context(), System{
		Args: []string{"normalize", "--explain", "--no-color", "."}, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Dir: dir,
		Terminal: &iostreams.Terminal{Out: true, Width: 80},
	})
	want := `destructiveChanges.xml
     2  kept as it is
        an end tag without an end
package.xml
     1  Package.types.members  2 of 2 moved, sorted by text, first A
        a manifest names what it holds; order says nothing
     1  Package.types  not sorted by name
        a member has no key, or several
`
	if diff := cmp.Diff(want, stdout.String()); diff != "" || code != ExitOK {
		t.Errorf("exit %d, %s (-want +got):\n%s", code, stderr.String(), diff)
	}
}

func TestANormalizedFileKeepsItsMode(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "package.xml")
	if err := os.WriteFile(name, []byte("<Package />"), 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "destructiveChanges.xml")
	if err := os.Symlink("package.xml", link); err != nil {
		t.Skip("no links here")
	}
	var stdout, stderr bytes.Buffer
	code := Main(t.Context(), System{Args: []string{"normalize", "-w", "destructiveChanges.xml"}, Stdout: &stdout, Stderr: &stderr, Dir: dir})
	info, err := os.Stat(name)
	if err != nil || code != ExitOK || info.Mode().Perm() != 0o640 {
		t.Errorf("exit %d, %s, %v, %v", code, stderr.String(), info, err)
	}
	if target, err := os.Readlink(link); err != nil || target != "package.xml" {
		t.Errorf("the link became %q, %v", target, err)
	}
}
