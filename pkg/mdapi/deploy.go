package mdapi

import (
	"context"
	"fmt"
)

// TestLevel says which Apex tests a deploy runs. Empty leaves it to the org:
// production runs all local tests when there is Apex in the package.
type TestLevel string

// The levels that the service has. RunRelevantTests is newer than the others.
const (
	NoTestRun         TestLevel = "NoTestRun"
	RunSpecifiedTests TestLevel = "RunSpecifiedTests"
	RunLocalTests     TestLevel = "RunLocalTests"
	RunAllTestsInOrg  TestLevel = "RunAllTestsInOrg"
	RunRelevantTests  TestLevel = "RunRelevantTests"
)

// DeployOptions say how a zip is deployed. The service's defaults are false
// throughout; production takes no deploy without RollbackOnError.
type DeployOptions struct {
	AllowMissingFiles bool      `json:"allowMissingFiles"`
	AutoUpdatePackage bool      `json:"autoUpdatePackage"`
	CheckOnly         bool      `json:"checkOnly"` // validates and saves nothing
	IgnoreWarnings    bool      `json:"ignoreWarnings"`
	PurgeOnDelete     bool      `json:"purgeOnDelete"` // past the recycle bin; not in production
	RollbackOnError   bool      `json:"rollbackOnError"`
	RunTests          []string  `json:"runTests,omitempty"` // with RunSpecifiedTests
	SinglePackage     bool      `json:"singlePackage"`      // package.xml is at the root of the zip
	TestLevel         TestLevel `json:"testLevel,omitempty"`
}

// write has the order of the WSDL. performRetrieve is mandatory there and
// reserved.
func (o DeployOptions) write(e *element) {
	e.open("DeployOptions")
	e.bool("allowMissingFiles", o.AllowMissingFiles)
	e.bool("autoUpdatePackage", o.AutoUpdatePackage)
	e.bool("checkOnly", o.CheckOnly)
	e.bool("ignoreWarnings", o.IgnoreWarnings)
	e.bool("performRetrieve", false)
	e.bool("purgeOnDelete", o.PurgeOnDelete)
	e.bool("rollbackOnError", o.RollbackOnError)
	e.all("runTests", o.RunTests)
	e.bool("singlePackage", o.SinglePackage)
	// Left out as other clients do: none of its values means "as the org likes".
	e.optional("testLevel", string(o.TestLevel))
	e.close("DeployOptions")
}

// Deploy sends a zip over SOAP and gives the job that deploys it. It is sent
// once: an error that is an ErrOutcomeUnknown means that the org may be at it.
// Source: WSDL, deploy; the zip is base64 in the body.
func (c *Client) Deploy(ctx context.Context, zipPath string, o DeployOptions) (AsyncID, error) {
	var got startReply
	s := call{op: "deploy", repeat: once, each: into(func(r *startReply) { got = *r })}
	err := c.do(ctx, c.soapRequest(s, func(head []byte) payload {
		return payload{head: append(head, "<deploy><ZipFile>"...), file: zipPath, base64: true, tail: deployTail(o)}
	}))
	return jobOf(s.op, got.ID, err)
}

func deployTail(o DeployOptions) []byte {
	var e element
	e.close("ZipFile")
	o.write(&e)
	e.close("deploy")
	e.buf.WriteString(envelopeTail)
	return e.buf.Bytes()
}

// jobOf gives the job that a call has started. An id that came before the reply
// broke off is good: without it the job would be lost.
func jobOf(op string, id AsyncID, err error) (AsyncID, error) {
	switch {
	case id != "":
		return id, nil
	case err != nil:
		return "", err
	}
	return "", fmt.Errorf("%s: %w: %w: it names no job", op, ErrOutcomeUnknown, ErrReply)
}

// DeployRecentValidation deploys what a validation of the last ten days has
// checked, without its tests, and gives the job, which is another one. It is sent
// once, as Deploy is.
func (c *Client) DeployRecentValidation(ctx context.Context, validation AsyncID) (AsyncID, error) {
	var id AsyncID
	const op = "deployRecentValidation"
	err := c.soap(ctx, call{
		op: op, repeat: once,
		args: func(e *element) { e.text("validationId", string(validation)) },
		each: into(func(r *AsyncID) { id = *r }),
	})
	return jobOf(op, id, err)
}

// CancelDeploy asks the org to give a deploy up. True means that it has, false
// that it will: the status then ends as Canceled, or as Succeeded where it was
// too late.
func (c *Client) CancelDeploy(ctx context.Context, id AsyncID) (bool, error) {
	var got startReply
	err := c.soap(ctx, call{
		op: "cancelDeploy", repeat: reading,
		args: func(e *element) { e.text("String", string(id)) },
		each: into(func(r *startReply) { got = *r }),
	})
	return got.Done, err
}

// CheckDeployStatus asks once how far a deploy is. Without details the messages
// and the outcome of tests are left out.
func (c *Client) CheckDeployStatus(ctx context.Context, id AsyncID, details bool) (DeployResult, error) {
	var got deployReply
	err := c.soap(ctx, call{
		op: "checkDeployStatus", repeat: watching,
		args: func(e *element) {
			e.text("asyncProcessId", string(id))
			e.bool("includeDetails", details)
		},
		begin: func() error { got = deployReply{}; return nil },
		each:  into(func(r *deployReply) { got = *r }),
	})
	if err != nil {
		return DeployResult{}, err
	}
	result := got.result()
	if result.ID == "" {
		result.ID = id
	}
	return result, nil
}

// WaitDeploy waits for a deploy and gives its result with details. A deploy that
// failed is a result, not an error. progress may be nil; what it is given has no
// details.
func (c *Client) WaitDeploy(ctx context.Context, id AsyncID, progress func(DeployResult)) (DeployResult, error) {
	err := c.poll(ctx, id, func(ctx context.Context) (bool, error) {
		result, err := c.CheckDeployStatus(ctx, id, false)
		if err == nil && progress != nil {
			progress(result)
		}
		return result.Done, err
	})
	if err != nil {
		return DeployResult{}, err
	}
	return c.CheckDeployStatus(ctx, id, true)
}
