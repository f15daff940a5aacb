// Package rollback takes an org back to a recorded state.
//
// [Plan] reads the org and works out what it takes; [Apply] deploys a plan; [Run]
// is both, with a question in between. Apply reads the components of the plan
// again and refuses when one moved, deploys stage after stage, reads back what it
// touched, and takes a snapshot that says what was done. Of several stages the org
// checks what it can before the first is deployed, and what each touches is read
// again right before it.
//
// Before anything is deployed the org is recorded as it is, so that what is taken
// back stays in the history; the way back is worked out and kept, and a note of
// the run is written ([Plans]); [Resume] goes on with a run that ended early. The
// way back is worked out a second time from what the org has become: what a
// deletion took out of others is in it as well.
//
// It guards three rules. A rollback is target minus live, never target minus last
// known. No plan is deployed twice. And a rollback that was not verified did not
// happen: a rest that the plan had not announced is in the result, whatever the
// org said.
//
// The caller shows plans, asks people, and guards production and data.
package rollback
