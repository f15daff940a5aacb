package behaviour

// Names of the rows.
const (
	ProfileUserPermissions = "profile-user-permission-absent"
	ProfileIPRanges        = "profile-login-ip-ranges-empty"
	ProfileLayouts         = "profile-layout-assignments"
	ProfileStandardObjects = "standard-profile-object-permissions"
	ProfileContent         = "profile-content"
	PlainElement           = "plain-element-absent"
	RecordTypePicklist     = "record-type-picklist-absent"
	RecordTypeValues       = "record-type-value-absent"
	ProfileMinor           = "profile-minor-sections-absent"
	ProfileRevoke          = "profile-custom-permission-revoke"
	MutingSet              = "muting-permission-set-absent"
	SetGroup               = "permission-set-group-absent"
	MemberList             = "member-list-absent"
	LeafElement            = "leaf-element-absent"
	ValueTranslation       = "value-set-translation-absent"
	MetadataValue          = "custom-metadata-value-absent"
	OmittedSecret          = "secret-absent"
	SameName               = "same-name-pre-and-package"
	DestructiveOrder       = "destructive-order"
	MissingDelete          = "missing-delete-warning"
	SettingsReadOnly       = "settings-read-only"
	Dates                  = "dates"
	DeployTouches          = "deploy-touches"
	ListOrder              = "list-order"
	ListStandardFields     = "list-standard-fields"
	ListStandardObjects    = "list-standard-objects"
	ListNamespace          = "list-installed-namespace"
	ListDuplicates         = "list-duplicates"
	ListBadRows            = "list-bad-rows"
	ListHoles              = "list-holes"
	ZipOrder               = "zip-order"
	SetOrder               = "set-order"
	ZipManifest            = "zip-manifest-star"
	FileLimit              = "file-limit-counts"
	FlowDefinitions        = "flow-definitions"
	Includes               = "managed-by-star"
	FlowDetails            = "flow-details"
	FlowByNumber           = "flow-activation-by-number"
	InactiveValues         = "local-inactive-values"
	SessionlessVersions    = "versions-without-session"
)

// Names of the refusals.
const (
	RefuseRecordType     = "refuse-record-type-delete"
	RefuseStandard       = "refuse-standard-delete"
	RefuseLastLayout     = "refuse-last-layout-delete"
	RefuseWorkflow       = "refuse-workflow-container-delete"
	RefuseFlow           = "refuse-flow-delete"
	RefuseFlowVersion    = "refuse-flow-version-delete"
	RefuseReferenced     = "refuse-referenced-delete"
	RefuseValueSet       = "refuse-value-set-in-use-delete"
	RefuseQuickAction    = "refuse-quick-action-in-use-delete"
	RefuseDefaultApp     = "refuse-default-app-delete"
	RefuseManaged        = "refuse-managed-change"
	RefuseMissing        = "refuse-missing-reference"
	RefuseUnknownUser    = "refuse-unknown-user"
	RefuseMatchingActive = "refuse-active-matching-rule-change"
	RefuseMatchingStatus = "refuse-matching-rule-status-with-change"
	RefuseDuplicateOrder = "refuse-duplicate-rule-order"
	RefuseApprovalSteps  = "refuse-approval-steps-change"
	RefuseEmptySet       = "refuse-empty-value-set"
	RefuseOneWay         = "refuse-one-way-setting"
	RefusePurge          = "refuse-purge-in-production"
	RefuseFieldType      = "refuse-field-type-change"
	RefuseRequiredField  = "refuse-required-field-permission"
	RefusePermission     = "refuse-unknown-permission"
	RefuseContent        = "refuse-content"
	RefuseLateAccess     = "refuse-access-to-what-comes"
	RefuseSetOnce        = "refuse-set-once-change"
	RefuseUnlisted       = "refuse-file-not-in-manifest"
	RefuseConsumerKey    = "refuse-consumer-key-taken"
	RefuseSharing        = "refuse-sharing-while-recalculated"
	RefuseVariant        = "refuse-site-variant-absent"
)

const (
	on      = "on"
	off     = "off"
	keep    = "keep"
	replace = "replace"
)

// Table lists every behaviour.
func Table() []Behaviour {
	return append(ambiguities(), refusals()...)
}

