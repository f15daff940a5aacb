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
		s.answer(w, r, name, func(w http.ResponseWriter) { s.serveOAuth(w, r, name) })
	case path == "/services/data" || strings.HasPrefix(path, "/services/data/"):
		s.serveREST(w, r, strings.TrimPrefix(path, "/services/data"))
	case strings.HasPrefix(path, "/id/"):
		s.answer(w, r, "id", func(w http.ResponseWriter) { s.serveIdentity(w, r) })
	default:
		s.record(r, path, http.StatusNotFound)
		notFound(w)
	}
}
