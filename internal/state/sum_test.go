package state

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestASumTellsWhetherATextIsWhole(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n", "{}", "two\nlines\n"} {
		whole := WithSum([]byte(text))
		if got, err := CheckSum(whole); err != nil || string(got) != text {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
		for at := range whole {
			for bit := range 8 {
				damaged := bytes.Clone(whole)
				damaged[at] ^= 1 << bit
				if got, err := CheckSum(damaged); !errors.Is(err, ErrDamaged) {
					t.Errorf("%q with bit %d of byte %d turned: got %q, %v", text, bit, at, got, err)
				}
			}
			if got, err := CheckSum(whole[:at]); !errors.Is(err, ErrDamaged) {
				t.Errorf("%q cut to %d bytes: got %q, %v", text, at, got, err)
			}
		}
	}
}

func TestADamagedFileIsNamed(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "note.json")
	if _, err := ReadSummed(name); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(name, WithSum([]byte("{}")), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := ReadSummed(name); err != nil || string(text) != "{}" {
		t.Errorf("got %q, %v", text, err)
	}
	if err := os.WriteFile(name, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSummed(name); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), name) {
		t.Errorf("got %v", err)
	}
}

func TestANoteOfBeforeThereWereSumsIsTakenAsItIs(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "note")
	for text, good := range map[string]bool{
		`{"version": 1, "a": "b"}` + "\n": true,
		`{"version": 2, "a": "b"}` + "\n": false, // its sum is gone
		`{"version": 1, "a": "b`:          false,
		`{"a": "b"}`:                      false,
		"":                                false,
		string(WithSum([]byte(`{"version": 2}`))):     true,
		string(WithSum([]byte(`{"version": 2}`)))[1:]: false,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadNote(name); (err == nil) != good || !good && !errors.Is(err, ErrDamaged) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := ReadNote(name + "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
