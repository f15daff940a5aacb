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
package normalize
