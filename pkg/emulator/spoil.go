package emulator

import (
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/apply"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/extract"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
)

// spoil lets the faults of a retrieve's result happen.
func (b *faultBook) spoil(r *extract.Result) {
	concerned := func(f Fault) bool {
		switch f.Kind {
		case FaultHostileZip:
			return true
		case FaultMessage, FaultFailRetrieve:
			return f.Type == "" || slices.ContainsFunc(r.Properties, func(p orgstate.Properties) bool { return p.Type == f.Type && p.FullName == f.Name })
		}
		return false
	}
	for _, f := range b.hits(concerned) {
		switch f.Kind {
		case FaultFailRetrieve:
			r.Failure = &extract.Failure{Code: f.Code, Message: f.Message}
		case FaultHostileZip:
			r.Entries = append(r.Entries, extract.Entry{Path: f.Name, Content: []byte("planted\n")})
		case FaultMessage:
			withhold(r, f)
		}
	}
}

// withhold takes a component out of a result and says why.
func withhold(r *extract.Result, f Fault) {
	kept := r.Properties[:0:0]
	for _, p := range r.Properties {
		if p.Type != f.Type || p.FullName != f.Name {
			kept = append(kept, p)
			continue
		}
		entries := r.Entries[:0:0]
		for _, e := range r.Entries {
			if !strings.HasPrefix(e.Path, p.FileName) {
				entries = append(entries, e)
			}
		}
		r.Entries = entries
		message := f.Message
		if message == "" {
			message = "Load of metadata from db failed for metadata of type:" + f.Type + " and file name:" + f.Name + "."
		}
		r.Messages = append(r.Messages, extract.Message{FileName: p.FileName, Problem: message})
	}
	r.Properties = kept
}

func (b *faultBook) spoilZip(zip []byte) []byte {
	if len(b.strikes("", FaultTruncatedZip)) > 0 {
		return zip[:len(zip)*2/3]
	}
	return zip
}

// lockDeploy is the end of a deploy that meets a locked setup, in the words of
// the service.
func (b *faultBook) lockDeploy() *soapFault {
	if len(b.strikes("", FaultLock)) == 0 {
		return nil
	}
	return fault("ALREADY_IN_PROCESS", "null: The changes you requested require salesforce.com to temporarily lock your organization's "+
		"administration setup. However, the administration setup has already been locked by another change. "+
		"Please wait for the previous action to finish, then try again later.")
}

// failSome makes components of a deploy fail.
func (b *faultBook) failSome(o *apply.Outcome) {
	for _, f := range b.strikes("", FaultFailComponent) {
		for i, m := range o.Messages {
			if m.ComponentType != f.Type || m.FullName != f.Name || !m.Success {
				continue
			}
			o.Messages[i].Success, o.Messages[i].Problem, o.Messages[i].ProblemType = false, f.Message, "Error"
			o.Errors++
			o.Deployed--
			o.Failed = true
		}
	}
}
