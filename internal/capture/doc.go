// Package capture takes snapshots: it reads an org ([Read]), normalizes what
// came, works out the state the org is in, and records it in Git ([Run]).
//
// It guards two rules. Absence is never deletion: a component leaves the tree
// only when its type was listed without it and the retrieve of exactly that
// member did not bring it, or, for a child, its parent's file came whole without
// it; everything else that did not come is carried over and named in the
// coverage. And an unchanged org makes no commit.
//
// Who changed something is taken from the listing where the listing can know
// it: a row whose date lies after the last snapshot. Everything else is by
// "unknown"; a guess would put a name on somebody else's change.
package capture
