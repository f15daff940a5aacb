package emulator

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/apply"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// User is a user of the org.
type User struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Email    string `json:"email"`
}

// AddUser adds a user of the org; one that is there already is given back.
func (s *Server) AddUser(username, name string) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return User(s.users.Add(s.ids, username, name))
}

// ErrNoSuchUser is an edit in the name of somebody whom the org does not know.
var ErrNoSuchUser = errors.New("the org has no such user")

// ErrRename is a component that cannot be given another name.
var ErrRename = orgstate.ErrRename

// Editor changes the org as somebody does in Setup: nothing is refused but what
// cannot be stored. It is valid inside [Server.Edit] only.
type Editor struct {
	state *orgstate.State
	by    orgstate.Stamp
	log   []auditRow
	gone  []metadata.Component
}

// Edit makes changes in the name of a user. They are kept together if f returns
// nil, and not at all otherwise. Dates and users move with what changes: a field
// moves its own row and not its object's.
func (s *Server) Edit(username string, f func(*Editor) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	user, ok := s.users.Find(username)
	if !ok {
		return fmt.Errorf("%w: %s", ErrNoSuchUser, username)
	}
	s.learnReferences()
	e := &Editor{state: s.state.Clone(), by: orgstate.Stamp{User: user, Time: s.now()}}
	if err := f(e); err != nil {
		return err
	}
	var summaries map[string]bool
	if len(e.gone) > 0 {
		summaries = summaryFields(s.state)
	}
	before := s.state
	s.state = e.state
	s.changed(before, "", e.by.Time)
	s.audit = append(s.audit, e.log...)
	for _, c := range e.gone {
		s.lose(c, e.by.Time, summaries[c.FullName])
	}
	return nil
}

// Get gives a copy of a file's content by its path in metadata format.
func (e *Editor) Get(path string) ([]byte, error) {
	f, ok := e.state.File(path)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrNoSuchComponent, path)
	}
	return bytes.Clone(f.Content), nil
}

// DeleteVersion deletes a version of a flow, as the list of its versions lets people
// do, and with the last one the flow.
func (e *Editor) DeleteVersion(flow string, version int) error {
	return e.state.DropFlowVersion(flow, version, e.by)
}

// Pause sets how many interviews of a flow's version are paused: they keep it from
// being deleted.
func (e *Editor) Pause(flow string, version, interviews int) {
	e.state.SetInterviews(flow, version, interviews)
}

// Put creates or changes a file.
func (e *Editor) Put(path string, content []byte) error {
	_, there := e.state.File(path)
	if err := e.state.SetUp(path, content, e.by); err != nil {
		return err
	}
	c, _ := e.state.Registry.ComponentAt(path)
	e.note(c, there, false)
	return nil
}

// ErrNoSuchComponent is a component or file that the org does not have.
var ErrNoSuchComponent = orgstate.ErrNotFound

// Delete removes a component and what the platform removes with it. A child goes
// from its parent's file.
func (e *Editor) Delete(c metadata.Component) error {
	if err := apply.Remove(e.state, c, e.by); err != nil {
		return err
	}
	e.note(c, true, true)
	e.gone = append(e.gone, c)
	return nil
}

// Rename gives a component another name, under which it keeps its id. Objects,
// folders and flows cannot be renamed, and what refers to it is left as it is.
func (e *Editor) Rename(c metadata.Component, name string) error {
	if err := e.state.Rename(c, name, e.by); err != nil {
		return err
	}
	e.note(metadata.Component{Type: c.Type, FullName: name}, true, false)
	return nil
}

// Slip changes a file of a component whose row does not move with it, as happens to
// profiles and permission sets when a field comes that they give access to.
func (e *Editor) Slip(path string, content []byte) error { return e.state.Slip(path, content, e.by) }

// Audit writes a row into the setup audit trail as it is given, beside those that
// changes write themselves.
func (e *Editor) Audit(row AuditRow) { e.log = append(e.log, auditRow{AuditRow: row, by: e.by}) }

func (e *Editor) note(c metadata.Component, there, deleted bool) {
	e.log = append(e.log, auditOf(c, there, deleted, e.by))
}

// Files gives the org as it is, by path in metadata format: the truth, with none
// of the ways in which listings and retrieves are less than that. The bytes must
// not be changed.
func (s *Server) Files() map[string][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	files := map[string][]byte{}
	for _, p := range s.state.Paths() {
		f, _ := s.state.File(p)
		files[p] = f.Content
	}
	return files
}

// Has tells whether the org has a component, children included.
func (s *Server) Has(c metadata.Component) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	return s.state.Has(c)
}
