package snapshot

import "github.com/orgkeep/orgkeep/internal/tree"

// CommitSpec says what a commit shall hold. Files of the parent outside of Root
// and Extra stay as they are.
type CommitSpec struct {
	Root string    // folder of the repository that holds the org: "metadata"
	Tree tree.Tree // paths relative to Root
	// Extra are other files by their path in the repository; nil content takes a
	// file away.
	Extra    map[string][]byte
	Author   Signature // a zero When is the committer's
	Message  string    // subject, blank line, body
	Trailers []Trailer
	// Parent is the commit that the first one of a batch goes onto, where it is
	// known: then Commit gives the new id at once. Zero leaves it to Publish.
	Parent ID
}

// Published says what a batch did to the repository.
type Published struct {
	Commits []ID // oldest first; empty when nothing changed
	// Notes are what the user should know of the work tree, one sentence each.
	Notes []string
	// Stored is how many bytes the repository grew by.
	Stored int64
}
