package normalize_test

import (
	"bytes"
	"math/rand/v2"
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

// fuzzProperty lets the fuzzer make the choices of a property. What it starts
// from is long enough for a whole document.
func fuzzProperty(f *testing.F, property func(*normalize.Normalizer) func(*rapid.T)) {
	f.Helper()
	source := rand.NewChaCha8([32]byte{})
	for _, size := range []int{0, 1 << 9, 1 << 12, 1 << 14} {
		seed := make([]byte, size)
		if _, err := source.Read(seed); err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Fuzz(rapid.MakeFuzz(property(newNormalizer(f))))
}

func FuzzTwice(f *testing.F) { fuzzProperty(f, twiceIsOnce) }

func FuzzLeaves(f *testing.F) { fuzzProperty(f, noLeafIsLostOrChanged) }

func FuzzText(f *testing.F) { fuzzProperty(f, textAndAttributesKeepTheirValue) }

func FuzzSpelling(f *testing.F) { fuzzProperty(f, spellingMakesNoDifference) }

func FuzzSet(f *testing.F) { fuzzProperty(f, theOrderOfASetMakesNoDifference) }

func FuzzDuplicates(f *testing.F) { fuzzProperty(f, duplicatesKeepTheirOrder) }

func FuzzScattered(f *testing.F) { fuzzProperty(f, entriesWithOneKeyMayStandAmongOthersAnywhere) }

func FuzzList(f *testing.F) { fuzzProperty(f, theOrderOfAListIsKept) }

func FuzzNames(f *testing.F) { fuzzProperty(f, elementsOfOneNameStandTogetherAndNamesKeepTheirOrder) }

func FuzzMeaning(f *testing.F) { fuzzProperty(f, onlyWhatMeansNothingChanges) }

func FuzzLine(f *testing.F) { fuzzProperty(f, aChangedLeafChangesItsLineAlone) }

func FuzzHunk(f *testing.F) { fuzzProperty(f, anAddedEntryAddsOneHunk) }

func FuzzMergeOneSide(f *testing.F) { fuzzProperty(f, oneSidedChangesWin) }

func FuzzMergeBothSides(f *testing.F) { fuzzProperty(f, aMergeHoldsTheChangesOfBothSides) }

func FuzzMergeEntries(f *testing.F) { fuzzProperty(f, changesOfDifferentEntriesNeverConflict) }

// FuzzHandles: any path is answered for, the same with ./ before it, and a file
// that is passed through comes back as it is.
func FuzzHandles(f *testing.F) {
	for _, p := range []string{"", "/", "profiles/Admin.profile", "force-app/main/default/lwc/x/x.js-meta.xml", "staticresources/a/objects/b.object", "objects/A__c/fields/B__c.field-meta.xml"} {
		f.Add(p)
	}
	n := newNormalizer(f)
	f.Fuzz(func(t *testing.T, path string) {
		handles := n.Handles(path)
		if path != "" && handles != n.Handles("./"+path) {
			t.Fatalf("%q: %v, but not with ./", path, handles)
		}
		input := []byte("<a  />")
		res := n.Bytes(path, input)
		if res.PassedThrough == handles || !handles && (!res.Unchanged || string(res.Output) != "<a  />") {
			t.Fatalf("%q: handles %v, %+v", path, handles, res)
		}
	})
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
