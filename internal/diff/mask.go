package diff

import (
	"errors"
	"fmt"
	"slices"
)

// Mask names a kind of value that belongs to one org and not to what is kept in
// it. Masked values are taken for equal; nothing that is stored changes.
type Mask string

// The masks. The first three are certain: they hide nothing that could be
// deployed. The others are for who asks.
const (
	// MaskSandbox folds user names that differ by the sandbox's name at their end,
	// which the platform puts there and takes off again.
	MaskSandbox Mask = "sandbox"
	// MaskCanvas passes over the places of elements in flows that lay themselves
	// out.
	MaskCanvas Mask = "canvas"
	// MaskHidden takes managed code that the org hides for any code.
	MaskHidden Mask = "hidden-code"

	MaskUsers     Mask = "users"
	MaskPositions Mask = "positions"
	MaskEndpoints Mask = "endpoints"
	MaskOAuth     Mask = "oauth"
	MaskDomains   Mask = "domains"
	MaskIDs       Mask = "ids"
)

// AllMasks gives the names of all masks, the certain ones first.
func AllMasks() []Mask {
	return append(CertainMasks(), MaskUsers, MaskPositions, MaskEndpoints, MaskOAuth, MaskDomains, MaskIDs)
}

// CertainMasks gives those that comparisons have by default.
func CertainMasks() []Mask { return []Mask{MaskSandbox, MaskCanvas, MaskHidden} }

// ErrMask is returned for a mask that there is not.
var ErrMask = errors.New("no such mask")

// ParseMask reads the name of a mask.
func ParseMask(s string) (Mask, error) {
	if m := Mask(s); slices.Contains(AllMasks(), m) {
		return m, nil
	}
	return "", fmt.Errorf("%w: %q; there are %v", ErrMask, s, AllMasks())
}

// Masking says what a comparison masks. The zero value masks nothing.
type Masking struct {
	Masks []Mask
	// OldSandbox and NewSandbox are the names of the sandboxes that the two states
	// are of; empty for production and where nobody knows.
	OldSandbox, NewSandbox string
}

// maskPlace is where a masked value stands: below a root element, if the element
// beside it says what kind of value it is.
type maskPlace struct {
	mask Mask
	path string
	// beside is the element that has to hold the word is, in any case.
	beside, is string
}

// maskPlaces gives the places by root element. Those of users are the references
// that a deploy looks up by name.
func maskPlaces() map[string][]maskPlace {
	shares := []maskPlace{{MaskUsers, "folderShares.sharedTo", "sharedToType", "User"}}
	return map[string][]maskPlace{
		"ApprovalProcess": {{MaskUsers, "approvalStep.assignedApprover.approver.name", "type", "user"}},
		"AssignmentRules": {{MaskUsers, "assignmentRule.ruleEntry.assignedTo", "assignedToType", "User"}},
		"CaseSettings": {
			{mask: MaskUsers, path: "defaultCaseUser"},
			{MaskUsers, "defaultCaseOwner", "defaultCaseOwnerType", "User"},
		},
		"ConnectedApp": {
			{mask: MaskOAuth, path: "oauthConfig.consumerKey"},
			{mask: MaskOAuth, path: "oauthConfig.callbackUrl"},
		},
		"CspTrustedSite": {{mask: MaskEndpoints, path: "endpointUrl"}},
		"CustomSite": {
			{mask: MaskUsers, path: "siteAdmin"},
			{mask: MaskUsers, path: "siteGuestRecordDefaultOwner"},
			{mask: MaskDomains, path: "subdomain"},
			{mask: MaskDomains, path: "customWebAddresses.domainName"},
		},
		"Dashboard":             {{mask: MaskUsers, path: "runningUser"}},
		"DashboardFolder":       shares,
		"DocumentFolder":        shares,
		"EmailFolder":           shares,
		"EmailServicesFunction": {{mask: MaskUsers, path: "emailServicesAddresses.runAsUser"}},
		"EscalationRules": {
			{MaskUsers, "escalationRule.ruleEntry.assignedTo", "assignedToType", "User"},
			{MaskUsers, "escalationRule.ruleEntry.escalationAction.assignedTo", "assignedToType", "User"},
		},
		"ExternalDataSource": {{mask: MaskEndpoints, path: "endpoint"}},
		"NamedCredential":    {{mask: MaskEndpoints, path: "endpoint"}},
		"PresenceUserConfig": {{mask: MaskUsers, path: "assignments.users.user"}},
		"Queue":              {{mask: MaskUsers, path: "queueMembers.users.user"}},
		"RemoteSiteSetting":  {{mask: MaskEndpoints, path: "url"}},
		"ReportFolder":       shares,
		"Workflow": {
			{MaskUsers, "alerts.recipients.recipient", "type", "user"},
			{MaskUsers, "tasks.assignedTo", "assignedToType", "user"},
			{mask: MaskUsers, path: "outboundMessages.integrationUser"},
			{mask: MaskEndpoints, path: "outboundMessages.endpointUrl"},
		},
	}
}
