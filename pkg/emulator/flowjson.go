package emulator

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/soql"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
)

// flowMetadata is what one version of a flow holds, as the field Metadata of the
// Tooling API's Flow gives it: the elements of the file by name, lists as arrays,
// and null for what the version has not. It is worked out when it is written.
type flowMetadata []byte

// MarshalJSON gives the object.
func (m flowMetadata) MarshalJSON() ([]byte, error) {
	root, err := xmltext.Parse(m)
	if err != nil {
		return []byte("null"), nil //nolint:nilerr // a file that is no XML has no metadata
	}
	out := fieldsOf(root)
	for _, list := range []string{"loops", "decisions", "screens", "variables", "recordLookups"} {
		if out[list] == nil {
			out[list] = []any{}
		}
	}
	for _, name := range []string{"description", "interviewLabel", "startElementReference", "urls"} {
		if out[name] == nil {
			out[name] = nil
		}
	}
	return json.Marshal(out)
}

func fieldsOf(e *xmltext.Element) map[string]any {
	out := map[string]any{}
	for _, child := range e.Children {
		had, again := out[child.Name]
		list, isList := had.([]any)
		value := valueOf(child)
		switch {
		case isList:
			out[child.Name] = append(list, value)
		case again:
			out[child.Name] = []any{had, value}
		case !child.Leaf() && strings.HasSuffix(child.Name, "s"):
			out[child.Name] = []any{value} // a list of one
		default:
			out[child.Name] = value
		}
	}
	return out
}

// valueOf gives an element's value: names and texts stay texts whatever they say.
func valueOf(e *xmltext.Element) any {
	if !e.Leaf() {
		return fieldsOf(e)
	}
	text := e.Text()
	if e.Name == "stringValue" || e.Name == "name" || e.Name == "text" {
		return text
	}
	switch trimmed := strings.TrimSpace(text); {
	case trimmed == "true" || trimmed == "false":
		return trimmed == "true"
	case slices.Contains([]string{"locationX", "locationY", "apiVersion", "numberValue"}, e.Name) && json.Valid([]byte(trimmed)):
		return json.RawMessage(trimmed)
	}
	return text
}

// wholeRows refuses fields that the Tooling API gives of one row at a time. Source:
// Tooling API, Flow; the words are general knowledge.
func wholeRows(q soql.Query, found []soql.Row) string {
	one := func(field string) bool {
		return strings.EqualFold(field, "Metadata") || strings.EqualFold(field, "FullName")
	}
	if len(found) <= 1 || !strings.EqualFold(q.Object, "Flow") || !slices.ContainsFunc(q.Fields, one) {
		return ""
	}
	return "When retrieving results with Metadata or FullName fields, the query qualifications must specify no more than one row for retrieval. Result size: " + itoa(len(found))
}
