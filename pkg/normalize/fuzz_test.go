package normalize_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

func addSeeds(f *testing.F) {
	f.Helper()
	for _, file := range fixtures(f) {
		f.Add(file.content)
	}
	for _, c := range survivors {
		f.Add([]byte(c.in))
	}
	for _, c := range refusals {
		f.Add([]byte(c.in))
	}
}

// FuzzNormalize: no panic, refused bytes come back, and twice is once.
func FuzzNormalize(f *testing.F) {
	addSeeds(f)
	n := newNormalizer(f)
	raw := newNormalizer(f, normalize.WithRawCR())
	f.Fuzz(func(t *testing.T, input []byte) {
		checkAnything(t, n, input)
		checkAnything(t, raw, input)
	})
}

// FuzzSecondOpinion: what another parser reads is the same before and after.
func FuzzSecondOpinion(f *testing.F) {
	addSeeds(f)
	n := newNormalizer(f)
	f.Fuzz(func(t *testing.T, input []byte) {
		res := n.Bytes("", input)
		if res.Refused != nil || len(res.Notes) > 0 || bytes.Contains(input, []byte("\r")) || bytes.Contains(input, []byte("]]>")) {
			return // the other parser folds line ends, and refuses ]]>
		}
		doc := etree.NewDocument()
		if doc.ReadFromBytes(bytes.TrimPrefix(input, []byte("\ufeff"))) != nil || doc.Root() == nil {
			return
		}
		want := slices.Sorted(slices.Values(facts(doc.Root(), "")))
		if diff := cmp.Diff(want, sortedFacts(t, res.Output)); diff != "" {
			t.Fatalf("%s\n%q\n%q", diff, input, res.Output)
		}
	})
}

// FuzzSet: the property of sets, driven by the fuzzer.
func FuzzSet(f *testing.F) {
	n := newNormalizer(f)
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		r := rapid.SampledFrom(setRules(n)).Draw(t, "rule")
		var members []*elem
		for _, key := range keysFor(r).Draw(t, "keys") {
			members = append(members, member(t, r, key))
		}
		doc := inside(r, members)
		fixEmpty(doc)
		a := must(t, n, spell(t, doc))
		doc = inside(r, rapid.Permutation(members).Draw(t, "order"))
		if diff := cmp.Diff(string(a), string(must(t, n, spell(t, doc)))); diff != "" {
			t.Fatalf("%s", diff)
		}
	}))
}

// FuzzRules: rules from outside are read or refused, and what is read works.
func FuzzRules(f *testing.F) {
	f.Add("Profile\tcustomThings\tname\t-\thigh\tbecause\n")
	f.Add("Flow\t**.x\t.\tnumeric\tlow\t\n")
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := normalize.ParseRules(text)
		if err != nil {
			return
		}
		n, err := normalize.New(normalize.WithRules(rules...))
		if err != nil {
			return
		}
		for _, file := range fixtures(t) {
			checkAnything(t, n, file.content)
		}
	})
}
