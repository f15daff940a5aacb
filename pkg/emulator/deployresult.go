package emulator

import (
	"strconv"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/apply"
)

// status is what a client is told of a deploy's state.
func (s *Server) status(j *deployJob) string {
	switch {
	case j.finished():
		return j.status
	case j.cancel != nil:
		return stateCanceling
	}
	return s.runningState(j.timing, statePending)
}

func (s *Server) startDate(j *deployJob) time.Time {
	if j.finished() || !s.now().Before(j.begins) {
		return j.begins
	}
	return time.Time{}
}

// writeDeployResult writes a DeployResult in the WSDL's order.
func (s *Server) writeDeployResult(r *reply, j *deployJob, details bool) {
	ok := j.status == stateSucceeded
	done, total := s.progress(j)
	r.open("result")
	if j.cancel != nil {
		r.text("canceledBy", j.cancel.ID[:15])
		r.text("canceledByName", j.cancel.Name)
	}
	r.bool("checkOnly", j.options.CheckOnly)
	r.time("completedDate", j.completed)
	r.text("createdBy", j.by.User.ID[:15])
	r.text("createdByName", j.by.User.Name)
	r.time("createdDate", j.by.Time.Truncate(time.Second))
	r.open("details")
	if details {
		writeDetails(r, j)
	}
	r.close("details")
	r.bool("done", j.finished())
	r.some("errorMessage", j.message)
	r.some("errorStatusCode", j.code)
	r.text("id", j.id)
	r.bool("ignoreWarnings", j.options.IgnoreWarnings)
	r.time("lastModifiedDate", later(j.completed, j.by.Time))
	r.int("numberComponentErrors", j.outcome.Errors)
	r.int("numberComponentsDeployed", done)
	r.int("numberComponentsTotal", total)
	r.int("numberTestErrors", len(j.tests.failures))
	r.int("numberTestsCompleted", len(j.tests.passes))
	r.int("numberTestsTotal", j.tests.run)
	r.bool("rollbackOnError", j.options.RollbackOnError)
	r.bool("runTestsEnabled", j.tests.enabled)
	r.time("startDate", s.startDate(j))
	r.text("status", s.status(j))
	r.bool("success", ok)
	r.close("result")
}

func writeDetails(r *reply, j *deployJob) {
	for _, success := range []bool{false, true} {
		for _, m := range j.outcome.Messages {
			if m.Success == success {
				writeMessage(r, m, j.completed)
			}
		}
	}
	j.tests.write(r)
}

func writeMessage(r *reply, m apply.Message, at time.Time) {
	element := "componentFailures"
	if m.Success {
		element = "componentSuccesses"
	}
	r.open(element)
	r.bool("changed", m.Changed)
	if m.Column > 0 {
		r.int("columnNumber", m.Column)
	}
	r.text("componentType", m.ComponentType)
	r.bool("created", m.Created)
	r.time("createdDate", at)
	r.bool("deleted", m.Deleted)
	r.text("fileName", m.FileName)
	r.text("fullName", m.FullName)
	r.some("id", m.ID)
	if m.Line > 0 {
		r.int("lineNumber", m.Line)
	}
	r.some("problem", m.Problem)
	r.some("problemType", m.ProblemType)
	r.bool("success", m.Success)
	r.close(element)
}

// jsonResult is a DeployResult in the form of the REST resource.
func (s *Server) jsonResult(j *deployJob, details bool) map[string]any {
	done, total := s.progress(j)
	out := map[string]any{
		"id": j.id, "status": s.status(j), "success": j.status == stateSucceeded, "done": j.finished(),
		"checkOnly": j.options.CheckOnly, "ignoreWarnings": j.options.IgnoreWarnings, "rollbackOnError": j.options.RollbackOnError,
		"runTestsEnabled": j.tests.enabled, "numberComponentErrors": j.outcome.Errors,
		"numberComponentsDeployed": done, "numberComponentsTotal": total,
		"numberTestErrors": len(j.tests.failures), "numberTestsCompleted": len(j.tests.passes), "numberTestsTotal": j.tests.run,
		"createdBy": j.by.User.ID[:15], "createdByName": j.by.User.Name, "createdDate": apiTime(j.by.Time),
		"lastModifiedDate": apiTime(later(j.completed, j.by.Time)),
	}
	if start := s.startDate(j); !start.IsZero() {
		out["startDate"] = apiTime(start)
	}
	if !j.completed.IsZero() {
		out["completedDate"] = apiTime(j.completed)
	}
	if j.message != "" {
		out["errorMessage"], out["errorStatusCode"] = j.message, j.code
	}
	if j.cancel != nil {
		out["canceledBy"], out["canceledByName"] = j.cancel.ID[:15], j.cancel.Name
	}
	if details {
		out["details"] = jsonDetails(j)
	}
	return out
}

func jsonDetails(j *deployJob) map[string]any {
	failures, successes := []any{}, []any{}
	for _, m := range j.outcome.Messages {
		row := jsonMessage(m, j.completed)
		if m.Success {
			successes = append(successes, row)
		} else {
			failures = append(failures, row)
		}
	}
	return map[string]any{
		"componentFailures": failures, "componentSuccesses": successes, "retrieveResult": nil, "runTestResult": j.tests.json(),
	}
}

func jsonMessage(m apply.Message, at time.Time) map[string]any {
	row := map[string]any{
		"changed": m.Changed, "componentType": m.ComponentType, "created": m.Created, "createdDate": apiTime(at),
		"deleted": m.Deleted, "fileName": m.FileName, "fullName": m.FullName, "success": m.Success,
		"id": nil, "problem": nil, "problemType": nil, "lineNumber": nil, "columnNumber": nil,
	}
	if m.ID != "" {
		row["id"] = m.ID
	}
	if m.Problem != "" {
		row["problem"], row["problemType"] = m.Problem, m.ProblemType
	}
	if m.Line > 0 {
		row["lineNumber"], row["columnNumber"] = m.Line, m.Column
	}
	return row
}

func seconds(n float64) string { return strconv.FormatFloat(n, 'f', 1, 64) }
