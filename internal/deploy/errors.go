package deploy

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// Errors that decide what a caller does next.
var (
	// ErrRejected is what every *RejectedError is.
	ErrRejected = errors.New("the org rejected the deploy")
	// ErrUnknown is what every *UnknownError is.
	ErrUnknown = errors.New("whether the org has the deploy is not known")
)

// RejectedError is a deploy that the org ran and did not keep: nothing of it was
// changed. Result holds the org's words.
type RejectedError struct {
	Stage  string
	Result mdapi.DeployResult
}

// Error gives the counts and the first thing that the org said.
func (e *RejectedError) Error() string {
	var parts []string
	r := e.Result
	switch {
	case r.Status == "Canceled":
		parts = append(parts, "it was canceled by "+r.CanceledByName)
	case len(r.Failures) > 0:
		f := r.Failures[0]
		parts = append(parts, fmt.Sprintf("%d components failed, first %s %s: %s", len(r.Failures), f.ComponentType, f.FullName, f.Problem))
	}
	if len(r.TestFailures) > 0 {
		f := r.TestFailures[0]
		parts = append(parts, fmt.Sprintf("%d tests failed, first %s.%s: %s", len(r.TestFailures), f.Name, f.MethodName, f.Message))
	}
	for _, w := range r.CoverageWarnings {
		parts = append(parts, w.Message)
	}
	if len(parts) == 0 {
		parts = append(parts, strings.TrimSpace(r.Status+" "+r.ErrorMessage))
	}
	return ErrRejected.Error() + ": " + strings.Join(parts, "; ")
}

// Is makes every RejectedError an ErrRejected.
func (*RejectedError) Is(target error) bool { return target == ErrRejected }

// UnknownError is a deploy of which nobody can say whether the org has it.
type UnknownError struct {
	Since time.Time
	// Candidates are deploys of the org that may be it; several, or none.
	Candidates []mdapi.AsyncID
	// Listed tells that the org's list could be read.
	Listed bool
	// Cause is why no reply told.
	Cause error
}

// Error says what to look at.
func (e *UnknownError) Error() string {
	text := ErrUnknown.Error()
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	since := e.Since.UTC().Format(time.RFC3339)
	switch len(e.Candidates) {
	case 0:
		if !e.Listed {
			return text + "; its list of deploys could not be read; look at Setup › Deployment Status before you try again"
		}
		return text + "; its list shows no deploy of this user since " + since + "; look at Setup › Deployment Status before you try again"
	}
	ids := make([]string, len(e.Candidates))
	for i, id := range e.Candidates {
		ids[i] = string(id)
	}
	return text + "; its list shows several of this user since " + since + " (" + strings.Join(ids, ", ") + "); look at Setup › Deployment Status which one is it"
}

// Is makes every UnknownError an ErrUnknown.
func (*UnknownError) Is(target error) bool { return target == ErrUnknown }

// Unwrap gives the cause.
func (e *UnknownError) Unwrap() error { return e.Cause }
