package emulator

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// restError is an error of a REST resource, which come in arrays.
type restError struct {
	Message string `json:"message"`
	Code    string `json:"errorCode"`
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	// Nobody is left to be told when the client goes away.
	_ = json.NewEncoder(w).Encode(v)
}

func writeRESTError(w http.ResponseWriter, status int, code, message string) {
	writeJSON(w, status, []restError{{message, code}})
}

func notFound(w http.ResponseWriter) {
	writeRESTError(w, http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
}

// restCall is a request to a REST resource of one API version.
type restCall struct {
	path    string // below /services/data/vNN.0/
	version metadata.Version
	user    orgstate.User
}

func (s *Server) serveREST(w http.ResponseWriter, r *http.Request, path string) {
	version, rest, _ := strings.Cut(strings.Trim(path, "/"), "/")
	s.answer(w, r, restName(version, rest), func(w http.ResponseWriter) {
		if err := taken(w, r); err != nil {
			writeRESTError(w, http.StatusRequestEntityTooLarge, "REQUEST_ENTITY_TOO_LARGE", err.Error())
			return
		}
		s.rest(w, r, version, rest)
	})
}

// restName names a call for faults and for [Server.Calls].
func restName(version, rest string) string {
	parts := strings.Split(rest, "/")
	switch {
	case version == "":
		return "versions"
	case rest == "":
		return "resources"
	case parts[0] == "tooling" && len(parts) > 1:
		return "tooling/" + parts[1]
	case parts[0] == "metadata" && len(parts) > 1:
		return parts[1]
	}
	return parts[0]
}

func (s *Server) rest(w http.ResponseWriter, r *http.Request, version, rest string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if version == "" {
		s.serveVersions(w, r)
		return
	}
	v, err := metadata.ParseVersion(version)
	if err != nil || !strings.HasPrefix(version, "v") {
		notFound(w)
		return
	}
	if !v.Supported() {
		writeRESTError(w, http.StatusGone, "UNSUPPORTED_API_VERSION", "The API version is not supported")
		return
	}
	user, ok := s.signIn.session(bearer(r), s.now())
	if !ok {
		writeRESTError(w, http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
		return
	}
	s.advance()
	s.used++
	w.Header().Set("Sforce-Limit-Info", s.limitInfo())
	s.resource(w, r, restCall{path: rest, version: v, user: user})
}

func (s *Server) resource(w http.ResponseWriter, r *http.Request, c restCall) {
	parts := strings.Split(c.path, "/")
	switch parts[0] {
	case "":
		s.serveResources(w, r, c)
	case "limits":
		writeJSON(w, http.StatusOK, s.limits())
	case "query", "queryAll":
		s.serveQuery(w, r, c, strings.Join(parts[1:], "/"), false)
	case "sobjects":
		s.serveObjects(w, r, c, parts[1:])
	case "tooling":
		s.serveTooling(w, r, c, parts[1:])
	case "metadata":
		s.serveDeployRequest(w, r, c, parts[1:])
	default:
		notFound(w)
	}
}

func (s *Server) serveTooling(w http.ResponseWriter, r *http.Request, c restCall, parts []string) {
	if len(parts) == 0 || parts[0] != "query" {
		// Not tracked: the text is what clients look for.
		notFound(w)
		return
	}
	s.serveQuery(w, r, c, strings.Join(parts[1:], "/"), true)
}

// serveVersions lists the API versions; every version has the form "66.0", as
// clients compare them as they are.
func (s *Server) serveVersions(w http.ResponseWriter, r *http.Request) {
	if s.set.behaviours.Is("versions-without-session", "no") {
		if _, ok := s.signIn.session(bearer(r), s.now()); !ok {
			writeRESTError(w, http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
			return
		}
	}
	var versions []map[string]string
	for v := metadata.MinVersion; v <= metadata.MaxVersion; v++ {
		versions = append(versions, map[string]string{
			"label": season(v), "url": "/services/data/v" + v.String(), "version": v.String(),
		})
	}
	writeJSON(w, http.StatusOK, versions)
}

// season names a version's release: 66 is Spring '26, three a year.
func season(v metadata.Version) string {
	n := int(v) - 60 // Spring '24
	year := 24 + n/3
	if n < 0 {
		year = 24 - (2-n)/3
	}
	names := [3]string{"Spring", "Summer", "Winter"}
	which := ((n % 3) + 3) % 3
	if which == 2 {
		year++
	}
	return names[which] + " '" + string([]byte{byte('0' + year/10%10), byte('0' + year%10)})
}

func (s *Server) serveResources(w http.ResponseWriter, r *http.Request, c restCall) {
	root := "/services/data/v" + c.version.String() + "/"
	out := map[string]string{}
	for _, name := range []string{"query", "queryAll", "sobjects", "limits", "tooling", "metadata"} {
		out[name] = root + name
	}
	out["identity"] = s.identity(r, c.user)
	writeJSON(w, http.StatusOK, out)
}

func (s *Server) serveObjects(w http.ResponseWriter, r *http.Request, c restCall, parts []string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		writeRESTError(w, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method '"+r.Method+"' not allowed. Allowed are HEAD,GET")
		return
	}
	if len(parts) == 0 || parts[0] == "" {
		s.serveGlobal(w, r)
		return
	}
	if len(parts) == 2 && parts[1] != "describe" {
		for _, row := range s.table(parts[0], false, c.user) {
			if id, _ := row["Id"].(string); id == orgstate.ID18(parts[1]) {
				writeJSON(w, http.StatusOK, withAttributes(row, parts[0], c.version))
				return
			}
		}
	}
	notFound(w)
}
