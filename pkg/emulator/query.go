package emulator

import (
	"errors"
	"net/http"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/soql"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// pageSize is how many records one reply holds; tooling queries on dependencies
// stop there without a next page. Source: REST and Tooling API guides.
const pageSize = 2000

// cursor is the rest of a query that did not fit one reply.
type cursor struct {
	object string
	rows   []soql.Row
}

func (s *Server) serveQuery(w http.ResponseWriter, r *http.Request, c restCall, locator string, tooling bool) {
	if locator != "" {
		next, ok := s.cursors[locator]
		if !ok {
			writeRESTError(w, http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator")
			return
		}
		s.writePage(w, c, next, locator, tooling)
		return
	}
	q, err := soql.Parse(r.URL.Query().Get("q"))
	if err != nil {
		writeRESTError(w, http.StatusBadRequest, "MALFORMED_QUERY", trimCode(err))
		return
	}
	if why := unaskable(q); why != "" {
		writeRESTError(w, http.StatusBadRequest, "MALFORMED_QUERY", why)
		return
	}
	rows := s.table(q.Object, tooling, c.user)
	if rows == nil && !emptyTable(q.Object, tooling) {
		writeRESTError(w, http.StatusBadRequest, "INVALID_TYPE", "sObject type '"+q.Object+"' is not supported.")
		return
	}
	found, err := q.Run(s.withPermissions(q, rows))
	if errors.Is(err, soql.ErrField) {
		writeRESTError(w, http.StatusBadRequest, "INVALID_FIELD", trimCode(err))
		return
	}
	if why := wholeRows(q, found); why != "" {
		writeRESTError(w, http.StatusBadRequest, "MALFORMED_QUERY", why)
		return
	}
	switch {
	case r.URL.Query().Get("columns") == "true":
		writeJSON(w, http.StatusOK, columns(q))
	case q.Count:
		writeJSON(w, http.StatusOK, map[string]any{"totalSize": len(found), "done": true, "records": []any{}})
	default:
		s.writePage(w, c, cursor{q.Object, found}, "", tooling)
	}
}

// unaskable says what an object does not take in a query. Source: Object Reference,
// SetupAuditTrail; Tooling API, MetadataComponentDependency. The words are a guess
// but for those about filters.
func unaskable(q soql.Query) string {
	switch strings.ToLower(q.Object) {
	case "setupaudittrail":
		for _, f := range q.Filters {
			if strings.EqualFold(f, "Display") || strings.EqualFold(f, "Section") {
				return "field '" + f + "' can not be filtered in a query call"
			}
		}
	case "metadatacomponentdependency":
		if q.Count || len(q.Order) > 0 || q.Offset > 0 {
			return "MetadataComponentDependency does not support count(), ORDER BY and OFFSET"
		}
	}
	return ""
}

func trimCode(err error) string {
	_, text, _ := strings.Cut(err.Error(), ": ")
	return text
}

// writePage writes up to a page of records and keeps the rest.
func (s *Server) writePage(w http.ResponseWriter, c restCall, from cursor, locator string, tooling bool) {
	page := from.rows[:min(pageSize, len(from.rows))]
	rest := from.rows[len(page):]
	delete(s.cursors, locator)
	records := make([]map[string]any, len(page))
	for i, row := range page {
		records[i] = withAttributes(row, from.object, c.version)
	}
	out := map[string]any{"totalSize": len(from.rows), "done": true, "records": records}
	if len(rest) > 0 && !strings.EqualFold(from.object, "MetadataComponentDependency") {
		id := s.ids.New("01g") + "-2000"
		s.cursors[id] = cursor{from.object, rest}
		path := "/services/data/v" + c.version.String() + "/"
		if tooling {
			path += "tooling/"
		}
		out["done"], out["nextRecordsUrl"] = false, path+"query/"+id
	}
	if tooling {
		out["size"], out["entityTypeName"], out["queryLocator"] = len(page), from.object, nil
	}
	writeJSON(w, http.StatusOK, out)
}

// withAttributes gives a record in the form of the REST API, related records
// included.
func withAttributes(row soql.Row, object string, v metadata.Version) map[string]any {
	out := map[string]any{}
	for name, value := range row {
		if related, ok := value.(soql.Row); ok {
			value = withAttributes(related, name, v)
		}
		out[name] = value
	}
	attributes := map[string]string{"type": object}
	if id, ok := row["Id"].(string); ok {
		attributes["url"] = "/services/data/v" + v.String() + "/sobjects/" + object + "/" + id
	}
	out["attributes"] = attributes
	return out
}

// columns answers a query with columns=true, by which the CLI learns what it
// will get.
func columns(q soql.Query) map[string]any {
	columns := []map[string]any{}
	for _, f := range q.Fields {
		columns = append(columns, map[string]any{
			"aggregate": false, "apexType": "String", "booleanType": false, "columnName": f, "custom": false,
			"displayName": f, "foreignKeyName": nil, "insertable": true, "joinColumns": []any{}, "numberType": false,
			"textType": true, "updatable": true,
		})
	}
	return map[string]any{"columnMetadata": columns, "entityName": q.Object, "groupBy": false, "idSelected": false, "keyPrefix": ""}
}
