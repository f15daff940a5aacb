// Package emulator is a Salesforce org in memory behind a real HTTP server that
// speaks the Metadata API. It is made for developing and testing tools: the sf
// CLI, jsforce, ForceCLI and others work against it unmodified, with no account
// and no network.
//
// [New] makes a server of a folder in metadata format ([WithOrg]), [Server.Start]
// listens, [Server.Credentials] says how to sign in. [Server.Edit] changes the org
// as somebody does in Setup, [Server.Files] is the truth to compare with.
// [WithFaults] makes it fail in the ways that services and networks fail,
// [WithBehaviour] chooses among readings of the platform that are in doubt, and
// [WithGenerated] makes an org of any size up.
//
// # What is modelled
//
// SOAP: describeMetadata, listMetadata, retrieve, checkRetrieveStatus, the old
// checkStatus, deploy, checkDeployStatus, cancelDeploy, deployRecentValidation,
// readMetadata. REST: versions, resources, limits, describe global (304 to who has
// seen the objects as they are), query and tooling query over a few objects,
// deployRequest. OAuth: client credentials, JWT bearer, refresh token, authorization
// code with PKCE, revoke, introspect, userinfo.
//
// Retrieves follow the rules about what comes with what: children alone bring a
// part of their parent's file, profiles and translations (permission sets below
// 40.0) speak only of the rest of the request, a zip is handed out once. Listings
// lie where the service's do: rows without dates, parents that do not move with
// their children, types that list nothing, dataflows of recipes that are not listed,
// record types of person accounts under another name. Private list views and reports
// never appear; who lacks ViewSetup or ViewAllProfiles gets less.
//
// People work in the org meanwhile: [WithHook] lets them edit it before any call,
// [Editor.Rename] keeps an id under another name, [Editor.Slip] changes what no row
// tells of, [Editor.Audit] writes rows of the setup audit trail beside those that
// changes write, [Editor.DeleteVersion] and [Editor.Pause] work on the versions of a
// flow and their interviews, which queries show. [Server.Withdraw] takes user
// permissions from the org, as a licence that ends does.
//
// Deploys follow package.xml, merge what the platform merges and replace what it
// replaces, keep values and flow versions, refuse missing references and users, what
// is set once and what no file may hold, refuse the deletes that the platform refuses,
// and take deleted fields out of
// layouts, list views, reports and permissions; deleted fields and objects lie in
// a bin ([Server.Bin]), their names are free again and their records are gone; data
// categories that a deployed group lacks are gone for good ([Server.Destroyed]). Jobs take time on the server's
// clock ([WithLatency]), deploys run one at a time, nothing runs in the
// background.
//
// A file [ScriptFile] at the root of the org's folder says what metadata cannot:
//
//	users:
//	  - {username: bo@acme.example, name: Bo Builder, lacks: [ViewSetup, CustomizeApplication]}
//	  - {username: cy@acme.example, name: Cy Clerk, lacks: [ViewAllProfiles], profile: Clerk}
//	private: [ListView:Ship__c.Mine, Report:Fleet/Mine]
//	tests:                      # by class and method: what a failure says
//	  ShipTest: {sails: "", sinks: "System.AssertException: it sank"}
//	coverage:                   # by class or trigger
//	  Ship: {lines: 10, uncovered: [3, 4]}
//	interviews: {Sail-1: 2}     # paused, by flow version
//	certificates: [server.crt]  # files beside it, for JWT sign-in
//	sandboxes:                  # of a production org
//	  - {name: dev, org_id: 00Dxx0000000dev}
//	records: {Ship__c: 12, Ship__c.Speed__c: 10, Parts.Pumps: 3}  # by object, with a value in a field, in a data category
//	settle: 30s                 # until a matching rule is active, sharing recalculated
//
// # Faults
//
// People test their own tools with it, so faults are a feature. A list of them, as
// [ParseFaults] reads it, strikes calls by their name and count, or spoils results:
//
//	# a file for --faults
//	- {call: checkRetrieveStatus, nth: 2, count: 3, kind: http, status: 503, retry_after: "1"}
//	- {call: deploy, kind: half-body}
//	- {call: listMetadata, nth: 10, kind: expire-session}
//	- {kind: message, type: ApexClass, name: Ship}
//	- {kind: hidden-type, type: Flow}
//
// [FaultKinds] says what each kind does, [Server.Calls] how calls are named.
//
// # What is not modelled
//
// SOAP: createMetadata, updateMetadata, upsertMetadata, deleteMetadata,
// renameMetadata and describeValueType. They answer as an operation that is not
// there: UNKNOWN_EXCEPTION, "No operation available for request", HTTP 500, and
// change nothing. login(), which is going away, answers INVALID_OPERATION.
//
// REST: sobjects but for describe global and single records of the tables that
// queries know, so no describe of one object; composite, search, bulk, writing of
// records. All are 404, NOT_FOUND, writing is 405. Objects that no query knows are
// INVALID_TYPE.
//
// Source tracking, and what more a retrieve brings where it is on: there is no
// SourceMember. Records but for their number; licences and features; the Apex
// compiler (a class refers to what its words name); formulas but for the fields that
// they name; the way back from the bin; namespaces of the org's own; packages as
// such. API versions do not change which types and elements there are. Renaming in
// Setup does not follow references, nor rename objects and flows. Audit rows have API
// names where orgs write labels.
//
// # What is a guess
//
// The words of refusals where no reply of a real org was at hand: a root element
// of another type, half of a pair of files, last layouts, one-way and read-only
// settings, default apps of profiles beside the known sentence, approval steps,
// purge in production, a fourth list query, conditions of a quick deploy. The
// success flag of a deploy that succeeded in part (false). The fault code of a
// retrieve's result that was already fetched. The order in which a merged file
// has its elements (by name, siblings by key). What moves the date of describe global:
// objects with their children, tabs, profiles and permission sets; which objects
// it names beside those with files. That categories
// which somebody takes out of a group in Setup are gone like those that a deploy
// leaves out. The name in the bin of what was deleted twice. That a folder's row has the folder
// type. That profile filtering spares who has ViewAllProfiles; that readMetadata hides
// what retrieves hide; the file that rows of person accounts' record types name. What in doubt is
// known to be one of two is a row of [Behaviours].
//
// What a folder refers to and does not hold, the org is taken to have, or a part
// of an org could not be deployed back; the users whom it names, too.
//
// # Rules
//
// It shares nothing with the client of this project but the names of things
// (package metadata), so that the two cannot share a misreading. It is generous in
// what it takes where real clients differ (names and order of arguments, doubled
// slashes, places of the manifest), and exact in what it gives, because clients
// read replies by their form.
package emulator
