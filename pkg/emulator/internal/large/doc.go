// Package large makes large orgs up: [Files] gives the files of an org of as many
// components as wanted, one after the other, so that none is held that was given.
//
// It guards that an org depends on its size and its seed alone, that what its
// files refer to is there, and that its make-up is that of real large orgs: mostly
// fields, many small files, and a few profiles that speak of everything.
package large
