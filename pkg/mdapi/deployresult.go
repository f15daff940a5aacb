package mdapi

import "time"

// DeployResult is a deploy as the service last told it. What it left out is
// zero.
type DeployResult struct {
	ID AsyncID
	// Status is Pending, InProgress, FinalizingDeploy, Succeeded,
	// SucceededPartial, Failed, Canceling or Canceled; more may come.
	Status          string
	Done            bool
	Success         bool
	CheckOnly       bool
	RollbackOnError bool
	// The manifest is not counted.
	NumberComponentsTotal, NumberComponentsDeployed, NumberComponentErrors int
	NumberTestsTotal, NumberTestsCompleted, NumberTestErrors               int
	// ErrorMessage and ErrorStatusCode are about the deploy as a whole.
	ErrorMessage    string
	ErrorStatusCode string
	StateDetail     string // what it is at
	CreatedBy       string // id of 15 characters
	CreatedByName   string
	CanceledBy      string
	CanceledByName  string

	CreatedDate, StartDate, CompletedDate, LastModifiedDate time.Time

	// What follows comes with details only. A component may be in both lists;
	// then it failed.
	Failures         []DeployMessage
	Successes        []DeployMessage
	TestsRun         int
	TestFailures     []TestFailure
	Coverage         []CodeCoverage
	CoverageWarnings []CoverageWarning
}

// DeployMessage is what the service says of one component or file. The manifest
// has its own, with no ComponentType.
type DeployMessage struct {
	ComponentType string
	FullName      string
	FileName      string
	ID            string
	Problem       string
	ProblemType   string // Warning, Error, Info
	Line, Column  int    // from 1; 0 when not told
	Success       bool
	Warning       bool // ProblemType says so
	Changed       bool
	Created       bool
	Deleted       bool
}

// TestFailure is one Apex test method that failed.
type TestFailure struct {
	ID         string
	Name       string // of the class
	Namespace  string
	MethodName string
	Message    string
	StackTrace string
	Duration   time.Duration
}

// CodeCoverage is how much of a class or trigger the tests ran.
type CodeCoverage struct {
	ID         string
	Name       string
	Namespace  string
	Type       string
	Locations  int
	NotCovered int
}

// CoverageWarning is a coverage that is too low: of a class or trigger, of a
// flow, or, without a name, of the org.
type CoverageWarning struct {
	ID        string
	Name      string
	Namespace string
	Message   string
}

type deployReply struct {
	ID                       AsyncID `xml:"id"`
	Status                   string  `xml:"status"`
	Done                     bool    `xml:"done"`
	Success                  bool    `xml:"success"`
	CheckOnly                bool    `xml:"checkOnly"`
	RollbackOnError          bool    `xml:"rollbackOnError"`
	NumberComponentsTotal    int     `xml:"numberComponentsTotal"`
	NumberComponentsDeployed int     `xml:"numberComponentsDeployed"`
	NumberComponentErrors    int     `xml:"numberComponentErrors"`
	NumberTestsTotal         int     `xml:"numberTestsTotal"`
	NumberTestsCompleted     int     `xml:"numberTestsCompleted"`
	NumberTestErrors         int     `xml:"numberTestErrors"`
	ErrorMessage             string  `xml:"errorMessage"`
	ErrorStatusCode          string  `xml:"errorStatusCode"`
	StateDetail              string  `xml:"stateDetail"`
	CreatedBy                string  `xml:"createdBy"`
	CreatedByName            string  `xml:"createdByName"`
	CanceledBy               string  `xml:"canceledBy"`
	CanceledByName           string  `xml:"canceledByName"`
	CreatedDate              moment  `xml:"createdDate"`
	StartDate                moment  `xml:"startDate"`
	CompletedDate            moment  `xml:"completedDate"`
	LastModifiedDate         moment  `xml:"lastModifiedDate"`
	Details                  struct {
		Failures  []messageReply `xml:"componentFailures"`
		Successes []messageReply `xml:"componentSuccesses"`
		Tests     testsReply     `xml:"runTestResult"`
	} `xml:"details"`
}

