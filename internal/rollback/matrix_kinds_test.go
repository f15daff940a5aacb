package rollback_test

import (
	"errors"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// few is an org that is read in few calls: two types, one of them with children.
func few() fstest.MapFS {
	const meta = `<?xml version="1.0" encoding="UTF-8"?>
<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
    <apiVersion>66.0</apiVersion>
    <status>Active</status>
</ApexClass>
`
	return fstest.MapFS{
		"classes/Hello.cls":          {Data: []byte("public class Hello {}\n")},
		"classes/Hello.cls-meta.xml": {Data: []byte(meta)},
		"classes/Still.cls":          {Data: []byte("public class Still {}\n")},
		"classes/Still.cls-meta.xml": {Data: []byte(meta)},
		"labels/CustomLabels.labels": {Data: []byte(`<?xml version="1.0" encoding="UTF-8"?>
<CustomLabels xmlns="http://soap.sforce.com/2006/04/metadata">
    <labels>
        <fullName>Greeting</fullName>
        <language>en_US</language>
        <protected>false</protected>
        <shortDescription>Greeting</shortDescription>
        <value>Hello</value>
    </labels>
</CustomLabels>
`)},
	}
}

// others hides every type that few does not have: an org of its size.
func others() []emulator.Fault {
	var hidden []emulator.Fault
	for _, t := range metadata.Default().Types() {
		if t.Name != "ApexClass" && t.Name != "CustomLabels" {
			hidden = append(hidden, emulator.Fault{Kind: emulator.FaultHiddenType, Type: t.Name})
		}
	}
	return hidden
}

// kind is one fault kind, and the ways in which a run that meets it may end.
type kind struct {
	fault emulator.Fault
	// still tells that the session is not renewed.
	still bool
	// passes: a call that only reads is repeated, so that nothing is noticed.
	passes bool
	// tells are errors one of which a run that failed has to name.
	tells []error
	// only are the calls that the kind looks at; nil for all.
	only []string
}

// errFault stands in a kind's tells for the service's own words.
var errFault = errors.New("a fault of the service")

func kinds() map[string]kind {
	soap := func(code string) emulator.Fault {
		return emulator.Fault{Kind: emulator.FaultSOAP, Code: code, Message: code + ": no"}
	}
	unknown := []error{deploy.ErrUnknown}
	deploys, zips := []string{"deploy"}, []string{"retrieve"}
	return map[string]kind{
		"latency":               {fault: emulator.Fault{Kind: emulator.FaultLatency, Delay: emulator.Duration(time.Millisecond)}, passes: true},
		"503":                   {fault: emulator.Fault{Kind: emulator.FaultHTTP, RetryAfter: "1"}, passes: true, tells: append(unknown, errFault)},
		"503 for long":          {fault: emulator.Fault{Kind: emulator.FaultHTTP, Count: 12}, tells: append(unknown, errFault, rollback.ErrUnread)},
		"429":                   {fault: emulator.Fault{Kind: emulator.FaultHTTP, Status: 429}, passes: true, tells: append(unknown, errFault)},
		"reset":                 {fault: emulator.Fault{Kind: emulator.FaultReset}, passes: true, tells: unknown},
		"half a body":           {fault: emulator.Fault{Kind: emulator.FaultHalfBody}, passes: true, tells: unknown},
		"stall":                 {fault: emulator.Fault{Kind: emulator.FaultStall}, passes: true, tells: unknown},
		"session ends":          {fault: emulator.Fault{Kind: emulator.FaultExpire}, passes: true},
		"session ends for good": {fault: emulator.Fault{Kind: emulator.FaultExpire}, still: true, tells: []error{mdapi.ErrSessionExpired, mdapi.ErrNoRefresh}},
		"no calls left":         {fault: soap("REQUEST_LIMIT_EXCEEDED"), tells: []error{mdapi.ErrRequestLimit}},
		"unknown exception":     {fault: soap("UNKNOWN_EXCEPTION"), tells: append(unknown, errFault, rollback.ErrUnread)},
		"no access":             {fault: soap("INSUFFICIENT_ACCESS"), tells: append(unknown, errFault, rollback.ErrUnread)},
		"locked row":            {fault: soap("UNABLE_TO_LOCK_ROW"), tells: append(unknown, errFault)},
		"zip without end":       {fault: emulator.Fault{Kind: emulator.FaultTruncatedZip}, passes: true, only: zips},
		"hostile zip":           {fault: emulator.Fault{Kind: emulator.FaultHostileZip, Name: "../../x"}, passes: true, only: zips},
		"class left out":        {fault: emulator.Fault{Kind: emulator.FaultMessage, Type: "ApexClass", Name: "Still"}, only: zips},
		"retrieve fails":        {fault: emulator.Fault{Kind: emulator.FaultFailRetrieve, Code: "UNKNOWN_EXCEPTION", Message: "no"}, passes: true, only: zips},
		"setup locked":          {fault: emulator.Fault{Kind: emulator.FaultLock}, tells: []error{deploy.ErrRejected, errFault}, only: deploys},
		"component refused":     {fault: emulator.Fault{Kind: emulator.FaultFailComponent, Type: "ApexClass", Name: "Hello", Message: "no"}, tells: []error{deploy.ErrRejected}, only: deploys},
	}
}

// judge tells whether a run may end so.
func (k kind) judge(t *testing.T, where, call string, end ending, err error) {
	t.Helper()
	if k.passes && end != complete && call != "deploy" {
		t.Errorf("%s: %s: %v", where, end, err)
	}
	if end != failed {
		return
	}
	var fault *mdapi.Fault
	if slices.Contains(k.tells, errFault) && errors.As(err, &fault) {
		return
	}
	if !slices.ContainsFunc(k.tells, func(is error) bool { return errors.Is(err, is) }) {
		t.Errorf("%s: the error tells none of %v: %v", where, k.tells, err)
	}
}
