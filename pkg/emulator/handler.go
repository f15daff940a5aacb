package emulator

import (
	"net/http"
	"strings"
)

// ServeHTTP answers any request to the org. Slashes that were doubled by joining
// a path to an address that ends in one are read as one.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	w.Header().Set("Date", s.now().Format(http.TimeFormat))
	switch {
	case strings.HasPrefix(path, "/services/Soap/m/"), strings.HasPrefix(path, "/services/Soap/u/"):
		version, _, _ := strings.Cut(path[len("/services/Soap/m/"):], "/")
		s.serveSOAP(w, r, version)
	case strings.HasPrefix(path, "/services/oauth2/"):
		name := strings.Trim(path[len("/services/oauth2/"):], "/")
		if w = s.inject(w, r, name); w == nil {
			return
		}
		rec := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		s.serveOAuth(rec, r, name)
		s.record(r, name, rec.status)
	case path == "/services/data" || strings.HasPrefix(path, "/services/data/"):
		s.serveREST(w, r, strings.TrimPrefix(path, "/services/data"))
	case strings.HasPrefix(path, "/id/"):
		if w = s.inject(w, r, "id"); w == nil {
			return
		}
		rec := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		s.serveIdentity(rec, r)
		s.record(r, "id", rec.status)
	default:
		s.record(r, path, http.StatusNotFound)
		notFound(w)
	}
}
