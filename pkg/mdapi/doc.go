// Package mdapi is a client of the Salesforce Metadata API and of the few REST
// resources that go with it: versions, userinfo, limits, describe global, query,
// tooling query and the REST deploy.
//
// [New] makes a [Client] of an instance URL, an API version and a [TokenSource].
// [Client.DescribeMetadata] and [Client.ListMetadata] tell what an org holds,
// [Client.Retrieve] and [Client.WaitRetrieve] bring it as a zip,
// [Client.Deploy] and [Client.WaitDeploy] send one.
//
// It signs nobody in, reads no zip and knows nothing of the files in it.
//
// # What is repeated
//
// A call that only reads is repeated when the network or the service fails in a
// way that passes; so is the start of a retrieve, which changes nothing in the
// org: at worst a job runs that nobody asks for. What starts a deploy is sent
// once. When its reply is lost the error is an [ErrOutcomeUnknown], and the
// caller has to look before it deploys again. The one exception is a session that
// the service refused: nothing was started, so the call is made again with a new
// token, whatever it is.
//
// # Zips
//
// The zip of a retrieve is base64 in the SOAP reply, and the service hands it out
// once. It goes from the reply to disk without being held in memory, and
// [Client.WaitRetrieve] returns when the file is complete and durable. When the
// connection broke while it was read it is gone: [ErrZipGone].
//
// # Quirks of the platform
//
// A retrieve that failed has a nil zipFile, which the WSDL forbids. Rows of a
// listing may lack type, id and dates. One unknown type voids a call of
// listMetadata. Users without a scope for it get a text instead of JSON from
// userinfo. A job that leaves the queue may for a moment not be found. All of
// this is taken; what an element means that is not known is not guessed at.
//
// The rule it guards: a token goes into the header of a request and nowhere else:
// into no log, no error, no file, and to no other host, as redirects are not
// followed.
package mdapi
