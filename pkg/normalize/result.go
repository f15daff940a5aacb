package normalize

import "fmt"

// Result is what was done to one file.
type Result struct {
	// Output is the normalized file. It is the input slice itself where nothing
	// had to change; else the caller owns it. Stream leaves it empty.
	Output []byte
	// Unchanged says that output and input are the same bytes.
	Unchanged bool
	// PassedThrough says that the file is none that is normalized.
	PassedThrough bool
	// Refused says why the file was left as it is, nil if it was not.
	Refused *Refusal
	// Sorted are the groups of siblings that were moved, in the order of the file.
	Sorted []SortedGroup
	// Kept are groups that a rule names and that kept their order nevertheless.
	Kept []KeptGroup
	// Duplicates are the entries of a set that share a key. They are all kept,
	// in their order: on a deploy a later one may win.
	Duplicates []DuplicateKey
	// Notes are other facts worth a warning.
	Notes []string
}

// Refusal says where and why a file was not normalized. It is an error.
type Refusal struct {
	// Offset counts bytes from 0, Line and Column from 1; columns are characters.
	// In a file that was not in UTF-8, Offset counts in its UTF-8 form.
	Offset, Line, Column int
	Reason               string
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", r.Line, r.Column, r.Reason)
}

// SortedGroup is a run of siblings of one name that were moved.
type SortedGroup struct {
	Path string // dotted, from the root: Profile.fieldPermissions
	Line int    // where the group's first member stood in the input
	// Rule is the rule that sorted the group. Where it is nil the members were
	// only brought together, in their order, as they stood in several places.
	Rule    *Rule
	Members int
	// Moved counts the members that stand in another place among their own.
	Moved int
	// First is the key of the first member that was moved.
	First string
}

// KeptGroup is a group whose order was kept although a rule names it.
type KeptGroup struct {
	Path   string
	Line   int
	Rule   *Rule
	Reason string // a member has no key, or several
}

// DuplicateKey is a key that several entries of a set share.
type DuplicateKey struct {
	Path string
	Key  string // parts joined by a slash
	// Lines are those of the entries, in the order of the file.
	Lines []int
	// Identical says that the entries are equal byte for byte in the output.
	Identical bool
}