func ambiguities() []Behaviour {
	return []Behaviour{
		{ProfileUserPermissions, keep, []string{"disable"}, "a user permission that a deployed profile does not name"},
		{ProfileIPRanges, keep, []string{"clear"}, "a deployed profile without loginIpRanges"},
		{ProfileLayouts, "clear", []string{keep, "whole"}, "a deployed profile without layoutAssignments loses all, keeps all; whole: any list replaces all, not only the objects it names"},
		{ProfileStandardObjects, "refused", []string{"ignored", "allowed"}, "changed permissions of standard objects on standard profiles, from 50.0"},
		{ProfileContent, "companions", []string{"whole"}, "what of a profile comes: the part about the rest of the request, or all"},
		{PlainElement, keep, []string{"reset"}, "a plain element of an object or a field that the deployed file lacks"},
		{RecordTypePicklist, keep, []string{"clear"}, "a picklist that a deployed record type does not name"},
		{RecordTypeValues, replace, []string{keep}, "a value that the list of a picklist in a deployed record type does not name"},
		{ProfileMinor, keep, []string{"clear"}, "access to custom settings, external data sources, categories, agents and presence states that a deployed profile does not name"},
		{ProfileRevoke, "works", []string{"ignored"}, "enabled=false for custom permissions and custom metadata types in a deployed profile"},
		{MutingSet, replace, []string{keep}, "an entry that a deployed muting permission set does not name, from 40.0"},
		{SetGroup, replace, []string{keep}, "a permission set that a deployed group does not name"},
		{MemberList, replace, []string{keep}, "a member that a deployed queue, group, role or sharing set does not name"},
		{LeafElement, replace, []string{keep}, "an element that the deployed file of a layout, a page, a report, or a rule and the like in a file of others, does not have at all"},
		{ValueTranslation, keep, []string{replace}, "an entry that a deployed translation of a value set does not name"},
		{MetadataValue, keep, []string{"null"}, "a value that a deployed custom metadata record does not name"},
		{OmittedSecret, keep, []string{"clear"}, "a password, token or consumer secret that a deployed file lacks"},
		{SameName, "recreated", []string{"deleted"}, "a name in destructiveChangesPre.xml and in package.xml"},
		{DestructiveOrder, "given", []string{"sorted"}, "deletes run in the order given, or referrers first"},
		{MissingDelete, "fails", []string{"passes"}, "the warning of a delete of nothing, without ignoreWarnings"},
		{SettingsReadOnly, "refused", []string{"ignored"}, "a changed read-only member of settings and of sites"},
		{Dates, "real", []string{"honest"}, "dates in listings lie as the service's do, or every row moves with its content"},
		{DeployTouches, "all", []string{"changed"}, "which components a deploy dates: all it names, or those that changed"},
		{ListOrder, "shuffled", []string{"sorted"}, "the order of rows in listings"},
		{ListStandardFields, "no", []string{"yes"}, "whether CustomField lists standard fields"},
		{ListStandardObjects, "most", []string{"none"}, "standard objects that CustomObject lists: all but CaseComment, or none"},
		{ListNamespace, "complete", []string{"missing"}, "names of installed layouts, records and quick actions; missing: the second half lacks its namespace"},
		{ListDuplicates, "no", []string{"yes"}, "whether a listing holds a row twice"},
		{ListBadRows, "no", []string{"yes"}, "whether a listing holds a row without type and file"},
		{ListHoles, "no", []string{"yes"}, "whether each listing of more than one row lacks one that is there"},
		{ZipOrder, "shuffled", []string{"sorted"}, "the order of entries in retrieved zips"},
		{SetOrder, "stored", []string{"shuffled"}, "the order of children and of permissions in retrieved files"},
		{ZipManifest, "star", []string{"names"}, "what package.xml of a retrieved zip holds where * was asked"},
		{FileLimit, "files", []string{"children"}, "what counts toward 10,000: files, or files and children"},
		{FlowDefinitions, "stored", []string{"all"}, "flow definitions that are listed and retrieved: those deployed as files, or one per flow"},
		{Includes, "apex", []string{"none"}, "components of installed packages that * brings: Apex classes, or none"},
		{FlowDetails, "told", []string{"refused"}, "whether queries give the content of a flow's versions and its interviews"},
		{FlowByNumber, "works", []string{"ignored"}, "a version that is made active by number in a production org where flows arrive inactive"},
		{InactiveValues, "hidden", []string{"shown"}, "inactive values of local, unrestricted picklists in a retrieve"},
		{SessionlessVersions, "yes", []string{"no"}, "whether /services/data answers without a session"},
	}
}

func refusals() []Behaviour {
	rows := [][2]string{
		{RefuseRecordType, "deletes of record types"},
		{RefuseStandard, "deletes of standard things and of what has no delete"},
		{RefuseLastLayout, "the delete of an object's last layout"},
		{RefuseWorkflow, "deletes of Workflow as a whole"},
		{RefuseFlow, "deletes of flows by their plain name"},
		{RefuseFlowVersion, "deletes of flow versions that are active or have interviews"},
		{RefuseReferenced, "deletes of what something else refers to"},
		{RefuseValueSet, "deletes of value sets that were in use when the deploy began"},
		{RefuseQuickAction, "deletes of quick actions that were on a layout when the deploy began"},
		{RefuseDefaultApp, "deletes of an app that is a profile's default"},
		{RefuseManaged, "changes of installed components"},
		{RefuseMissing, "references to what the org does not have"},
		{RefuseUnknownUser, "names of users that the org does not have"},
		{RefuseMatchingActive, "changes of an active matching rule"},
		{RefuseMatchingStatus, "a matching rule's status changed together with the rest"},
		{RefuseDuplicateOrder, "sort orders of duplicate rules with gaps"},
		{RefuseApprovalSteps, "changed steps of an approval process that was active"},
		{RefuseEmptySet, "value sets without values"},
		{RefuseOneWay, "settings that cannot be switched back"},
		{RefusePurge, "purgeOnDelete in production"},
		{RefuseFieldType, "changes of a field's type that the platform does not make"},
		{RefuseRequiredField, "field permissions of required fields"},
		{RefusePermission, "user permissions that the org does not have, whatever the entry says"},
		{RefuseContent, "layouts that hold a field twice, pages that lack a region they show, case teams, views by territory and empty translations"},
		{RefuseLateAccess, "login flows that were not active, and principals of external credentials that were not there, when the deploy began"},
		{RefuseSetOnce, "changes of what is set when a component is made"},
		{RefuseUnlisted, "files in the zip that package.xml does not name"},
		{RefuseSharing, "changes of sharing while a change of a sharing model is recalculated"},
		{RefuseVariant, "sites that lack a translated variant which the org has"},
		{RefuseConsumerKey, "consumer keys that a connected app has, that app included"},
	}
	out := make([]Behaviour, len(rows))
	for i, r := range rows {
		out[i] = Behaviour{r[0], on, []string{off}, "refuse " + r[1]}
	}
	return out
}
