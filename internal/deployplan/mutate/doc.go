// Package mutate makes random changes to an org as people make them in Setup, for
// tests of what takes such changes back.
//
// [Next] draws one change from a seeded source, so that a sequence can be played
// again. The changes are those that the platform's Setup allows: components and
// children are added (as copies of others), changed and deleted, access is given
// and taken, values come and go, and sets are brought into another order, which
// means nothing.
//
// The rule it guards: a change never makes what no org can be in, such as a
// standard object that is gone or a second element where one is allowed.
package mutate
