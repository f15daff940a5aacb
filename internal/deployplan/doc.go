// Package deployplan works out what a live org would have to be asked to do to
// reach a target state: which files with which content, which deletions, in which
// order, and what the Metadata API cannot do, said before any call.
//
// [Build] compares live with target, never with what was last known, and makes
// the smallest package that it can: a field and not its object, one label and not
// the file of labels, whole files only where the API wants them. [WritePackage]
// writes one stage as a zip, [Plan.Write] and [Read] keep a plan in a file, and
// [Plan.Stale] tells which components moved since it was made.
//
// What a deploy does to what it leaves out differs from type to type. The table
// of those rules is in rules.go, one row a type; rules that need more than a row
// have a file of their own. TestRules has a case for each, under every reading of
// what the platform does not tell. A profile is an overlay, so revocations are written
// out; a permission set is replaced whole; values of a picklist are switched off
// and never go; a flow is a pile of versions.
//
// It guards one rule: nothing that stays behind is reported as done. What cannot
// be reached is an action of its own ([Leave]) with the reason and the way by
// hand, and what may stay because the platform's answer is not known is marked
// ([Action.MayStay]), so that the check after the deploy can tell an expected rest
// from a surprise ([Plan.Surprises]).
//
// A plan may be narrowed, to components or to elements of them ([Picked]); what it
// then refers to and the org has not is named or added. [Plan.Inverse] is the way
// back, worked out before anything is deployed, and [Restorable] tells of every
// component how it would come back to an org that has nothing.
//
// The studies behind it run at full size with ORGKEEP_STUDY set: random changes and
// their way back, stale plans, minimal packages, and with -bench Package the time
// to build a large one against git archive.
//
// Most plans are one deploy: the platform settles the order of additions itself
// and deletions follow them. More than one is made only where a rule of the
// platform forces it, because between two deploys the org is in a mixed state:
// settings that others need go first; active matching, duplicate and approval
// rules are switched off before they change or go; what was in use when a deploy
// began goes in a later one, and so does access to what has to be there before.
// Deletions never stand in front of the additions, but
// for duplicate rules, whose numbers have to be free, and for what is made anew
// because something of it is set once. And what is larger than a deploy may be is
// cut, in an order in which nothing refers to what comes later.
package deployplan
