package tree_test

import (
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// What git hash-object says of these contents.
func TestAHashIsTheIDThatGitGives(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"":                            "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
		"hello\n":                     "ce013625030ba8dba906f756967f9e9ca394464a",
		"what is up, doc?":            "bd9dbf5aae1a3862dd1526723246b20206e5fc37",
		strings.Repeat("orgkeep ", 9): "d24ca562be6d4b9899c300acf40afa70965e2ae2",
	} {
		got := tree.HashOf([]byte(content))
		if got.String() != want {
			t.Errorf("%q: got %s, want %s", content, got, want)
		}
		if got.IsZero() {
			t.Errorf("%q passes for no file", content)
		}
		if back, err := tree.ParseHash(want); err != nil || back != got {
			t.Errorf("%s is read back as %s, %v", want, back, err)
		}
	}
}

func TestTheZeroHashIsNoFile(t *testing.T) {
	t.Parallel()
	if !(tree.Hash{}).IsZero() || (tree.Hash{}).String() != strings.Repeat("0", 40) {
		t.Errorf("%s, zero is %v", tree.Hash{}, tree.Hash{}.IsZero())
	}
}

func TestParseHash(t *testing.T) {
	t.Parallel()
	capitals := "CE013625030BA8DBA906F756967F9E9CA394464A"
	if got, err := tree.ParseHash(capitals); err != nil || got != tree.HashOf([]byte("hello\n")) {
		t.Errorf("in capitals: got %s, %v", got, err)
	}
	for name, in := range map[string]string{
		"nothing":            "",
		"an abbreviation":    "ce01362",
		"a digit less":       capitals[1:],
		"a digit more":       capitals + "0",
		"a byte more":        capitals + "00",
		"the id of SHA-256":  strings.Repeat("ab", 32),
		"something else":     strings.Repeat("zz", 20),
		"a blank in between": "ce 13625030ba8dba906f756967f9e9ca394464a",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := tree.ParseHash(in); err == nil || !got.IsZero() {
				t.Errorf("%q gave %s, %v; want an error", in, got, err)
			}
		})
	}
}
