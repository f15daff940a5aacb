package emulator

import (
	"slices"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/apply"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// deployOptions are the options of a deploy by their JSON names; SOAP has the
// same ones.
type deployOptions struct {
	AllowMissingFiles bool     `json:"allowMissingFiles"`
	AutoUpdatePackage bool     `json:"autoUpdatePackage"`
	CheckOnly         bool     `json:"checkOnly"`
	IgnoreWarnings    bool     `json:"ignoreWarnings"`
	PerformRetrieve   bool     `json:"performRetrieve"`
	PurgeOnDelete     bool     `json:"purgeOnDelete"`
	RollbackOnError   bool     `json:"rollbackOnError"`
	RunAllTests       bool     `json:"runAllTests,omitempty"`
	RunTests          []string `json:"runTests"`
	SinglePackage     bool     `json:"singlePackage"`
	TestLevel         string   `json:"testLevel,omitempty"`
}

// The states of a deploy.
const (
	statePending    = "Pending"
	stateInProgress = "InProgress"
	stateSucceeded  = "Succeeded"
	statePartial    = "SucceededPartial"
	stateFailed     = "Failed"
	stateCanceling  = "Canceling"
	stateCanceled   = "Canceled"
)

type deployJob struct {
	timing
	id        string
	zip       []byte
	options   deployOptions
	status    string // empty until it ended
	completed time.Time
	outcome   apply.Outcome
	expected  int // components in it, as known while it runs
	tests     testRun
	message   string // errorMessage
	code      string // errorStatusCode
	cancel    *orgstate.User
	quickOf   string // the validation that a quick deploy took over
}

func (j *deployJob) finished() bool { return j.status != "" }

// submit queues a deploy.
func (s *Server) submit(by orgstate.User, zip []byte, o deployOptions) *deployJob {
	now := s.now()
	from := now
	if s.jobs.free.After(now) {
		from = s.jobs.free
	}
	job := &deployJob{timing: s.timing(orgstate.Stamp{User: by, Time: now}, from), id: s.ids.New("0Af"), zip: zip, options: o}
	s.jobs.free = job.ends
	s.jobs.deploys[job.id] = job
	s.jobs.queue = append(s.jobs.queue, job)
	return job
}

// runDeploy does what a deploy does, when its time has come.
func (s *Server) runDeploy(job *deployJob) {
	job.completed = later(job.ends, job.by.Time)
	if job.cancel != nil {
		job.status, job.zip = stateCanceled, nil
		return
	}
	if f := s.faults.lockDeploy(); f != nil {
		job.status, job.code, job.message = stateFailed, f.Code, f.Message
		return
	}
	job.outcome = s.try(job, job.completed)
	s.faults.failSome(&job.outcome)
	if !job.outcome.Failed {
		job.tests = s.runTests(job)
	}
	s.conclude(job)
}

// try does what a deploy does to a copy of the org.
func (s *Server) try(job *deployJob, at time.Time) apply.Outcome {
	s.learnReferences()
	return apply.Run(apply.Input{
		State: s.state, Zip: job.zip, Production: !s.set.sandbox, Users: &s.users, Set: &s.set.behaviours, Assumed: s.assumed,
		Without: s.without,
		Settles: s.settling.takes > 0, Recalculating: at.Before(s.settling.shares),
		By: orgstate.Stamp{User: job.by.User, Time: at},
		Options: apply.Options{
			IgnoreWarnings: job.options.IgnoreWarnings, PurgeOnDelete: job.options.PurgeOnDelete,
			RollbackOnError: job.options.RollbackOnError, SinglePackage: job.options.SinglePackage,
			AllowMissingFiles: job.options.AllowMissingFiles,
		},
	})
}

// progress counts the components that a deploy has got through, of how many:
// while it runs, as many as its time is gone. What they will come to is not
// known before the end.
func (s *Server) progress(j *deployJob) (done, total int) {
	now := s.now()
	switch {
	case j.finished():
		return j.outcome.Deployed, j.outcome.Total
	case now.Before(j.begins), !j.ends.After(j.begins):
		return 0, 0
	case j.expected == 0 && j.cancel == nil:
		j.expected = s.try(j, now).Total
	}
	gone := min(now.Sub(j.begins), j.ends.Sub(j.begins))
	return int(int64(j.expected) * int64(gone) / int64(j.ends.Sub(j.begins))), j.expected
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// conclude decides what stays.
func (s *Server) conclude(job *deployJob) {
	o := &job.outcome
	switch {
	case o.Failed || job.tests.failed():
		job.status = stateFailed
	case o.Partial:
		job.status = statePartial
	default:
		job.status = stateSucceeded
	}
	job.zipKept()
	if job.status == stateFailed || job.options.CheckOnly {
		o.State = nil
		return
	}
	s.keep(job)
}

// zipKept frees the zip unless a quick deploy may need it.
func (j *deployJob) zipKept() {
	if !j.options.CheckOnly || j.status != stateSucceeded {
		j.zip = nil
	}
}

// keep makes the outcome the org.
func (s *Server) keep(job *deployJob) {
	by := orgstate.Stamp{User: job.by.User, Time: job.completed}
	var summaries map[string]bool
	if slices.ContainsFunc(job.outcome.Messages, func(m apply.Message) bool { return m.Deleted }) {
		summaries = summaryFields(s.state)
	}
	before := s.state
	s.state, job.outcome.State = job.outcome.State, nil
	s.changed(before, job.id, job.completed)
	s.settling.begin(job.outcome, by)
	for _, m := range job.outcome.Messages {
		if m.Success && m.ComponentType != "" {
			c := metadata.Component{Type: m.ComponentType, FullName: m.FullName}
			s.audit = append(s.audit, auditOf(c, !m.Created, m.Deleted, by))
			if m.Deleted {
				s.lose(c, job.completed, job.options.PurgeOnDelete || summaries[c.FullName])
			}
		}
	}
}
