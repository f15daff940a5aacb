// Package xmltext is the emulator's own small model of a metadata file: a tree
// of elements that remember the bytes they came from. [Parse] reads one,
// [Element.Document] writes one in the form the platform writes.
//
// It exists so that a part of a file can be taken out, replaced or put back
// without touching a byte of any text: what stands between the tags of a leaf is
// copied, never decoded and encoded again.
//
// It reads the XML that metadata is made of and no more: DTDs are refused,
// namespaces are not resolved, comments and processing instructions are passed
// over. Input is hostile: depth is limited, and nothing is expanded.
package xmltext
