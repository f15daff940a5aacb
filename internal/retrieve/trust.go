package retrieve

import (
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Trust says what an unmoved row tells of a component's content.
type Trust int

// How far a row can be trusted.
const (
	// Unmoved: the content is as it was, if the rows of the component's children
	// have not moved either.
	Unmoved Trust = iota
	// Unsure: the row is trusted only where there are so many of the type that to
	// retrieve them each time would cost too much; a full run checks them.
	Unsure
	// Nothing: it has no date, or one that lies.
	Nothing
)

// fewUnsure and fewDateless are how many components of one type are retrieved in
// every run because their rows say too little.
const (
	fewUnsure   = 1000
	fewDateless = 2000
)

// Cost bounds what a Trust may make a run retrieve: with more components of the
// type than that, the row has to do.
func (t Trust) Cost() int {
	switch t {
	case Unsure:
		return fewUnsure
	case Nothing:
		return fewDateless
	}
	return 0
}

// TrustIn tells how far the row of a component can be trusted. Rows without a
// date say nothing, but for those of containers whose children have one and which
// hold nothing else.
func TrustIn(c metadata.Component, row mdapi.FileProperties, folder bool) Trust {
	switch c.Type {
	case "CustomLabels", "SharingRules", "Workflow":
		return Unmoved
	}
	if folder || !Dated(row) {
		return Nothing
	}
	return TrustOf(c)
}

// TrustOf tells how far rows of a component can be trusted at best. Source: the
// notes on change detection, per type, from public tools that compare listings.
func TrustOf(c metadata.Component) Trust {
	switch c.Type {
	case "CustomObject":
		if !strings.Contains(c.FullName, "__") {
			return Nothing // search layouts, actions, standard fields move no row
		}
	case "GlobalValueSet", "StandardValueSet", "Settings", "CustomMetadata", "AssignmentRules", "AutoResponseRules", "EscalationRules",
		"MatchingRules", "GlobalValueSetTranslation", "StandardValueSetTranslation", "InstalledPackage", "Bot", "ManagedTopics", "WaveDataflow",
		"DataCategoryGroup", "FlowDefinition":
		return Nothing
	case "PermissionSetGroup", "Queue", "Role", "Territory2Model", "Territory2", "Territory2Rule", "Territory2Type", "CustomObjectTranslation":
		return Unsure
	}
	return Unmoved
}

// firstYear: rows from before Salesforce existed have no date.
const firstYear = 1999

// Dated tells whether a row says when its component was changed.
func Dated(row mdapi.FileProperties) bool { return row.LastModifiedDate.Year() >= firstYear }

// hotFor is how long after a change a row is not trusted to show the next one:
// its date is cut to seconds, and clocks differ.
const hotFor = 5 * time.Minute

// Hot tells whether a component was changed so shortly before the listing that a
// change after it may have left no trace in the row.
func (l *Listing) Hot(row mdapi.FileProperties) bool {
	return Dated(row) && row.LastModifiedDate.After(l.Began.Add(-hotFor))
}

// Folder tells whether a component is a folder.
func (l *Listing) Folder(c metadata.Component) bool { return l.folders[Canonical(c)] }

// Subjects gives the types that a companion of a type speaks of.
func Subjects(typeName string) []string {
	if typeName == "Translations" {
		return []string{
			"CustomApplication", "CustomLabels", "CustomPageWebLink", "CustomTab", "Flow", "FlowDefinition", "GlobalValueSet", "Prompt", "QuickAction",
			"ReportType", "Scontrol",
		}
	}
	return []string{
		"ApexClass", "ApexPage", "CustomApplication", "CustomObject", "CustomPermission", "CustomTab", "DataCategoryGroup", "ExternalDataSource", "Flow",
		"FlowDefinition", "Layout",
	}
}
