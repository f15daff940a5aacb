// Package tree holds the state of an org as a list of files in metadata
// format: path and blob id, sorted by path, contents left where they are. It is
// what a snapshot records and what two states are compared by.
//
// A [Tree] is immutable; an [Editor] makes the next one. Paths are relative to
// the package root and were checked by whoever brought them in
// (metadata.CheckPath). Contents are read through [Blobs], one at a time, so
// that the memory a tree takes does not grow with the size of an org's files; a
// [Spool] keeps those that are recorded nowhere.
package tree
