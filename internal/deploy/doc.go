// Package deploy asks an org to take one package, and holds on to what became of
// it.
//
// [Run] is the entry point: it writes the package, notes in the journal what is
// about to happen, sends it, notes the job's id, waits, and closes the note. What
// the org said of components and tests comes back in its own words.
//
// It guards one rule: a deploy is never sent twice blindly. When no reply tells
// whether the org has begun, its own list of deploys is asked; only a deploy of
// this user, begun since, that no other note knows, and the only one of its kind,
// is taken for ours. Everything else is an [UnknownError] that says what to look
// at. What a killed run left open is settled by [Settle] before anything new is
// sent.
//
// It decides neither what is deployed nor whether: see internal/deployplan and
// internal/rollback.
package deploy
