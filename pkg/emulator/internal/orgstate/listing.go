package orgstate

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Properties is what the service says of a component: FileProperties.
type Properties struct {
	FileName, FullName, Type string
	ID                       string
	Created, Modified        Stamp
	ManageableState          string
	Namespace                string
}

// ErrType is a type that cannot be listed; the text is the service's.
var ErrType = errors.New("INVALID_TYPE")

// View is who looks, when, and how honest the answer is.
type View struct {
	Caller Stamp
	Set    *behaviour.Set
	// Blind is a caller who does not see Setup.
	Blind bool
	// Filtered is a caller who sees of all profiles only this one.
	Filtered bool
	Profile  string
}

// List answers one query of listMetadata, rows sorted by name.
//
// Dates lie as the service's do, unless the behaviour "dates" is honest: rows
// that have no date there carry 1970, no id and the caller as user; parents of
// children do not move with them; standard value sets are not listed at all.
func (s *State) List(typ, folder string, v View) ([]Properties, error) {
	if content, ok := s.contentOf(typ); ok {
		return s.folderRows(typ, content, v), nil
	}
	t, known := s.Registry.Type(typ)
	_, child, isChild := s.Registry.Parent(typ)
	switch {
	case !known && (!isChild || child.Unaddressable || typ == "ManagedTopic"):
		return nil, fmt.Errorf("%w: Unknown type:%s", ErrType, typ)
	case typ == "StandardValueSet" || typ == "BotVersion":
		return nil, nil
	case known && t.InFolder && folder == "":
		return nil, nil
	}
	var rows []Properties
	for _, c := range s.Components(typ) {
		if (!t.InFolder || inFolder(c.FullName, folder)) && s.listed(c, v) {
			rows = append(rows, s.listProperties(c, v))
		}
	}
	return rows, nil
}

// contentOf gives the type whose folders a folder type lists.
func (s *State) contentOf(folderType string) (metadata.Type, bool) {
	if folderType == "EmailTemplateFolder" {
		folderType = "EmailFolder"
	}
	for _, name := range []string{"Report", "Dashboard", "Document", "EmailTemplate"} {
		if t, ok := s.Registry.Type(name); ok && t.FolderType == folderType && folderType != "" {
			return t, true
		}
	}
	return metadata.Type{}, false
}

func inFolder(fullName, folder string) bool {
	rest, ok := strings.CutPrefix(fullName, strings.TrimSuffix(folder, "/")+"/")
	return ok && !strings.Contains(rest, "/")
}

func (s *State) folderRows(typ string, content metadata.Type, v View) []Properties {
	if typ == "EmailTemplateFolder" {
		return nil
	}
	var rows []Properties
	for _, c := range s.Folders(content.Name) {
		p := s.listProperties(c, v)
		p.Type = typ
		rows = append(rows, p)
	}
	return rows
}

// listed: holes in listings. Source: change-detection notes on CaseComment,
// standard objects and fields, and dataflows of recipes.
func (s *State) listed(c metadata.Component, v View) bool {
	if !s.Visible(c, v) {
		return false
	}
	switch c.Type {
	case "WaveDataflow": // those that recipes made are not
		return !s.Has(metadata.Component{Type: "WaveRecipe", FullName: c.FullName})
	case "CustomField":
		_, field, _ := strings.Cut(c.FullName, ".")
		return Custom(field) || v.Set.Is(behaviour.ListStandardFields, "yes")
	case "CustomObject", "Workflow":
		return c.FullName != "CaseComment" && (c.Type == "Workflow" || Custom(c.FullName) || v.Set.Is(behaviour.ListStandardObjects, "most"))
	}
	return true
}

func (s *State) listProperties(c metadata.Component, v View) Properties {
	p := s.properties(c)
	if v.Set.Is(behaviour.Dates, "honest") {
		return p
	}
	if s.dateless(c) {
		epoch := Stamp{User: v.Caller.User, Time: time.Unix(0, 0).UTC()}
		p.ID, p.Created, p.Modified = "", epoch, epoch
	}
	if c.Type == "GlobalValueSet" {
		p.Modified = p.Created
	}
	if c.Type == "StandardValueSetTranslation" {
		p.Type = ""
	}
	if name, person := strings.CutPrefix(c.FullName, "PersonAccount."); person && c.Type == "RecordType" {
		p.FullName = "Account." + name // and is retrieved by its own name
	}
	if p.Namespace != "" && v.Set.Is(behaviour.ListNamespace, "missing") {
		p.FullName = withoutSecondNamespace(c, p.Namespace)
	}
	return p
}

// withoutSecondNamespace: installed layouts, records and quick actions are
// listed without the namespace on the second half of their name.
func withoutSecondNamespace(c metadata.Component, ns string) string {
	sep := map[string]string{"Layout": "-", "CustomMetadata": ".", "QuickAction": "."}[c.Type]
	first, second, ok := strings.Cut(c.FullName, sep)
	if sep == "" || !ok {
		return c.FullName
	}
	return first + sep + strings.TrimPrefix(second, ns+"__")
}

// Retrieved is the row that a retrieve gives: dateless things carry the time of
// the call and the calling user.
func (s *State) Retrieved(c metadata.Component, v View) Properties {
	p := s.properties(c)
	if v.Set.Is(behaviour.Dates, "honest") || !s.dateless(c) {
		return p
	}
	p.ID, p.Created, p.Modified = "000000000000000AAA", v.Caller, v.Caller
	return p
}

func (s *State) properties(c metadata.Component) Properties {
	r := s.rows[c]
	p := Properties{
		FileName: s.NameOf(c), FullName: c.FullName, Type: c.Type, ID: r.ID,
		Created: r.Created, Modified: r.Modified, ManageableState: "unmanaged", Namespace: Namespace(c),
	}
	if p.Namespace != "" || c.Type == "InstalledPackage" {
		p.ManageableState = "installed"
	}
	if c.Type == "Settings" || c.Type == "CustomLabels" {
		p.ManageableState = ""
	}
	return p
}

// dateless tells whether the service gives no date for the component. Source:
// change-detection notes, per type.
func (s *State) dateless(c metadata.Component) bool {
	if Namespace(c) != "" && (c.Type == "Layout" || c.Type == "QuickAction") {
		return true
	}
	switch c.Type {
	case "CustomObject":
		return !Custom(c.FullName)
	case "CustomLabels", "CustomMetadata", "Settings", "StandardValueSet", "StandardValueSetTranslation",
		"GlobalValueSetTranslation", "CustomObjectTranslation", "Workflow", "SharingRules",
		"AssignmentRules", "AutoResponseRules", "EscalationRules", "MatchingRules":
		return true
	}
	return false
}
