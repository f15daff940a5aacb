// Package snapshot keeps the states of orgs in a Git repository.
//
// [Open] gives a [Store]. Reading goes by commit: [Store.Head], [Store.Resolve],
// [Store.Load], [Store.Tree], [Store.Blob]. Writing goes through a [Batch]: blobs
// and commits are put into one pack, and [Batch.Publish] moves the branch. Nothing
// can be seen of a batch before that, and nothing is left of it but unreferenced
// objects when it ends before.
//
// The repository is an ordinary one: whatever git can do with a repository it can
// do with this one.
//
// # Why objects and refs are written here and not by go-git
//
// go-git v5 never syncs, truncates refs and the index in place and takes no lock.
// A full disk or a kill at that moment leaves an empty branch, and the commit
// after it silently becomes a root: the history before is lost to everybody who
// asks the branch. So go-git reads configuration, revisions and objects, and this
// package writes, in this order:
//
//   - the pack into a temporary file, synced, renamed; its index likewise; then the
//     folder is synced. Until here the repository has only gained objects that
//     nobody names.
//   - the branch through <ref>.lock, made with O_EXCL, with the old value compared
//     under it, synced, renamed, the folder synced. This is the moment at which a
//     snapshot happens.
//   - the anchors, refs/orgkeep/anchors/<branch>/1 to 3: the last three good heads,
//     newest first. They move after the branch, so that each of them is an ancestor
//     of it at any time, and whatever is not is damage.
//   - the work tree, when it has the branch checked out, for the paths that changed.
//
// An empty or broken ref, or one that does not descend from its anchor, is a
// *DamagedError and never an invitation to start anew.
//
// # Locks
//
// One process writes at a time: [Store.Lock]. Git itself knows nothing of that
// lock, which is why refs and the index are locked git's way as well. A git lock
// that is left behind is taken away only when a note in the private folder says
// that a run of ours that is dead now made it.
//
// The package does not know what a component is, and does not look into files.
package snapshot
