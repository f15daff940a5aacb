// Package retrieve asks an org what it holds and brings it: it describes and
// lists ([List]), cuts what is wanted into requests that the Metadata API takes
// ([Plan]), and fetches them ([Fetch]).
//
// It guards one rule: a listing that failed is never the same as an empty one,
// and a member that did not come is never the same as one that is gone. What a
// caller may conclude from absence is answered by [Listing.Lacks] alone; the
// second witness, the retrieve that did not bring the member, is the caller's
// to hold against it.
//
// Lists do not show everything. Standard objects are named by describe global too,
// record types of person accounts have another name in lists, a recipe stands for a
// dataflow, and some names are tried. Of what lists hide, they witness no absence
// ([Listing.Hides]).
//
// What a row of a listing tells of a component, type by type, stands in [TrustIn];
// which parts of a profile come with what, in [Unite] and [Replace].
//
// It writes nothing but the zips it was told to keep, and knows neither Git nor
// the stored form.
package retrieve
