package emulator

import (
	"errors"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
)

// Limits of listMetadata. Source: Metadata API Developer Guide, listMetadata();
// the cut of long lists is what one org was seen to do.
const (
	maxListQueries = 3
	maxListRows    = 100_001
)

func (s *Server) listMetadata(call soapCall) (*reply, *soapFault) {
	var rows []orgstate.Properties
	queries := call.body.All("queries")
	if len(queries) > maxListQueries {
		return nil, fault("LIMIT_EXCEEDED", "the maximum number of list queries in one call is %d", maxListQueries)
	}
	for _, q := range queries {
		typ := q.Get("type")
		if bad := s.listable(typ); bad != nil {
			return nil, bad
		}
		found, err := s.state.List(typ, q.Get("folder"), s.view(call))
		if errors.Is(err, orgstate.ErrType) {
			return nil, fault("INVALID_TYPE", "%s", strings.TrimPrefix(err.Error(), "INVALID_TYPE: "))
		}
		if err != nil {
			return nil, fault("UNKNOWN_EXCEPTION", "%v", err)
		}
		rows = append(rows, found...)
	}
	r := newReply(call.op)
	for _, p := range s.disordered(rows) {
		writeProperties(r, "result", p)
	}
	return r, nil
}

// listable refuses types that this org does not have, in the service's wording.
func (s *Server) listable(typ string) *soapFault {
	if why := s.faults.whyHidden(typ); why != "" {
		return fault("INVALID_TYPE", "%s", why)
	}
	if _, known := s.state.Registry.Type(typ); !known {
		return nil
	}
	for _, t := range s.described() {
		if t.Name == typ {
			return nil
		}
	}
	return fault("INVALID_TYPE", "Cannot use: %s in this organization", typ)
}

// disordered gives rows as the service might: in no order, perhaps twice,
// perhaps with a row that says nothing.
func (s *Server) disordered(rows []orgstate.Properties) []orgstate.Properties {
	set := &s.set.behaviours
	if len(rows) > 0 && set.Is(behaviour.ListDuplicates, "yes") {
		rows = append(rows, rows[0])
	}
	if len(rows) > 1 && set.Is(behaviour.ListHoles, "yes") {
		rows = rows[:len(rows)-1]
	}
	if len(rows) > 0 && set.Is(behaviour.ListBadRows, "yes") {
		rows = append(rows, orgstate.Properties{FullName: "_Default", ID: ""})
	}
	if set.Is(behaviour.ListOrder, "shuffled") {
		s.rnd.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	return rows[:min(len(rows), maxListRows)]
}

// writeProperties writes FileProperties in the WSDL's order.
func writeProperties(r *reply, element string, p orgstate.Properties) {
	r.open(element)
	r.text("createdById", p.Created.User.ID)
	r.text("createdByName", p.Created.User.Name)
	r.text("createdDate", apiTime(p.Created.Time))
	r.text("fileName", p.FileName)
	r.text("fullName", p.FullName)
	r.text("id", p.ID)
	r.text("lastModifiedById", p.Modified.User.ID)
	r.text("lastModifiedByName", p.Modified.User.Name)
	r.text("lastModifiedDate", apiTime(p.Modified.Time))
	r.some("manageableState", p.ManageableState)
	r.some("namespacePrefix", p.Namespace)
	if p.Type == "" {
		r.nil("type")
	} else {
		r.text("type", p.Type)
	}
	r.close(element)
}
