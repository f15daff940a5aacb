// Package behaviour is the table of what is known to differ between orgs, or is
// not known at all, of the platform: each row has a default and alternatives, so
// that a client can be tried against every reading. [Table] lists them, a [Set]
// holds those chosen for one server.
//
// Refusals are rows too ("refuse-…"): each can be switched off, so that a test
// can prove that a client does not depend on being refused.
package behaviour
