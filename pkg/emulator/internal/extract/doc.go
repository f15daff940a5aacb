// Package extract answers retrieves: [Run] turns a request into the files, rows
// and messages that the service would give for it, and [Zip] packs them.
//
// It guards the rules about what comes with what: children alone bring a part of
// their parent's file, profiles and translations speak only of the rest of the
// request, a star does not bring what it does not bring. Files that come whole
// are the stored bytes.
package extract
