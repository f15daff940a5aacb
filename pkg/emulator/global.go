package emulator

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// changed draws from a change of the org what follows of it beside its files.
func (s *Server) changed(before *orgstate.State, deploy string, at time.Time) {
	s.destroy(before, deploy, at)
	if described(before, s.state) {
		s.moved = at
	}
}

// described tells whether two states differ in what moves the date of describe
// global: objects with their fields, and what users may do with them. Source:
// REST API Developer Guide, describe global.
func described(before, after *orgstate.State) bool {
	types := []string{"CustomObject", "Profile", "PermissionSet", "CustomTab"}
	if object, ok := after.Registry.Type("CustomObject"); ok {
		for _, child := range object.Children {
			types = append(types, child.Type)
		}
	}
	return slices.ContainsFunc(types, func(typ string) bool {
		was, is := before.Components(typ), after.Components(typ)
		return !slices.Equal(was, is) || slices.ContainsFunc(is, func(c metadata.Component) bool {
			old, _ := before.Row(c)
			now, _ := after.Row(c)
			return old != now || !slices.EqualFunc(before.FilesOf(c), after.FilesOf(c), func(p, q string) bool {
				f, _ := before.File(p)
				g, _ := after.File(q)
				return f == g
			})
		})
	})
}

// serveGlobal lists the objects that the org has files of. A client that has seen
// them as they are is told so: 304.
func (s *Server) serveGlobal(w http.ResponseWriter, r *http.Request) {
	moved := s.moved.UTC().Truncate(time.Second)
	w.Header().Set("Last-Modified", moved.Format(http.TimeFormat))
	if since, err := http.ParseTime(r.Header.Get("If-Modified-Since")); err == nil && !moved.After(since) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": s.objects()})
}

// objects are those that the org has files of, with what belongs to them, and some
// that every org has and the Metadata API does not know. Source: REST API Developer
// Guide, describe global; that activities and person accounts are none is known of
// orgs.
func (s *Server) objects() []map[string]any {
	objects := []map[string]any{}
	add := func(name string, of ...string) {
		object := map[string]any{
			"name": name, "label": name, "custom": len(of) == 0 && orgstate.Custom(name), "queryable": true, "customSetting": false, "keyPrefix": nil,
			"associateEntityType": nil, "associateParentEntity": nil,
		}
		if len(of) > 0 {
			object["associateEntityType"], object["associateParentEntity"] = of[0], of[1]
		}
		objects = append(objects, object)
	}
	for _, c := range s.state.Components("CustomObject") {
		if c.FullName == "Activity" || c.FullName == "PersonAccount" {
			continue
		}
		add(c.FullName)
		name, custom := strings.CutSuffix(c.FullName, "__c")
		switch {
		case custom:
			name += "__"
		case orgstate.Custom(c.FullName):
			continue
		}
		add(name+"History", "History", c.FullName)
		add(name+"Share", "Share", c.FullName)
	}
	for _, name := range []string{"ApexClass", "AsyncApexJob", "Organization"} {
		add(name)
	}
	return objects
}
