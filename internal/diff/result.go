package diff

import "github.com/orgkeep/orgkeep/pkg/metadata"

// Kind is what became of a component or an element.
type Kind string

// The kinds. Only components are renamed, only elements are moved.
const (
	Added   Kind = "added"
	Changed Kind = "changed"
	Deleted Kind = "deleted"
	Renamed Kind = "renamed"
	Moved   Kind = "moved"
)

// String gives the word: added.
func (k Kind) String() string { return string(k) }

// Mark is the sign that stands before a change: + ~ -
func (k Kind) Mark() string {
	switch k {
	case Added:
		return "+"
	case Deleted:
		return "-"
	}
	return "~"
}

// Result is what differs between two trees, sorted by component.
type Result struct {
	Changes []Change `json:"changes"`
	// Masked is how many differences masks took out.
	Masked int `json:"masked,omitempty"`
}

// size counts differences: elements, and components that differ as a whole.
func (r Result) size() int {
	n := 0
	for _, c := range r.Changes {
		n += c.Size()
	}
	return n
}

// Counts gives how many components were added, changed (or renamed) and deleted.
func (r Result) Counts() (added, changed, deleted int) {
	for _, c := range r.Changes {
		switch c.Kind {
		case Added:
			added++
		case Deleted:
			deleted++
		default:
			changed++
		}
	}
	return added, changed, deleted
}

// Change is what became of one component.
type Change struct {
	Kind Kind `json:"kind"`
	// Component has an empty type where the registry does not know the file; its
	// name is the path then.
	Component metadata.Component `json:"component"`
	// OldComponent is the former name of a component that was renamed, or whose
	// name changed in case alone (then the kind is Changed: the platform takes
	// both for one name). On an addition it names the deleted component with the
	// same content that is no rename, because it, or what is in it, is deployed
	// by name: a field, an object.
	OldComponent metadata.Component `json:"old_component,omitzero"`
	// Path is the main one of the changed files: for a child the file it lies in.
	Path string `json:"path"`
	// Paths are all changed files, sorted; of a rename the old and the new ones.
	Paths []string `json:"paths"`
	// Summary says of what was added or deleted what it is: Text(80), or what its
	// file holds. It is empty where there are too many to be read.
	Summary string `json:"summary,omitempty"`
	// Elements are empty for what was added, deleted or renamed as a whole.
	Elements []Element `json:"elements,omitempty"`
}

// Size is how many differences the change is: its elements, or one as a whole.
func (c Change) Size() int {
	n := 0
	for _, e := range c.Elements {
		n++
		if len(e.Hunks) == 0 && e.LeftOut > 0 {
			n += e.LeftOut - 1
		}
	}
	return max(1, n)
}

// Element is one difference inside a component.
type Element struct {
	// File is the path of the file where that is not the change's Path.
	File string `json:"file,omitempty"`
	// Line is the element's in the new file, of what was deleted in the old one,
	// 0 where it has none. It counts in the file as the normalizer writes it.
	Line int `json:"line,omitempty"`
	// Name is the dotted path of element names below the component:
	// fieldPermissions.editable. An attribute begins with @, a comment is called
	// #comment. What is compared as a whole file has the file's name.
	Name string `json:"name"`
	// Key tells the entry among those of its name: Account.Phone, or #2 for one
	// that has nothing but its place. Keys of several levels are parted by " / ",
	// parts of one key by a slash.
	Key string `json:"key,omitempty"`
	// Steps are name and key level by level.
	Steps []Step `json:"steps,omitempty"`
	Kind  Kind   `json:"kind"`
	// Old and New are values; of a whole element that came or went a summary, of
	// one that moved its places. Both are empty where Hunks tell the difference.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
	// Hunks are the changed lines of a file or of a long value.
	Hunks []Hunk `json:"hunks,omitempty"`
	// LeftOut counts the changed lines that are too many to be told, or elements
	// where there are no Hunks.
	LeftOut int `json:"left_out,omitempty"`
}

// Step is one level of the way to an element.
type Step struct {
	Name string `json:"name"`
	Key  string `json:"key,omitempty"`
}

// activeVersion is the element that names a flow's active version.
const activeVersion = "activeVersionNumber"

// Words gives the step as people call it: Setup shows no activeVersionNumber.
func (s Step) Words() string {
	if s.Name == activeVersion {
		return "active version"
	}
	return s.Name
}
