// Package impact tells which components refer to which.
//
// [Deletions] puts deletions into an order that the platform takes, [Needs] finds
// what components need that an org has not, [Creations] is the order in which a
// large restore is cut into deploys, and [Tests] finds the tests of what changes.
//
// It looks at names in texts: an API name is a word that hardly means anything
// else, and metadata says in dozens of ways what it refers to. What it finds is
// for an order and for a hint. It guards one rule: nothing is left out of a plan,
// and nothing is deleted, because a reference was found or was not.
package impact
