// Package mdzip reads and writes the zip files in which metadata travels.
//
// A zip that came from outside is hostile until [Open] has looked through its
// directory: names that could leave the folder, links, names that meet on some
// system, what cannot be read, sizes that cannot be and sizes past [Limits] are
// refused before a byte is unpacked. Contents are then read one at a time. A
// [Writer] makes the same bytes from the same files, whenever and wherever it runs.
//
// The package does not know components; what a path means is for
// metadata.Registry to say.
package mdzip
