// Package diff tells two states of an org apart in the words of the org: by
// component, then by element with its key, old and new value.
//
// [Trees] is the entry point. It renders nothing and asks nothing of an org;
// [Element.String] gives one plain line for callers that want no more.
//
// The rule it guards: what the platform gives no meaning to is no difference.
// Two files that differ in form, in the order of a set (the rules are those of
// pkg/normalize) or in the order of different elements yield nothing; everything
// else yields at least one element, and what cannot be read as XML is compared
// as text or bytes, never passed over.
//
// Components that live in the file of a parent (CustomField, WorkflowAlert) are
// changes of their own, unless no manifest can name them: those are elements of
// their parent. Names that differ in case alone mean the same component on the
// platform, so that is a change, never a deletion beside an addition.
package diff
