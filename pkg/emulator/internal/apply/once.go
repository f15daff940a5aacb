package apply

import (
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
)

// setOnce are the elements of a type that have the value with which a component was
// made for as long as it is there. Source: Metadata API Developer Guide, field texts
// of each.
func setOnce(typ string) []string {
	switch typ {
	case "FlexiPage":
		return []string{"sobjectType"}
	case "ReportType":
		return []string{"baseObject"}
	case "PathAssistant":
		return []string{"entityName", "fieldName", "recordTypeName"}
	case "SharingCriteriaRule", "SharingOwnerRule", "SharingGuestRule", "SharingTerritoryRule":
		return []string{"includeRecordsOwnedByAll", "includeHVUOwnedRecords"}
	}
	return nil
}

// refuseOnce holds a component to what was set when it was made. One that the deploy
// has deleted before is another. The words are a guess.
func (r *runner) refuseOnce(typ string, old, now *xmltext.Element) error {
	if old == nil || now == nil || !r.Set.Refuses(behaviour.RefuseSetOnce) {
		return nil
	}
	for _, name := range setOnce(typ) {
		if old.Get(name) != now.Get(name) {
			return refused("Cannot change the %s of an existing %s", name, label(typ))
		}
	}
	return nil
}
