// Package seal keeps secrets out of Git. [Sealer.Seal] replaces the values of
// elements that are known to carry secrets by a keyed digest, so that a change of
// the secret is still seen and the secret is not; [Scan] looks for what looks like
// a secret in all other text, and only tells.
//
// It guards one rule: no value of an element of its table reaches what is stored.
// A file of such a type that cannot be read as XML is not stored at all
// ([ErrUnreadable]).
//
// A sealed value reads orgkeep-sealed:v1:ID:DIGEST. ID names the key and gives
// nothing of it away; DIGEST is the HMAC-SHA-256 of the element's place and value,
// cut to 128 bits, so that it cannot be guessed without the key and equal secrets
// of two components do not look equal. Without a key the text ends after the ID
// "none". What was sealed with another key, or without one, cannot be compared:
// such a value is carried over from the base as it is.
//
// It does not keep keys; the commands do.
package seal
