package snapshot

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// A note of an interrupted run that was damaged meanwhile is found and not acted on.
func TestADamagedNoteIsFoundAndNotFollowed(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var first, second ID
	t.Run("base", func(t *testing.T) {
		lock(t, s)
		first = snap(t, s, files{"a": "1"}, "first").Commits[0]
		second = snap(t, s, files{"a": "2"}, "second").Commits[0]
	})
	dir, err := s.PrivateDir()
	if err != nil {
		t.Fatal(err)
	}
	notes := map[string]any{
		moveName:   move{Ref: branchPrefix + branchName, Old: first, New: second, Log: "snapshot: second", Branch: branchName, Anchors: []ID{second, first}},
		mergedName: merged{Pack: "objects/pack/pack-" + strings.Repeat("0", 40), Old: []string{"objects/pack/pack-" + strings.Repeat("1", 40)}},
	}
	const seed = 20261125
	r := rand.New(rand.NewPCG(seed, seed))
	for name, note := range notes {
		text, err := json.Marshal(note)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.writeNote(dir, name, text); err != nil {
			t.Fatal(err)
		}
		if found := findings(t, s, true); len(found) > 0 {
			t.Fatalf("a good note: %v", found)
		}
		good, err := os.ReadFile(s.private(name))
		if err != nil {
			t.Fatal(err)
		}
		for n := range studied(20, 1000) {
			data := bytes.Clone(good)
			switch n % 3 {
			case 0:
				data[r.IntN(len(data))] ^= 1 << r.IntN(8)
			case 1:
				data = data[:r.IntN(len(data))]
			default:
				at := r.IntN(len(data))
				data = slices.Concat(data[at:], data[:at])
				if at == 0 {
					continue
				}
			}
			write(t, dir, name, string(data))
			if found := findings(t, s, true); len(found) != 1 || found[0].File != "orgkeep/"+name {
				t.Fatalf("damage %d of %s: %v", n, name, found)
			}
			unlock, err := openAt(t, s.Dir(), 0).Lock(t.Context(), "test")
			if err != nil {
				t.Fatalf("damage %d of %s: the next run: %v", n, name, err)
			}
			unlock()
			if !missing(s.private(name)) {
				t.Fatalf("damage %d of %s stays", n, name)
			}
		}
	}
	if got := head(t, s); got != second {
		t.Errorf("the branch is at %s", got)
	}
	if found := findings(t, s, true); len(found) > 0 {
		t.Error(found)
	}
	fsck(t, s.Dir())
}

func TestAMergeTellsHowFarItIs(t *testing.T) {
	t.Parallel()
	s := mergingStore(t, 3)
	var told []int
	of := 0
	watch := func(b *Batch) {
		b.Merging = func(done, all int) { told, of = append(told, done), all }
	}
	lock(t, s)
	for _, content := range []string{"1", "2"} {
		snap(t, s, files{"a": content}, content, watch)
	}
	if len(told) > 0 {
		t.Errorf("told of a merge that there was none of: %v", told)
	}
	snap(t, s, files{"a": "3"}, "3", watch)
	if !slices.IsSorted(told) || len(told) != of+1 || of == 0 || told[0] != 0 || told[len(told)-1] != of {
		t.Errorf("%d of %d: %v", len(told), of, told)
	}
}
