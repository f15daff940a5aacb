package cli

import (
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// wantedScope is what of an org the settings want.
type wantedScope struct {
	registry         *metadata.Registry
	include, exclude []pattern
	namespaces       []string // nil for all
}

// narrow makes a run leave out what the settings do not want.
func narrow(opts *capture.ReadOptions, org config.Org) error {
	if len(org.Include)+len(org.Exclude) == 0 && org.Namespaces == nil {
		return nil
	}
	s := wantedScope{registry: metadata.Default(), namespaces: org.Namespaces}
	if err := (selection{Types: org.Include, Excludes: org.Exclude}).wholeFiles(s.registry); err != nil {
		return err
	}
	var err error
	if s.include, err = parsePatterns(s.registry, "include", org.Include); err != nil {
		return err
	}
	if s.exclude, err = parsePatterns(s.registry, "exclude", org.Exclude); err != nil {
		return err
	}
	opts.LeaveOut = s.leavesOut
	opts.Scope = strings.Join(slices.Concat(org.Include, []string{"-"}, org.Exclude, []string{"-"}, org.Namespaces), " ")
	if org.Namespaces != nil {
		opts.Scope += " only"
	}
	listed := opts.KeepType
	opts.KeepType = func(typ string) bool { return s.lists(typ) && (listed == nil || listed(typ)) }
	return nil
}

func (s wantedScope) leavesOut(c metadata.Component, namespace string) bool {
	if namespace != "" && s.namespaces != nil && !slices.Contains(s.namespaces, namespace) {
		return true
	}
	if len(s.include) > 0 && !matchesAny(s.registry, s.include, s.file(c)) {
		return true
	}
	return matchesAny(s.registry, s.exclude, s.file(c))
}

// file gives the component whose file holds c.
func (s wantedScope) file(c metadata.Component) metadata.Component {
	if parent, ok := retrieve.ParentOf(s.registry, c); ok {
		return parent
	}
	return c
}

// lists tells whether a type has to be listed for what is wanted.
func (s wantedScope) lists(typ string) bool {
	for _, p := range s.exclude {
		if p.typ == typ && p.whole {
			return false
		}
	}
	return len(s.include) == 0 || slices.ContainsFunc(s.include, func(p pattern) bool {
		return p.typ == typ || strings.ContainsAny(p.typ, "*?[")
	})
}
