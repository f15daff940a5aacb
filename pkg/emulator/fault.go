package emulator

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"gopkg.in/yaml.v3"
)

// Fault is a failure that the server injects. Without Nth and Count it strikes
// the first call of that name.
type Fault struct {
	// Call is the operation or resource that is struck, as [Call] names it
	// ("checkRetrieveStatus", "query", "token"); "*" and empty are all of them.
	// Kinds that spoil a result do not look at it: they count results, and those
	// that name a component only results that hold it.
	Call string `yaml:"call" json:"call"`
	// Nth is the first call struck, from 1; Count how many from there on, and
	// -1 all of them.
	Nth   int `yaml:"nth" json:"nth"`
	Count int `yaml:"count" json:"count"`
	// Kind is what happens; see [FaultKinds].
	Kind string `yaml:"kind" json:"kind"`

	Delay      Duration `yaml:"delay" json:"delay"`             // latency, stall
	Status     int      `yaml:"status" json:"status"`           // http
	RetryAfter string   `yaml:"retry_after" json:"retry_after"` // http: the header's value
	Code       string   `yaml:"code" json:"code"`               // fault, fail-component
	Message    string   `yaml:"message" json:"message"`         // fault, message, fail-component, hidden-type
	Type       string   `yaml:"type" json:"type"`               // hidden-type, message, fail-retrieve, fail-component
	Most       int      `yaml:"most" json:"most"`               // busy
	Name       string   `yaml:"name" json:"name"`               // message, fail-retrieve, fail-component: fullName; hostile-zip: the entry's name
}

// Duration is a [time.Duration] that reads "50ms".
type Duration time.Duration

// UnmarshalYAML reads "50ms".
func (d *Duration) UnmarshalYAML(n *yaml.Node) error {
	parsed, err := time.ParseDuration(n.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	*d = Duration(parsed)
	return nil
}

// The kinds of faults.
const (
	FaultLatency       = "latency"        // the reply comes after Delay
	FaultHTTP          = "http"           // Status (503 unless given), with Retry-After
	FaultReset         = "reset"          // the connection is reset before a reply
	FaultHalfBody      = "half-body"      // the connection closes in the middle of the reply
	FaultEmptyBody     = "empty-body"     // the reply is a success and says nothing
	FaultStall         = "stall"          // the reply stops in the middle, for Delay or for good
	FaultBusy          = "busy"           // with more than Most under way, retrieve jobs or calls of that name, as http, or as fault with a Code
	FaultSOAP          = "fault"          // the fault Code: Message; over REST the error of that code
	FaultExpire        = "expire-session" // all sessions end before the call
	FaultTruncatedZip  = "truncated-zip"  // the zip of a retrieve lacks its end
	FaultHostileZip    = "hostile-zip"    // the zip of a retrieve holds an entry Name
	FaultMessage       = "message"        // a retrieve leaves Type:Name out and says Message
	FaultFailRetrieve  = "fail-retrieve"  // a retrieve ends Failed with Code and Message; with Type and Name one that brings it
	FaultHiddenType    = "hidden-type"    // Type cannot be described or listed
	FaultLock          = "lock"           // a deploy meets a locked setup
	FaultFailComponent = "fail-component" // a deploy fails for Type:Name with Message
)

// FaultKinds lists the kinds of faults, each with its meaning.
func FaultKinds() map[string]string {
	return map[string]string{
		FaultLatency: "the reply comes after delay", FaultHTTP: "status (503) with retry_after", FaultReset: "the connection is reset before a reply",
		FaultHalfBody: "the connection closes in the middle of the reply", FaultStall: "the reply stops in the middle, for delay or for good",
		FaultEmptyBody: "the reply is a success and says nothing",
		FaultBusy:      "with more than most under way (retrieve jobs, or calls of that name) as http, or as fault with a code",
		FaultSOAP:      "a fault with code and message", FaultExpire: "all sessions end before the call",
		FaultTruncatedZip: "a retrieved zip lacks its end", FaultHostileZip: "a retrieved zip holds an entry name",
		FaultMessage: "a retrieve leaves type and name out and says message", FaultFailRetrieve: "a retrieve (with type and name: one that brings it) ends Failed with code and message",
		FaultHiddenType: "type cannot be described or listed; message is what a listing says", FaultLock: "a deploy meets a locked setup",
		FaultFailComponent: "a deploy fails for type and name with message",
	}
}

// ErrFault is a fault that cannot be injected.
var ErrFault = errors.New("not a fault")

func (f Fault) check() error {
	if _, ok := FaultKinds()[f.Kind]; !ok {
		return fmt.Errorf("%w: kind %q", ErrFault, f.Kind)
	}
	if f.Nth < 0 || f.Count < -1 {
		return fmt.Errorf("%w: nth %d, count %d", ErrFault, f.Nth, f.Count)
	}
	return nil
}

// ParseFaults reads a list of faults as YAML or JSON; the fields are those of
// [Fault] in lower case. Every refusal of a fault is an [ErrFault].
func ParseFaults(data []byte) ([]Fault, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	var faults []Fault
	if err := dec.Decode(&faults); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the list of faults: %w", err)
	}
	for i, f := range faults {
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("fault %d: %w", i+1, err)
		}
	}
	return faults, nil
}

// faultBook counts calls and knows which are struck.
type faultBook struct {
	faults []Fault
	seen   []int // calls that each fault has looked at
}

func newFaultBook(faults []Fault) faultBook {
	return faultBook{faults: slices.Clone(faults), seen: make([]int, len(faults))}
}

// strikes gives the faults of these kinds that hit the call, and counts it.
func (b *faultBook) strikes(call string, kinds ...string) []Fault {
	return b.hits(func(f Fault) bool {
		return slices.Contains(kinds, f.Kind) && (call == "" || f.Call == "" || f.Call == "*" || f.Call == call)
	})
}

// hits gives the faults that strike now, and counts this for those concerned.
func (b *faultBook) hits(concerned func(Fault) bool) []Fault {
	var hit []Fault
	for i, f := range b.faults {
		if !concerned(f) {
			continue
		}
		b.seen[i]++
		first := max(f.Nth, 1)
		count := f.Count
		if count == 0 {
			count = 1
		}
		if b.seen[i] >= first && (count < 0 || b.seen[i] < first+count) {
			hit = append(hit, f)
		}
	}
	return hit
}

func (b *faultBook) hides(typ string) bool { return b.whyHidden(typ) != "" }

// whyHidden gives what the service says of a hidden type, in the words most met
// unless the fault has others; empty where the type is not hidden.
func (b *faultBook) whyHidden(typ string) string {
	for _, f := range b.faults {
		if f.Kind == FaultHiddenType && f.Type == typ {
			return cmp.Or(f.Message, "Cannot use: "+typ+" in this organization")
		}
	}
	return ""
}

// Inject adds faults to those of a running server; their calls are counted from
// now on.
func (s *Server) Inject(faults ...Fault) error {
	for _, f := range faults {
		if err := f.check(); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.faults = append(s.faults.faults, faults...)
	s.faults.seen = append(s.faults.seen, make([]int, len(faults))...)
	return nil
}
