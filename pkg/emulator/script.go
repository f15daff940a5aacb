package emulator

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// ScriptFile is a file at the root of an org's folder that says what metadata
// cannot: users and what they may not do, outcomes of Apex tests and their coverage, paused flow
// interviews, the certificates of the app that clients sign in with, sandboxes,
// numbers of records, and how long the org works in a change.
const ScriptFile = "emulator.yaml"

// script is the content of that file.
type script struct {
	Users      []scriptUser          `yaml:"users"`
	Tests      map[string]scriptTest `yaml:"tests"`      // by class
	Coverage   map[string]scriptCode `yaml:"coverage"`   // by class or trigger
	Interviews map[string]int        `yaml:"interviews"` // by flow version, "Name-1"
	// Certificates are files beside the script: PEM of certificates or public
	// keys, as [WithJWTKey] takes them.
	Certificates []string        `yaml:"certificates"`
	Sandboxes    []scriptSandbox `yaml:"sandboxes"` // of a production org
	// Private are list views and reports that only their owner sees.
	Private []string `yaml:"private"` // "Type:FullName"
	// Records are how many an object has, how many have a value in a field, and how
	// many a data category or the use of its group by an object holds.
	Records map[string]int `yaml:"records"` // by object, field, Group.Category and Group.Object
	// Settle is how long matching rules take to become active, and sharing to be
	// recalculated.
	Settle Duration `yaml:"settle"`
}

type scriptUser struct {
	Username string `yaml:"username"`
	Name     string `yaml:"name"`
	// Lacks are user permissions that the user does not have.
	Lacks []string `yaml:"lacks"`
	// Profile is the only one that the user sees who lacks ViewAllProfiles.
	Profile string `yaml:"profile"`
}

// scriptTest maps a method to its failure; an empty text is a pass.
type scriptTest map[string]string

// scriptCode is the coverage of a class or trigger.
type scriptCode struct {
	Lines     int   `yaml:"lines"`
	Uncovered []int `yaml:"uncovered"`
}

func readScript(extra map[string][]byte) (script, error) {
	var sc script
	content, ok := extra[ScriptFile]
	if !ok {
		return sc, nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(content))
	dec.KnownFields(true)
	if err := dec.Decode(&sc); err != nil && !errors.Is(err, io.EOF) {
		return sc, fmt.Errorf("read %s: %w", ScriptFile, err)
	}
	return sc, nil
}

// keys gives the content of the certificates.
func (sc script) keys(extra map[string][]byte) ([][]byte, error) {
	keys := make([][]byte, 0, len(sc.Certificates))
	for _, name := range sc.Certificates {
		content, ok := extra[name]
		if !ok {
			return nil, fmt.Errorf("read %s: certificates: there is no file %s beside it", ScriptFile, name)
		}
		keys = append(keys, content)
	}
	return keys, nil
}

func (sc script) hide(s *orgstate.State) error {
	for _, name := range sc.Private {
		c, err := metadata.ParseComponent(name)
		if err == nil && !s.Has(c) {
			err = fmt.Errorf("%w: %s", orgstate.ErrNotFound, c)
		}
		if err != nil {
			return fmt.Errorf("read %s: private: %w", ScriptFile, err)
		}
		s.SetPrivate(c)
	}
	return nil
}

func (sc script) interviews(s *orgstate.State) {
	for version, count := range sc.Interviews {
		if name, number, ok := orgstate.FlowVersionName(version); ok {
			s.SetInterviews(name, number, count)
		}
	}
}
