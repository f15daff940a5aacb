// Package normalize brings metadata XML into one form, so that it differs only
// where its meaning differs, and loses nothing on the way.
//
// [New] makes a [Normalizer]; [Normalizer.Bytes] normalizes a file in memory,
// [Normalizer.Stream] one that is read and written, and [Normalizer.Merge]
// unites three versions of a file by the keys of its elements.
//
// What it does not do: it knows no schema, removes no duplicates, trims no
// text, masks nothing, and never repairs. Input that it does not fully
// understand it gives back byte for byte, with a [Refusal] that says where and
// why. Files whose form is their author's (code, Lightning bundles, archives)
// are passed through, see [Normalizer.Handles].
//
// The rule it guards: order is changed only where a line of rules.tsv says that
// the platform gives it no meaning; the default is to keep it. Elements of one
// name are brought together where they were split, as the platform refuses them
// otherwise. Documents and elements in namespaces other than the platform's
// keep their order entirely.
//
// # Both formats
//
// Files in metadata and in source format have the same rules: what lies in a
// file of its own in source format has its own root there, and a rule for it
// holds in both places.
//
// # Where the time goes
//
// On real files (BenchmarkFiles, most of them in order already) seven tenths go
// into reading tags and text, a sixth of that into telling names apart; a ninth
// into looking whether children are in order, a tenth into making sure that the
// bytes are UTF-8, and the rest into writing. A file that is in order is read
// once and not written at all: nodes are spans of the input, their memory is
// kept from file to file, and keys are compared where they stand. That is why it
// takes a tenth of the time of encoding/xml and less of etree's, which make
// objects of every element; those are for second opinions in tests.
package normalize
