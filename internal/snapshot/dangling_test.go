package snapshot

import (
	"strconv"
	"testing"
)

// Machine state has no history of its own, and yet nothing of it dangles.
func TestGitHasNothingToSayAfterManySnapshots(t *testing.T) {
	t.Parallel()
	for name, bare := range map[string]bool{"with a work tree": false, "bare": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if bare {
				git(t, dir, "init", "-q", "--bare", "-b", branchName)
			} else {
				git(t, dir, "init", "-q", "-b", branchName)
			}
			opts := testOptions()
			opts.mergeFrom = 4
			s, err := Open(dir, opts)
			if err != nil {
				t.Fatal(err)
			}
			lock(t, s)
			for n := range 7 {
				snap(t, s, files{"a": strconv.Itoa(n / 2), "b": "same"}, "listing "+strconv.Itoa(n)) // every other time it is the state alone
				if out := git(t, dir, "fsck", "--full", "--strict"); out != "" {
					t.Errorf("after snapshot %d: %s", n, out)
				}
			}
			git(t, dir, "gc", "-q", "--prune=now")
			if out := git(t, dir, "fsck", "--full", "--strict"); out != "" {
				t.Errorf("after git gc: %s", out)
			}
			if found := findings(t, s, true); len(found) > 0 {
				t.Error(found)
			}
		})
	}
}
