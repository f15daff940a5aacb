// Package readback retrieves what a deploy touched and compares it with the
// target: "Succeeded" is not proof.
//
// [Verify] is the entry point; [Judge] tells, of differences that somebody else
// has found, which the plan had announced. [Scope] says what has to be retrieved
// so that the touched components come whole.
//
// It guards one rule: a rest that the plan did not announce is a surprise, and is
// never passed over because the org said that it had succeeded.
package readback
