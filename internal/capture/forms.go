package capture

import (
	"fmt"

	"github.com/orgkeep/orgkeep/internal/mdzip"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// formsVersion is raised when the way of a file to its stored form changes in
// another way than scopeOf tells, and when more is taken for a secret in free text:
// files that are remembered are not looked through again.
const formsVersion = "1"

// memorySink is a Sink that remembers what files were stored as, by fingerprint;
// *snapshot.Batch is one, once it has recalled a branch.
type memorySink interface {
	Known(sum snapshot.Sum) (tree.Hash, bool)
	Learn(sum snapshot.Sum, h tree.Hash)
}

// scopeOf stands for all that the stored form of a file depends on but the file and
// its path: the rules, and the types that tell metadata XML from other files. Empty
// is not known.
func scopeOf(norm Normalizer) string {
	f, ok := norm.(interface{ Fingerprint() string })
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s %s %v", formsVersion, f.Fingerprint(), metadata.Default().Types())
}

// fingerprint makes those of a zip's files, where somebody remembers them.
func (r *reading) fingerprint(archive *mdzip.Archive) error {
	scope := scopeOf(r.norm)
	if _, ok := r.sink.(memorySink); !ok || scope == "" {
		return nil
	}
	if err := archive.Fingerprint(scope); err != nil {
		return fmt.Errorf("look through what the org sent: %w", err)
	}
	return nil
}

// asBefore tells whether a file came byte for byte as one that base has the stored
// form of at the same path. Those that may hold secrets are looked at each time.
func (r *reading) asBefore(f *mdzip.File, c metadata.Component) (tree.Hash, bool) {
	sum, ok := f.Sum()
	if !ok || seal.Carries(c.Type) {
		return tree.Hash{}, false
	}
	was, had := r.base.Tree.Get(f.Name)
	sink, ok := r.sink.(memorySink)
	if !ok || !had {
		return tree.Hash{}, false
	}
	known, ok := sink.Known(sum)
	return known, ok && known == was
}

// learn remembers what a file is stored as, if there was nothing to say of it.
func (r *reading) learn(f *mdzip.File, out file) {
	sum, summed := f.Sum()
	sink, ok := r.sink.(memorySink)
	if ok && summed && out.refused == "" && len(out.sealed) == 0 && len(out.warnings) == 0 && !out.noXML {
		sink.Learn(sum, out.hash)
	}
}
