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
// it: a row whose date does not lie before the last snapshot. Who deleted it is
// taken from the setup audit trail where that leaves no doubt. Everything else is
// by "unknown"; a guess would put a name on somebody else's change.
//
// # Profiles and translations
//
// A retrieve brings of them what concerns the rest of the request. The parts of a
// run are united by the keys of their entries; where the run did not ask for
// everything, or not everything came, the stored file keeps what nothing that came
// speaks of. So the result does not depend on how a run is cut, and a class that
// cannot be read does not look as if everybody had lost access to it.
//
// # What an incremental run asks for
//
// [Run] keeps the rows of the listing, as digests, for the commit that they belong
// to. The next run on that commit retrieves what has another row, what gives no
// evidence (rows without a date, types whose dates are known not to move), what
// was changed within five minutes before the listing, and what did not come the
// last time. All else is taken to be as it is stored. Rows are those read before
// the retrieve, so that a change in between is seen twice and never missed.
//
// What people did, as the setup audit trail and the list of deploys tell it, adds to
// that what its rows do not show: hints, which never take anything away, and which
// an org may refuse to give.
//
// The rejected alternative is to ask for rows with a date later than the last
// run: restored components carry older dates, a deleted child moves no date, and
// clocks differ. Equality of rows needs none of that.
//
// A full run every seven days is the only check on the types whose dates nobody
// has vouched for: what it finds changed under an unmoved row is reported, and the
// type is not trusted any more. Both kinds of run share everything but the choice
// of what is retrieved.
//
// # Tests
//
// ORGKEEP_SOAK=on makes the tests try everything at every point, and
// ORGKEEP_SCALE=60000 makes the large orgs of tests and benchmarks that large.
package capture
