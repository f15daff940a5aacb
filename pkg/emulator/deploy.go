package emulator

import (
	"encoding/base64"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
)

func (s *Server) deploy(call soapCall) (*reply, *soapFault) {
	zipArg, optArg := call.arg(0, "ZipFile", "zipFile"), call.arg(1, "DeployOptions", "deployOptions")
	if zipArg == nil {
		return nil, fault("UNKNOWN_EXCEPTION", "no zip file in the deploy request")
	}
	zip, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(zipArg.Inner())), ""))
	if err != nil {
		return nil, fault("UNKNOWN_EXCEPTION", "zipFile is not base64")
	}
	options := soapOptions(optArg)
	if bad := s.acceptable(options); bad != nil {
		return nil, bad
	}
	job := s.submit(call.user, zip, options)
	r := newReply(call.op)
	writeAsync(r, job.id, "Queued", false, "", "")
	return r, nil
}

func soapOptions(e *xmltext.Element) deployOptions {
	is := func(name string) bool { return e.Get(name) == "true" || e.Get(name) == "1" }
	o := deployOptions{
		AllowMissingFiles: is("allowMissingFiles"), AutoUpdatePackage: is("autoUpdatePackage"), CheckOnly: is("checkOnly"),
		IgnoreWarnings: is("ignoreWarnings"), PerformRetrieve: is("performRetrieve"), PurgeOnDelete: is("purgeOnDelete"),
		RollbackOnError: is("rollbackOnError"), RunAllTests: is("runAllTests"), SinglePackage: is("singlePackage"),
		TestLevel: e.Get("testLevel"),
	}
	for _, t := range e.All("runTests") {
		if name := strings.TrimSpace(t.Text()); name != "" {
			o.RunTests = append(o.RunTests, name)
		}
	}
	return o
}

// acceptable refuses what the service refuses before it queues a deploy.
func (s *Server) acceptable(o deployOptions) *soapFault {
	switch o.TestLevel {
	case "", "NoTestRun", "RunSpecifiedTests", "RunLocalTests", "RunAllTestsInOrg", "RunRelevantTests":
	default:
		return fault("INVALID_OPERATION", "'%s' is not a valid value for the enum 'TestLevel'", o.TestLevel)
	}
	if len(o.RunTests) > 0 && o.TestLevel != "RunSpecifiedTests" {
		return fault("INVALID_OPERATION", "runTests can be used only with a testLevel of RunSpecifiedTests")
	}
	if !s.set.sandbox && !o.RollbackOnError {
		return fault("INVALID_OPERATION", "rollbackOnError must be true in a production organization")
	}
	return nil
}

func (s *Server) findDeploy(id string) (*deployJob, *soapFault) {
	job, ok := s.jobs.deploys[orgstate.ID18(id)]
	if !ok {
		return nil, fault("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
	}
	return job, nil
}

func (s *Server) checkDeployStatus(call soapCall) (*reply, *soapFault) {
	job, bad := s.findDeploy(call.text(0, "asyncProcessId", "id"))
	if bad != nil {
		return nil, bad
	}
	r := newReply(call.op)
	s.writeDeployResult(r, job, call.text(1, "includeDetails") == "true")
	return r, nil
}

// checkDeployAsync answers the old poll for a deploy.
func (s *Server) checkDeployAsync(call soapCall) (*reply, *soapFault) {
	job, bad := s.findDeploy(call.text(0, "asyncProcessId", "id"))
	if bad != nil {
		return nil, bad
	}
	r := newReply(call.op)
	state := s.runningState(job.timing, "Queued")
	if job.finished() {
		state = "Completed"
		if job.status == stateFailed || job.status == stateCanceled {
			state = "Error"
		}
	}
	writeAsync(r, job.id, state, job.finished(), job.code, job.message)
	return r, nil
}

// cancelJob cancels a deploy that has not ended: one that waits at once, one that
// runs in a while.
func (s *Server) cancelJob(id string, by orgstate.User) (*deployJob, bool, *soapFault) {
	job, bad := s.findDeploy(id)
	if bad != nil {
		return nil, false, bad
	}
	if job.finished() {
		return nil, false, fault("INVALID_ID_FIELD", "Deployment already completed")
	}
	now := s.now()
	if now.Before(job.begins) {
		job.cancel, job.status, job.completed, job.zip = &by, stateCanceled, now, nil
		return job, true, nil
	}
	if job.cancel == nil {
		job.cancel, job.ends = &by, now.Add(s.set.latency/waits)
	}
	return job, false, nil
}

func (s *Server) cancelDeploy(call soapCall) (*reply, *soapFault) {
	job, queued, bad := s.cancelJob(call.text(0, "String", "id"), call.user)
	if bad != nil {
		return nil, bad
	}
	r := newReply(call.op)
	r.open("result")
	r.bool("done", queued)
	r.text("id", job.id)
	r.close("result")
	return r, nil
}

func (s *Server) deployRecentValidation(call soapCall) (*reply, *soapFault) {
	job, bad := s.quickDeploy(call.text(0, "validationId", "validationID"), call.user)
	if bad != nil {
		return nil, bad
	}
	r := newReply(call.op)
	r.text("result", job.id)
	return r, nil
}

// validFor is how long a validation can be taken over. Source: Metadata API
// Developer Guide, deployRecentValidation().
const validForDays = 10

// quickDeploy deploys what an earlier validation validated.
func (s *Server) quickDeploy(id string, by orgstate.User) (*deployJob, *soapFault) {
	v, bad := s.findDeploy(id)
	if bad != nil {
		return nil, bad
	}
	switch {
	case !v.options.CheckOnly || v.status != stateSucceeded:
		return nil, fault("INVALID_ID_FIELD", "the deployment is not a successful validation")
	case v.tests.run == 0:
		return nil, fault("INVALID_ID_FIELD", "the validation did not run any Apex tests")
	case s.now().Sub(v.completed).Hours() > validForDays*24:
		return nil, fault("INVALID_ID_FIELD", "the validation is older than %d days", validForDays)
	case s.deployedSince(v):
		return nil, fault("INVALID_ID_FIELD", "another deployment has completed since the validation")
	}
	o := v.options
	o.CheckOnly, o.TestLevel, o.RunTests = false, "NoTestRun", nil
	job := s.submit(by, v.zip, o)
	job.quickOf = v.id
	return job, nil
}

func (s *Server) deployedSince(v *deployJob) bool {
	for _, j := range s.jobs.deploys {
		if (j.status == stateSucceeded || j.status == statePartial) && !j.options.CheckOnly && j.completed.After(v.completed) {
			return true
		}
	}
	return false
}
