package emulator

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// maxSOAP is the service's limit of a SOAP message, and a little.
const maxSOAP = 52 << 20

// soapFault is a fault of the Metadata API.
type soapFault struct{ Code, Message string }

func (f *soapFault) Error() string { return f.Code + ": " + f.Message }

func fault(code, format string, args ...any) *soapFault {
	return &soapFault{Code: code, Message: fmt.Sprintf(format, args...)}
}

// soapCall is one call: the operation and its arguments, which the service takes
// by position or by any of their names.
type soapCall struct {
	op      string
	body    *xmltext.Element
	session string
	version metadata.Version
	user    orgstate.User
}

// arg gives the argument of one of these names, or else the one at the position.
func (c soapCall) arg(position int, names ...string) *xmltext.Element {
	for _, name := range names {
		if e := c.body.Child(name); e != nil {
			return e
		}
	}
	if position < len(c.body.Children) {
		return c.body.Children[position]
	}
	return nil
}

// text gives a leaf argument's text.
func (c soapCall) text(position int, names ...string) string {
	return strings.TrimSpace(c.arg(position, names...).Text())
}

// parseSOAP reads an envelope. Operations are told by the first child of Body;
// the SOAPAction header says whatever the client likes.
func parseSOAP(body []byte) (soapCall, error) {
	root, err := xmltext.Parse(body)
	if err != nil {
		return soapCall{}, fmt.Errorf("parse the envelope: %w", err)
	}
	b := root.Child("Body")
	if root.Name != "Envelope" || b == nil || len(b.Children) == 0 {
		return soapCall{}, errors.New("no operation in the body of the envelope")
	}
	return soapCall{
		op: b.Children[0].Name, body: b.Children[0],
		session: root.Child("Header").Get("SessionHeader", "sessionId"),
	}, nil
}

func (s *Server) serveSOAP(w http.ResponseWriter, r *http.Request, version string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSOAP))
	if err != nil {
		writeFault(w, fault("UNKNOWN_EXCEPTION", "the request could not be read, or is over the limit of 50 MB"))
		return
	}
	call, err := parseSOAP(body)
	if err != nil {
		s.record(r, "SOAP", http.StatusInternalServerError)
		writeFault(w, fault("soapenv:Client", "%v", err))
		return
	}
	defer s.fly(call.op)()
	if w = s.inject(w, r, call.op); w == nil {
		return
	}
	status := http.StatusOK
	reply, bad := s.soap(call, version)
	if bad != nil {
		status = http.StatusInternalServerError
		writeFault(w, bad)
	} else {
		reply.send(w)
	}
	s.record(r, call.op, status)
}

// operation answers one call under the server's lock.
type operation func(*Server, soapCall) (*reply, *soapFault)

func operations() map[string]operation {
	return map[string]operation{
		"describeMetadata":       (*Server).describeMetadata,
		"listMetadata":           (*Server).listMetadata,
		"retrieve":               (*Server).retrieve,
		"checkRetrieveStatus":    (*Server).checkRetrieveStatus,
		"checkStatus":            (*Server).checkStatus,
		"deploy":                 (*Server).deploy,
		"checkDeployStatus":      (*Server).checkDeployStatus,
		"cancelDeploy":           (*Server).cancelDeploy,
		"deployRecentValidation": (*Server).deployRecentValidation,
		"readMetadata":           (*Server).readMetadata,
	}
}

func (s *Server) soap(call soapCall, version string) (*reply, *soapFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := metadata.ParseVersion(version)
	if err != nil || !v.Supported() {
		return nil, fault("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL")
	}
	call.version = v
	if call.op == "login" {
		return nil, fault("INVALID_OPERATION", "SOAP API login() is disabled by default in this org.")
	}
	user, ok := s.signIn.session(call.session, s.now())
	if !ok {
		return nil, fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session")
	}
	call.user = user
	if bad := s.barred(user); bad != nil {
		return nil, bad
	}
	if call.op != "checkDeployStatus" {
		s.used++
	}
	op, ok := operations()[call.op]
	if !ok {
		return nil, fault("UNKNOWN_EXCEPTION", "No operation available for request %s", call.op)
	}
	s.advance()
	return op(s, call)
}

func (s *Server) view(call soapCall) orgstate.View { return s.viewOf(call.user) }

// viewOf is how the org looks to a user now.
func (s *Server) viewOf(user orgstate.User) orgstate.View {
	return orgstate.View{
		Caller: orgstate.Stamp{User: user, Time: s.now()}, Set: &s.set.behaviours, Blind: s.blind(user),
		Filtered: !s.may(user, "ViewAllProfiles"), Profile: s.profiles[user.ID],
	}
}