func (r deployReply) result() DeployResult {
	return DeployResult{
		ID: r.ID, Status: r.Status, Done: r.Done, Success: r.Success, CheckOnly: r.CheckOnly, RollbackOnError: r.RollbackOnError,
		NumberComponentsTotal: r.NumberComponentsTotal, NumberComponentsDeployed: r.NumberComponentsDeployed, NumberComponentErrors: r.NumberComponentErrors,
		NumberTestsTotal: r.NumberTestsTotal, NumberTestsCompleted: r.NumberTestsCompleted, NumberTestErrors: r.NumberTestErrors,
		ErrorMessage: r.ErrorMessage, ErrorStatusCode: r.ErrorStatusCode, StateDetail: r.StateDetail,
		CreatedBy: r.CreatedBy, CreatedByName: r.CreatedByName, CanceledBy: r.CanceledBy, CanceledByName: r.CanceledByName,
		CreatedDate: r.CreatedDate.time(), StartDate: r.StartDate.time(),
		CompletedDate: r.CompletedDate.time(), LastModifiedDate: r.LastModifiedDate.time(),
		Failures: messages(r.Details.Failures), Successes: messages(r.Details.Successes),
		TestsRun: r.Details.Tests.Run, TestFailures: r.Details.Tests.failures(),
		Coverage: r.Details.Tests.coverage(), CoverageWarnings: r.Details.Tests.warnings(),
	}
}

type messageReply struct {
	ComponentType string `xml:"componentType"`
	FullName      string `xml:"fullName"`
	FileName      string `xml:"fileName"`
	ID            string `xml:"id"`
	Problem       string `xml:"problem"`
	ProblemType   string `xml:"problemType"`
	Line          int    `xml:"lineNumber"`
	Column        int    `xml:"columnNumber"`
	Success       bool   `xml:"success"`
	Changed       bool   `xml:"changed"`
	Created       bool   `xml:"created"`
	Deleted       bool   `xml:"deleted"`
}

func messages(replies []messageReply) []DeployMessage {
	var out []DeployMessage
	for _, m := range replies {
		out = append(out, DeployMessage{
			ComponentType: m.ComponentType, FullName: m.FullName, FileName: m.FileName, ID: m.ID,
			Problem: m.Problem, ProblemType: m.ProblemType, Line: m.Line, Column: m.Column,
			Success: m.Success, Warning: m.ProblemType == "Warning", Changed: m.Changed, Created: m.Created, Deleted: m.Deleted,
		})
	}
	return out
}

type testsReply struct {
	Run      int `xml:"numTestsRun"`
	Failures []struct {
		ID         string  `xml:"id"`
		Name       string  `xml:"name"`
		Namespace  string  `xml:"namespace"`
		MethodName string  `xml:"methodName"`
		Message    string  `xml:"message"`
		StackTrace string  `xml:"stackTrace"`
		Time       float64 `xml:"time"` // milliseconds
	} `xml:"failures"`
	Coverage []struct {
		ID         string `xml:"id"`
		Name       string `xml:"name"`
		Namespace  string `xml:"namespace"`
		Type       string `xml:"type"`
		Locations  int    `xml:"numLocations"`
		NotCovered int    `xml:"numLocationsNotCovered"`
	} `xml:"codeCoverage"`
	Warnings []struct {
		ID        string `xml:"id"`
		Name      string `xml:"name"`
		Namespace string `xml:"namespace"`
		Message   string `xml:"message"`
	} `xml:"codeCoverageWarnings"`
	FlowWarnings []struct {
		ID        string `xml:"flowId"`
		Name      string `xml:"flowName"`
		Namespace string `xml:"flowNamespace"`
		Message   string `xml:"message"`
	} `xml:"flowCoverageWarnings"`
}

func (r testsReply) failures() []TestFailure {
	var out []TestFailure
	for _, f := range r.Failures {
		out = append(out, TestFailure{
			ID: f.ID, Name: f.Name, Namespace: f.Namespace, MethodName: f.MethodName, Message: f.Message, StackTrace: f.StackTrace,
			Duration: time.Duration(f.Time * float64(time.Millisecond)),
		})
	}
	return out
}

func (r testsReply) coverage() []CodeCoverage {
	var out []CodeCoverage
	for _, c := range r.Coverage {
		out = append(out, CodeCoverage(c))
	}
	return out
}

func (r testsReply) warnings() []CoverageWarning {
	var out []CoverageWarning
	for _, w := range r.Warnings {
		out = append(out, CoverageWarning(w))
	}
	for _, w := range r.FlowWarnings {
		out = append(out, CoverageWarning(w))
	}
	return out
}
