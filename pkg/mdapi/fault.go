package mdapi

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// What a caller decides by. A Fault is one of the first three by its code.
var (
	// ErrSessionExpired: the session was refused, and renewing it did not help or
	// was not possible.
	ErrSessionExpired = errors.New("the session was refused")
	// ErrRequestLimit: the org has no API calls left for now.
	ErrRequestLimit = errors.New("the org's request limit is reached")
	// ErrUnknownType: the org, in this API version, has no such type.
	ErrUnknownType = errors.New("the org has no such type")
	// ErrNoRefresh is returned by a TokenSource that cannot renew its token.
	ErrNoRefresh = errors.New("the token cannot be renewed")
	// ErrRenewal: the TokenSource gave no new token, for the reason that comes with it.
	ErrRenewal = errors.New("renew the session")
	// ErrOutcomeUnknown: a call that starts something in the org was sent, and no
	// reply tells whether it arrived. It must not be made again before somebody
	// has looked.
	ErrOutcomeUnknown = errors.New("whether the org has started it is not known")
	// ErrZipGone: the retrieve succeeded but its zip cannot be had any more, as
	// the service hands it out once. A new retrieve has to be started.
	ErrZipGone = errors.New("the zip of the retrieve is gone")
	// ErrReply: what came is not a reply of the Metadata API.
	ErrReply = errors.New("the reply cannot be read")
)

// Fault is the service's refusal of a call, in its own words.
type Fault struct {
	// Code is the service's, without a prefix: INVALID_TYPE. Where the reply had
	// none, it is HTTP_ and the status.
	Code string
	// Message usually begins with the code.
	Message string
	// RequestID is what the service's support can find the call by; often empty.
	RequestID string
	// Status is the HTTP status.
	Status int

	retryAfter time.Duration
}

// zipDeleted is the answer to a second fetch of a retrieve's result. Its words
// are known from replies of real orgs, its code is not.
const zipDeleted = "Retrieve result has been deleted"

// Error gives the code once and the message.
func (f *Fault) Error() string {
	if f.Message == "" || strings.HasPrefix(f.Message, f.Code) || !f.told() {
		return cmp.Or(f.Message, f.Code)
	}
	return f.Code + ": " + f.Message
}

// Is tells which of the sentinels the code stands for.
func (f *Fault) Is(target error) bool {
	switch target {
	case ErrSessionExpired:
		return f.expired()
	case ErrRequestLimit:
		return f.Code == "REQUEST_LIMIT_EXCEEDED"
	case ErrUnknownType:
		return f.Code == "INVALID_TYPE"
	case ErrZipGone:
		return f.Code == "INVALID_LOCATOR" || strings.Contains(f.Message, zipDeleted)
	}
	return false
}

// expired: the userinfo resource tells a bad token by a bare text and status 403.
func (f *Fault) expired() bool {
	return f.Code == "INVALID_SESSION_ID" || f.Code == "Bad_OAuth_Token" || f.Status == http.StatusUnauthorized
}

// Refused tells whether err is the service refusing one call, after which others may
// go well: neither the session nor the calls that are left have come to their end.
func Refused(err error) bool {
	var fault *Fault
	return errors.As(err, &fault) && !errors.Is(err, ErrSessionExpired) && !errors.Is(err, ErrRequestLimit)
}

// passing tells whether the same call may succeed a little later.
func (f *Fault) passing() bool {
	switch {
	case f.throttles():
		return true
	case f.Code == "REQUEST_LIMIT_EXCEEDED":
		return false
	case slices.ContainsFunc(passingTexts(), func(text string) bool { return strings.Contains(f.Message, text) }):
		return true
	}
	switch f.Status {
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusGatewayTimeout:
		return true
	case http.StatusInternalServerError:
		return !f.told()
	}
	return false
}

// statusCalm is what a gateway of the service was seen to answer to too many calls.
const statusCalm = 420

// throttles tells whether the service asks for fewer calls at a time. Its limit on
// calls in progress has the code of the limit on calls in a day, which does not
// pass; the words tell them apart.
func (f *Fault) throttles() bool {
	switch f.Code {
	case "SERVER_UNAVAILABLE", "UNABLE_TO_LOCK_ROW", "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE":
		return true
	case "REQUEST_LIMIT_EXCEEDED":
		return strings.Contains(f.Message, "Concurrent")
	}
	switch f.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, statusCalm:
		return true
	}
	return false
}

// passingTexts are those after which the same call was seen to succeed. Source:
// public tools that repeat calls after them.
func passingTexts() []string {
	return []string{
		"Unexpected internal servlet state", "retry your request", "system may be currently unavailable", "An internal server error has occurred",
		"no healthy upstream", "upstream connect error", "security policies took too long to evaluate", "down for maintenance",
	}
}

// told tells whether the service itself spoke, and not something before it.
func (f *Fault) told() bool { return !strings.HasPrefix(f.Code, "HTTP_") }

// refused tells that a call which starts something has surely not done so.
func (f *Fault) refused() bool {
	switch f.Code {
	case "UNKNOWN_EXCEPTION", "SERVER_UNAVAILABLE":
		return false
	}
	return f.told() || f.Status < 500
}

func httpFault(status int) *Fault {
	return &Fault{Code: fmt.Sprintf("HTTP_%d", status), Message: strings.TrimSpace(fmt.Sprintf("the server answered %d %s", status, http.StatusText(status))), Status: status}
}
