// Package refs finds what a metadata file refers to. [Of] gives a file's
// references by component, children of composite files on their own; [To] finds
// who refers to a component; [Users] finds the user names.
//
// References are of two kinds. A soft one does not keep its target from being
// deleted: the platform takes the entry out of layouts, list views, reports,
// profiles and permission sets. Apex is not compiled: a class is taken to refer
// to what its words name (see [Mentions]), which is enough to refuse a delete and
// never used to refuse a class.
package refs
