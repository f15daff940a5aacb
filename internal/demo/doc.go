// Package demo tells the whole story of the product on a machine that has
// nothing but the binary: a sample org, and what two other people do to it.
//
// [Org] is the org, Acme, in metadata format: a maker of machines that sells
// and serves them. It is written for the demo and for tests, and holds what is
// awkward in real orgs: children, folders in folders, text with blanks at its
// ends, names with percent signs, an installed package, users' names, a zip.
// Its files are in the form the server writes, sets in the order the server
// gives them, so that a snapshot of it shows no difference to these files.
// [Changes] are the edits that [Users] other than the administrator make, one
// per kind of thing that changes in an org.
//
// The package does not know how an org is served: changes are made through
// [Editor], which the emulator's editor satisfies.
//
// The rule it guards: every change can be taken back through the Metadata API.
// So no record type is made, no picklist value added, no flow created, no entry
// added to a translation, and access is changed in ways a deploy can revoke.
package demo
