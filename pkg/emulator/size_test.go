package emulator_test

import (
	"testing"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

func generated(tb testing.TB, n int) *org {
	tb.Helper()
	s, err := emulator.New(emulator.WithGenerated(n, 1))
	if err != nil {
		tb.Fatal(err)
	}
	return &org{Server: s, t: tb, token: s.Credentials().AccessToken}
}

func TestAGeneratedOrgComesBackWhole(t *testing.T) {
	t.Parallel()
	o := generated(t, 1000)
	got := o.retrieve(66, everything(o))
	if got.status != "Succeeded" || len(got.messages) > 0 {
		t.Fatal(got.status, got.failure, got.messages)
	}
	for p, content := range o.texts() {
		if got.files[p] != content {
			t.Errorf("%s is not what the org has", p)
		}
	}
	if _, err := emulator.New(emulator.WithGenerated(-1, 1)); err == nil {
		t.Error("an org of less than nothing")
	}
}

// BenchmarkRetrieve retrieves a whole org of 1,000 components, which has been
// packed before, as polls and reruns find it.
func BenchmarkRetrieve(b *testing.B) {
	o := generated(b, 1000)
	ask := everything(o)
	o.retrieve(66, ask)
	b.ReportAllocs()
	for b.Loop() {
		o.retrieve(66, ask)
	}
}
