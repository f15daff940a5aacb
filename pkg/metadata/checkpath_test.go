package metadata_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestCheckPathTakesWhatOrgsHave(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]string{
		"a file in a folder":                               "classes/Foo.cls",
		"the XML beside it":                                "classes/Foo.cls-meta.xml",
		"a file at the root":                               "package.xml",
		"folders at depth":                                 "reports/Sales/EMEA/Q1/Pipeline.report",
		"the folder of what lies in none":                  "reports/unfiled$public/All.report",
		"blanks inside a name":                             "layouts/Account-Account Layout.layout",
		"a name that the platform encoded":                 "profiles/Custom%3A Sales %28EMEA%29.profile",
		"two dots inside a name":                           "documents/Shared/a..b.png",
		"a dot in front of a name":                         "lwc/foo/.eslintrc.json",
		"letters of any script":                            "layouts/Account-レイアウト Über é.layout",
		"a joiner that some scripts and emoji need":        "layouts/Account-می\u200cخواهم.layout",
		"the mark of a script that runs to the left":       "layouts/Account-\u200fעברית.layout",
		"a name that starts with git":                      "classes/GitHubClient.cls",
		"a tilde that is no short name":                    "documents/Shared/git~notes.txt",
		"a name that Windows keeps for a device":           "classes/Aux.cls",
		"a name of a device without an ending":             "lwc/con/con.js",
		"a name longer than most file systems take":        "layouts/Account-" + strings.Repeat("界", 90) + ".layout",
		"a colon that names no drive":                      "documents/Shared/12:30.txt",
		"the longest path":                                 "documents/" + strings.Repeat("a/", 500) + strings.Repeat("b", 14),
		"a letter composed of two characters":              "layouts/Account-e\u0301.layout",
		"one that shells would expand, were they asked to": "documents/Shared/$(x) `y` *.txt",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := metadata.CheckPath(p); err != nil {
				t.Error(err)
			}
		})
	}
}

// hostilePaths are refused; says is what the error has to name.
var hostilePaths = map[string]struct{ p, says string }{
	"nothing":                 {"", "empty"},
	"the folder itself":       {".", ". or .."},
	"the folder above":        {"..", ". or .."},
	"a way out":               {"../x", ". or .."},
	"a way out from below":    {"classes/../../x", ". or .."},
	"a way out at the end":    {"classes/..", ". or .."},
	"a way that goes nowhere": {"classes/./x", ". or .."},
	"an absolute path":        {"/etc/passwd", "absolute"},
	"a share":                 {"//server/share", "absolute"},
	"a folder and no file":    {"classes/", "empty part"},
	"two slashes":             {"classes//x", "empty part"},

	"a backslash":              {`classes\x.cls`, "backslash"},
	"a way out by backslashes": {`..\..\x`, "backslash"},
	"a share by backslashes":   {`\\server\share`, "backslash"},

	"a drive":                {"C:/x", "drive"},
	"a place on a drive":     {"c:x", "drive"},
	"a drive alone":          {"C:", "drive"},
	"a drive below a folder": {"unpackaged/C:/x", "drive"},

	"a NUL":                          {"classes/a\x00.cls", "control"},
	"a line feed":                    {"classes/a\n.cls", "control"},
	"a tab":                          {"classes/a\t.cls", "control"},
	"an escape sequence":             {"classes/\x1b[31mred.cls", "control"},
	"a delete character":             {"classes/a\x7f.cls", "control"},
	"a control character past ASCII": {"classes/a\u009b31m.cls", "control"},
	"a line separator":               {"classes/a\u2028b.cls", "control"},
	"a paragraph separator":          {"classes/a\u2029b.cls", "control"},
	"an override of the direction":   {"classes/a\u202egpj.cls", "control"},
	"an isolate of the direction":    {"classes/a\u2066b\u2069.cls", "control"},
	"bytes that are no UTF-8":        {"classes/\xff.cls", "control"},
	"half a character":               {"classes/a\xc3", "control"},

	"the character that stands for such bytes": {"classes/\ufffd.cls", "control"},

	"Git's own folder":                            {".git/hooks/pre-commit", "Git"},
	"Git's own folder below":                      {"classes/.git/config", "Git"},
	"Git's own folder in capitals":                {"classes/.GIT/config", "Git"},
	"Git's own folder with a blank behind":        {"classes/.git /config", "Git"},
	"Git's own folder as NTFS spells streams":     {"classes/.git::$INDEX_ALLOCATION/config", "Git"},
	"Git's own folder as NTFS shortens it":        {"classes/GIT~1/config", "Git"},
	"Git's own folder shortened, with a stream":   {"classes/git~1::$INDEX_ALLOCATION/config", "Git"},
	"Git's own folder shortened, with a dot":      {"classes/git~1./config", "Git"},
	"Git's own folder as HFS+ ignores characters": {"classes/.g\u200cit/config", "Git"},
	"the same with a mark in front":               {"classes/\ufeff.git/config", "Git"},
	"the same with a mark behind":                 {"classes/.git\u200e", "Git"},

	"attributes":                                  {".gitattributes", "Git"},
	"attributes as NTFS shortens them":            {"classes/GITATT~1", "Git"},
	"modules":                                     {"classes/.gitmodules", "Git"},
	"modules as NTFS shortens them":               {"classes/gitmod~2", "Git"},
	"modules as NTFS shortens them after four":    {"classes/gi7eba~1", "Git"},
	"attributes as NTFS shortens them after four": {"classes/gi7d29~1", "Git"},
	"what is ignored":                             {"classes/.gitignore", "Git"},
	"what is ignored, as NTFS shortens it":        {"classes/GITIGN~1", "Git"},

	"a dot at the end":             {"classes/x.", "blank or a dot"},
	"a dot at the end of a folder": {"classes./x", "blank or a dot"},
	"a blank at the end":           {"classes/x ", "blank or a dot"},
	"three dots":                   {"classes/.../x", "blank or a dot"},

	"a path that is too long": {"documents/" + strings.Repeat("a/", 500) + strings.Repeat("b", 15), "too long"},
	"a path without end":      {strings.Repeat("a/", 1<<20) + "x", "too long"},
}

func TestCheckPathRefusesHostileNames(t *testing.T) {
	t.Parallel()
	for name, tc := range hostilePaths {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := metadata.CheckPath(tc.p)
			if !errors.Is(err, metadata.ErrPath) {
				t.Fatalf("%q: got %v, want a refusal", tc.p, err)
			}
			if !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%q does not say %q", err, tc.says)
			}
			checkPrintable(t, err)
		})
	}
}

// checkPrintable: what is refused is shown, and must do no harm there either.
func checkPrintable(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	if i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
		t.Errorf("%q holds what cannot be printed", text)
	}
	if len(text) > 5000 {
		t.Errorf("the message takes %d bytes", len(text))
	}
}
