// Package metadata is the vocabulary that every other package shares: API
// versions, components (type and fullName), what is known of each metadata
// type, manifests (package.xml), and the mapping between a component and the
// paths of its files in metadata format.
//
// It knows names and nothing of protocols: the client and the emulator, which
// must not be able to share a misreading of the Metadata API, meet here alone.
//
// The main entry points are [Default] for the table of types, [Registry.ComponentAt]
// for the component that a path belongs to, and [ParseManifest].
//
// What the table says of a type (directory, suffix, children) are facts of the
// Metadata API; an org that describes itself wins over the table, see
// [Registry.With].
package metadata
