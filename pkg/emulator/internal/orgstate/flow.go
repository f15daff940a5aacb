package orgstate

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Flow is a flow's history. The file of a flow is its active version, or else
// its latest.
type Flow struct {
	ID       string
	Versions []FlowVersion // by number
	Active   int           // number of the active version; 0 for none
}

// FlowVersion is one saved version.
type FlowVersion struct {
	ID         string
	Number     int
	Content    []byte // status as it stood when the version was made
	Interviews int    // paused interviews, which keep a version from being deleted
	By         Stamp
}

// The states of a flow version.
const (
	FlowActive   = "Active"
	FlowDraft    = "Draft"
	FlowObsolete = "Obsolete"
)

func flowKey(c metadata.Component) string {
	if c.Type != "Flow" {
		return ""
	}
	return c.FullName
}

func flowPath(name string) string { return "flows/" + name + ".flow" }

// Flow gives a flow's history.
func (s *State) Flow(name string) (Flow, bool) {
	f, ok := s.flows[name]
	return f, ok
}

// Versions gives the versions of a flow; other components have none.
func (s *State) Versions(c metadata.Component) []FlowVersion { return s.flows[flowKey(c)].Versions }

// FlowNames gives the names of all flows, sorted.
func (s *State) FlowNames() []string {
	var names []string
	for name := range s.flows {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// SaveFlow appends a version, unless the latest one has the same content but
// for its status: then nothing happens and false comes back. A version whose
// status is Active becomes the active one if activate allows it.
func (s *State) SaveFlow(name string, content []byte, activate bool, by Stamp) (bool, error) {
	flow := s.flows[name]
	if n := len(flow.Versions); n > 0 && SameFlow(flow.Versions[n-1].Content, content) {
		return false, nil
	}
	if flow.ID == "" {
		flow.ID = s.IDs.New("300")
	}
	number := 1
	if n := len(flow.Versions); n > 0 {
		number = flow.Versions[n-1].Number + 1
	}
	flow.Versions = append(slices.Clone(flow.Versions), FlowVersion{
		ID: s.IDs.New("301"), Number: number, Content: bytes.Clone(content), By: by,
	})
	if activate && FlowStatus(content) == FlowActive {
		flow.Active = number
	}
	return true, s.setFlow(name, flow, by)
}

// ActivateFlow makes a version the active one; 0 deactivates the flow. False
// means that there is no such version.
func (s *State) ActivateFlow(name string, number int, by Stamp) (bool, error) {
	flow := s.flows[name]
	known := slices.ContainsFunc(flow.Versions, func(v FlowVersion) bool { return v.Number == number })
	if number != 0 && !known {
		return false, nil
	}
	flow.Active = number
	return true, s.setFlow(name, flow, by)
}

// DropFlowVersion removes a version, and with the last one the flow.
func (s *State) DropFlowVersion(name string, number int, by Stamp) error {
	flow := s.flows[name]
	flow.Versions = slices.DeleteFunc(slices.Clone(flow.Versions), func(v FlowVersion) bool { return v.Number == number })
	if len(flow.Versions) == 0 {
		return s.Remove(metadata.Component{Type: "Flow", FullName: name}, by)
	}
	return s.setFlow(name, flow, by)
}

// SetInterviews sets how many interviews of a version are paused.
func (s *State) SetInterviews(name string, number, count int) {
	flow := s.flows[name]
	flow.Versions = slices.Clone(flow.Versions)
	for i := range flow.Versions {
		if flow.Versions[i].Number == number {
			flow.Versions[i].Interviews = count
		}
	}
	s.flows[name] = flow
}

func (s *State) setFlow(name string, flow Flow, by Stamp) error {
	s.flows[name] = flow
	return s.Put(flowPath(name), flow.Served(), by)
}

// Served is the content that a retrieve gives.
func (f Flow) Served() []byte {
	shown := f.Versions[len(f.Versions)-1]
	for _, v := range f.Versions {
		if v.Number == f.Active {
			shown = v
		}
	}
	status := f.Status(shown)
	if FlowStatus(shown.Content) == status {
		return shown.Content
	}
	return withFlowStatus(shown.Content, status)
}

// Status gives the state that a version is in now.
func (f Flow) Status(v FlowVersion) string {
	switch was := FlowStatus(v.Content); {
	case v.Number == f.Active:
		return FlowActive
	case was == FlowActive:
		return FlowObsolete
	default:
		return was
	}
}

// learnFlow begins or goes on with the history of a flow whose file was set as
// it is: by loading it, or by somebody in Setup.
func (s *State) learnFlow(name string, content []byte, by Stamp) error {
	if _, err := s.SaveFlow(name, content, true, by); err != nil {
		return err
	}
	flow := s.flows[name]
	if FlowStatus(content) != FlowActive {
		flow.Active = 0
	} else {
		flow.Active = flow.Versions[len(flow.Versions)-1].Number
	}
	flow.Versions = slices.Clone(flow.Versions)
	flow.Versions[len(flow.Versions)-1].Content = bytes.Clone(content)
	return s.setFlow(name, flow, by)
}

// FlowStatus reads the status of a flow's file; none means Draft.
func FlowStatus(content []byte) string {
	root, err := xmltext.Parse(content)
	if err != nil {
		return FlowDraft
	}
	if status := root.Get("status"); status != "" {
		return status
	}
	return FlowDraft
}

// SameFlow tells whether two files differ in nothing but their status.
func SameFlow(a, b []byte) bool {
	return bytes.Equal(a, b) || flowBody(a) == flowBody(b)
}

func flowBody(content []byte) string {
	root, err := xmltext.Parse(content)
	if err != nil {
		return string(content)
	}
	var b strings.Builder
	for _, e := range root.Children {
		if e.Name != "status" {
			b.WriteString(e.Canonical())
		}
	}
	return b.String()
}

// withFlowStatus replaces the status and nothing else.
func withFlowStatus(content []byte, status string) []byte {
	root, err := xmltext.Parse(content)
	if err != nil {
		return content
	}
	e := root.Child("status")
	if e == nil || len(e.Inner()) == 0 {
		return root.With(append(without(root.Children, "status"), xmltext.Leaf("status", status))).Document()
	}
	rest := content[e.Offset():]
	end := bytes.IndexByte(rest, '>') + 1 + len(e.Inner())
	var b bytes.Buffer
	b.Write(content[:e.Offset()])
	b.WriteString("<status>" + status)
	b.Write(rest[end:])
	return b.Bytes()
}

func without(children []*xmltext.Element, name string) []*xmltext.Element {
	return slices.DeleteFunc(slices.Clone(children), func(e *xmltext.Element) bool { return e.Name == name })
}

// FlowVersionName splits "Name-3", the form in which a version is deleted.
func FlowVersionName(s string) (name string, number int, ok bool) {
	at := strings.LastIndexByte(s, '-')
	if at <= 0 {
		return "", 0, false
	}
	number, err := strconv.Atoi(s[at+1:])
	return s[:at], number, err == nil && number > 0
}
