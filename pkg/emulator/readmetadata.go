package emulator

import (
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// maxRead is how many components one call reads. Source: Metadata API Developer
// Guide, readMetadata().
const (
	maxRead       = 10
	maxReadSimple = 200
)

func (s *Server) readMetadata(call soapCall) (*reply, *soapFault) {
	typ := call.text(0, "type")
	names := call.body.All("fullNames")
	limit := maxRead
	if typ == "CustomMetadata" || typ == "CustomApplication" {
		limit = maxReadSimple
	}
	if len(names) > limit {
		return nil, fault("EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than %d records in this operation", limit)
	}
	_, known := s.state.Registry.Type(typ)
	if _, _, child := s.state.Registry.Parent(typ); !known && !child {
		return nil, fault("INVALID_TYPE", "Unknown type:%s", typ)
	}
	r := newReply(call.op)
	r.open("result")
	for _, n := range names {
		s.writeRecord(r, s.view(call), metadata.Component{Type: typ, FullName: strings.TrimSpace(n.Text())})
	}
	r.close("result")
	return r, nil
}

// writeRecord writes a component as a record: its file's elements, the type as
// an attribute.
func (s *Server) writeRecord(r *reply, v orgstate.View, c metadata.Component) {
	e := s.element(v, c)
	if e == nil {
		r.nil("records")
		return
	}
	r.usesX = true
	r.b.WriteString(`<records xsi:type="` + c.Type + `">`)
	if e.Get("fullName") == "" {
		r.text("fullName", c.FullName)
	}
	for _, child := range e.Children {
		r.b.WriteString(strings.TrimSuffix(child.Canonical(), "\n"))
	}
	r.close("records")
}

// element finds the element that holds a component: a file's root, or a child
// in its parent's file.
func (s *Server) element(v orgstate.View, c metadata.Component) *xmltext.Element {
	if !s.state.Has(c) || !s.state.Visible(c, v) {
		return nil
	}
	owner, child := s.state.Parent(c)
	if !child {
		owner = c
	}
	for _, p := range s.state.FilesOf(owner) {
		f, _ := s.state.File(p)
		root, err := f.Root()
		if err != nil {
			continue
		}
		if !child {
			return s.state.Public(owner, root)
		}
		for _, e := range root.Children {
			if kid, ok := s.state.ChildOf(owner, e); ok && kid == c {
				return e
			}
		}
	}
	return nil
}
