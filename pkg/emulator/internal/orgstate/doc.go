// Package orgstate is the org that the emulator serves: its files, its users,
// and for every component who made and who changed it last.
//
// A [State] is one version of the org. [State.Clone] is cheap, so that a deploy
// works on a copy that is kept or thrown away; the bytes of files are shared and
// never changed. [Load] reads a folder in metadata format.
//
// Children of composite files (fields, rules, labels) have rows of their own,
// found by comparing the file before and after. What a listing admits of these
// rows is another matter: see [State.List], which lies where the service does.
//
// It knows neither requests nor zips, and it refuses nothing: rules about what
// may be deployed or deleted stand in package apply. It is not safe for
// concurrent use; the server holds one lock.
package orgstate
