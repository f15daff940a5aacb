package emulator

import (
	"errors"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/extract"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

type retrieveJob struct {
	timing
	id      string
	request extract.Request
	made    bool
	result  extract.Result
	zip     []byte
	given   bool // the zip was handed out, which deletes the result
}

func (s *Server) retrieve(call soapCall) (*reply, *soapFault) {
	e := call.arg(0, "retrieveRequest", "request")
	if e == nil {
		return nil, fault("UNKNOWN_EXCEPTION", "no retrieve request")
	}
	req, err := retrieveRequest(e, call.version)
	if err != nil {
		return nil, fault("UNKNOWN_EXCEPTION", "%v", err)
	}
	by := orgstate.Stamp{User: call.user, Time: s.now()}
	job := &retrieveJob{timing: s.timing(by, s.now()), id: s.ids.New("09S"), request: req}
	s.jobs.retrieves[job.id] = job
	r := newReply(call.op)
	writeAsync(r, job.id, "Queued", false, "", "")
	return r, nil
}

func writeAsync(r *reply, id, state string, done bool, code, message string) {
	r.open("result")
	r.bool("done", done)
	r.text("id", id)
	r.some("message", message)
	r.text("state", state)
	r.some("statusCode", code)
	r.close("result")
}

func retrieveRequest(e *xmltext.Element, version metadata.Version) (extract.Request, error) {
	req := extract.Request{Version: version, SinglePackage: e.Get("singlePackage") == "true"}
	if v := e.Get("apiVersion"); v != "" {
		parsed, err := metadata.ParseVersion(v)
		if err != nil {
			return req, err
		}
		req.Version = parsed
	}
	for _, p := range e.All("packageNames") {
		if name := strings.TrimSpace(p.Text()); name != "" {
			req.Packages = append(req.Packages, name)
		}
	}
	for _, p := range e.All("specificFiles") {
		req.SpecificFiles = append(req.SpecificFiles, strings.TrimSpace(p.Text()))
	}
	unpackaged := e.Child("unpackaged")
	req.Unpackaged = unpackaged != nil
	if unpackaged == nil {
		return req, nil
	}
	m, err := manifestOf(unpackaged)
	req.Manifest = m
	return req, err
}

// manifestOf reads a Package element; types may hold members and name in any order.
func manifestOf(e *xmltext.Element) (metadata.Manifest, error) {
	var m metadata.Manifest
	if v := e.Get("version"); v != "" {
		parsed, err := metadata.ParseVersion(v)
		if err != nil {
			return m, err
		}
		m.Version = parsed
	}
	for _, t := range e.All("types") {
		group := metadata.ManifestType{Name: t.Get("name")}
		for _, member := range t.All("members") {
			group.Members = append(group.Members, strings.TrimSpace(member.Text()))
		}
		if group.Name == "" {
			return m, errors.New("types without a name")
		}
		m.Types = append(m.Types, group)
	}
	return m, nil
}

func (s *Server) findRetrieve(call soapCall) (*retrieveJob, *soapFault) {
	job, ok := s.jobs.retrieves[orgstate.ID18(call.text(0, "asyncProcessId", "id"))]
	if !ok {
		return nil, fault("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
	}
	if job.given {
		return nil, fault("INVALID_LOCATOR", "Retrieve result has been deleted")
	}
	if !job.made && !s.now().Before(job.ends) {
		s.makeRetrieve(job)
	}
	return job, nil
}

// makeRetrieve takes the org as it is now: a retrieve is no snapshot of the
// moment in which it was asked for.
func (s *Server) makeRetrieve(job *retrieveJob) {
	job.made = true
	view := s.viewOf(job.by.User)
	job.result = extract.Run(s.state, job.request, view, s.rnd)
	if job.result.Failure != nil {
		return
	}
	s.faults.spoil(&job.result)
	zip, err := extract.Zip(job.result.Entries, s.now())
	var failure *extract.Failure
	switch {
	case errors.As(err, &failure):
		job.result.Failure = failure
	case err != nil:
		job.result.Failure = &extract.Failure{Code: "UNKNOWN_EXCEPTION", Message: "UNKNOWN_EXCEPTION: " + err.Error()}
	}
	job.zip = s.faults.spoilZip(zip)
	job.result.Entries = nil
}

// checkStatus is an operation of old that clients still poll with.
func (s *Server) checkStatus(call soapCall) (*reply, *soapFault) {
	job, bad := s.findRetrieve(call)
	if bad != nil {
		return s.checkDeployAsync(call)
	}
	r := newReply(call.op)
	switch {
	case !job.made:
		writeAsync(r, job.id, s.runningState(job.timing, "Queued"), false, "", "")
	case job.result.Failure != nil:
		writeAsync(r, job.id, "Error", true, job.result.Failure.Code, job.result.Failure.Message)
	default:
		writeAsync(r, job.id, "Completed", true, "", "")
	}
	return r, nil
}

func (s *Server) runningState(t timing, queued string) string {
	if s.now().Before(t.begins) {
		return queued
	}
	return "InProgress"
}

func (s *Server) checkRetrieveStatus(call soapCall) (*reply, *soapFault) {
	job, bad := s.findRetrieve(call)
	if bad != nil {
		return nil, bad
	}
	includeZip := call.text(1, "includeZip") != "false"
	r := newReply(call.op)
	r.open("result")
	r.bool("done", job.made)
	if f := job.result.Failure; f != nil {
		r.text("errorMessage", f.Message)
		r.text("errorStatusCode", f.Code)
	}
	for _, p := range job.result.Properties {
		writeProperties(r, "fileProperties", p)
	}
	r.text("id", job.id)
	for _, m := range job.result.Messages {
		r.open("messages")
		r.text("fileName", m.FileName)
		r.text("problem", m.Problem)
		r.close("messages")
	}
	ok := job.made && job.result.Failure == nil
	switch {
	case ok:
		r.text("status", "Succeeded")
	case job.made:
		r.text("status", "Failed")
	default:
		r.text("status", s.runningState(job.timing, "Pending"))
	}
	r.bool("success", ok)
	if ok && includeZip {
		r.base64("zipFile", job.zip)
		job.given, job.zip, job.result = true, nil, extract.Result{}
	} else {
		r.nil("zipFile")
	}
	r.close("result")
	return r, nil
}
