// Package snapshot keeps the states of orgs in a Git repository.
//
// [Open] gives a [Store]. Reading goes by commit: [Store.Head], [Store.Resolve],
// [Store.Load], [Store.Tree], [Store.Blob]. Writing goes through a [Batch]: blobs
// and commits are put into one pack, and [Batch.Publish] moves the branch. Nothing
// can be seen of a batch before that, and nothing is left of it but unreferenced
// objects when it ends before. [Store.Fsck] checks, [Store.Repair] restores a branch,
// [Store.Fetch] and [Store.Push] talk to remotes.
//
// The repository is an ordinary one: whatever git can do with a repository it can
// do with this one, at the same time too.
//
// # Why nothing is written by go-git
//
// go-git v5 never syncs, truncates refs and the index in place and takes no lock.
// A full disk or a kill at that moment leaves an empty branch, and the commit
// after it silently becomes a root: the history before is lost to everybody who
// asks the branch. Calling git itself would do, but there must not have to be one.
// So this package writes, in this order:
//
//   - the pack, into a temporary file, synced;
//   - a note in the private folder of what is about to be done (type move);
//   - the pack and then its index in their places, and the folder synced. Until here
//     the repository has only gained objects that nobody names; a .keep file holds
//     git gc off.
//   - the index's lock, where the work tree has the branch checked out, and then the
//     branch through <ref>.lock, made with O_EXCL, with the old value compared
//     under it, synced, renamed, the folder synced. This is the moment at which a
//     snapshot happens.
//   - the line for git reflog, and the anchors, refs/orgkeep/anchors/<branch>/1 to 3:
//     the last three good heads, newest first. They move after the branch, so that
//     each of them is an ancestor of it at any time, and whatever is not is damage.
//   - what is kept for later runs (Batch.Keep), under refs/orgkeep/state/<branch>;
//   - the work tree and its index, for the paths that changed. What the user has
//     changed stays.
//
// Then the note goes. A run that ends anywhere in between is finished, or cleared
// away, by the next one that takes the lock: when the branch moved, everything after
// that is done again; when it did not, it is as if nothing had been. Tests fail every
// single one of these operations, in several ways.
//
// An empty or broken ref, or one that does not descend from its anchor, is a
// *DamagedError and never an invitation to start anew.
//
// # Reading
//
// Objects and refs are read here as well: go-git's reader is not safe for concurrent
// use, does not compare an object with its name, keeps packs open and up to 96 MB of
// objects in memory. Of go-git there remain the parser of configuration files, the
// rules for names of refs, and the protocols for remotes, behind a storage that
// records what go-git would do to refs instead of doing it.
//
// A snapshot's pack is written without differences between objects. From 32 packs on
// they are merged into one, after the snapshot is there: the versions of a path become
// differences to the next newer one, in chains of at most 50; everything that is in the
// packs goes along, named or not; every object of the new pack is read back from the disk
// before the old ones go. Packs that git marks (.keep, .promisor, .bitmap, .mtimes) and
// those above 512 MB stay, and nothing is merged while a gc is on. This is not left to
// git gc, which does more than was asked for: it drops what nobody names, expires
// reflogs, packs the user's refs and takes minutes where the user's own history is long;
// and there need not be a git. Who runs it loses nothing, as its packs are read.
// Objects that are in a pack are not written again, and that pack is given the present
// date, as git does, so that git gc does not take it for rubbish.
//
// # What came before
//
// A full run brings the same bytes again for nearly every file. [Batch.Recall] opens
// the memory of a branch for what files were stored as, by fingerprint of what came,
// path and rules: a file that is known so, and that the snapshot before has at that
// path, is neither unpacked nor normalized nor hashed. It is a file of the private
// folder with a checksum, written without waiting for the disk; what is wrong with it
// makes it empty.
//
// # Locks
//
// One process writes at a time: [Store.Lock]. Git itself knows nothing of that
// lock, which is why refs and the index are locked git's way as well. A git lock
// that is left behind is taken away only when the note in the private folder says
// that a run of ours that is dead now made it; any other is git's, and after a
// little while a *GitLockError.
//
// # Tests
//
// ORGKEEP_SOAK=on makes the soak as long as 14 days with a snapshot every quarter of
// an hour, ORGKEEP_STUDY=1 tries 2,000 damages. The benchmarks have git's side
// beside them; .ci/versus-git measures both as processes, taking turns, in an org of
// 50,000 files; .ci/strace-sweep lets the system kill and refuse the calls of a snapshot
// one by one.
//
// The package does not know what a component is, and does not look into files.
package snapshot
