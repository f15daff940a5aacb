package capture

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/mdzip"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// CoveragePath is where a snapshot keeps its coverage.
const CoveragePath = ".orgkeep/coverage.json"

// Coverage says what was asked for, what came, and what did not and why. It holds
// nothing that moves from run to run, so that an unchanged org gives the same
// bytes.
type Coverage struct {
	Version    int                     `json:"version"`
	OrgID      string                  `json:"org_id"`
	APIVersion string                  `json:"api_version"`
	Types      map[string]TypeCoverage `json:"types"`
	// Missing are components that exist or may exist and whose present state is
	// not in the snapshot; sorted.
	Missing []Missing `json:"missing"`
	// Sealed are the secrets of which the snapshot has a digest alone; sorted.
	Sealed []SealedValue `json:"sealed,omitempty"`
}

// TypeCoverage counts the components of one type.
type TypeCoverage struct {
	Asked    int `json:"asked"`
	Returned int `json:"returned"`
	Carried  int `json:"carried_over"`
	Managed  int `json:"managed_left_out"`
	// Unretrievable are listed, and the service does not hand them out.
	Unretrievable int `json:"not_retrievable,omitempty"`
	// Excluded are listed, and the settings leave them out.
	Excluded int `json:"excluded,omitempty"`
	// Listing is how listing the type ended, where it was not listed.
	Listing string `json:"listing,omitempty"`
}

// Missing is one component whose present state is not in the snapshot.
type Missing struct {
	Type     string `json:"type"`
	FullName string `json:"full_name"`
	Reason   string `json:"reason"`
	// Carried tells that the snapshot holds the component as an earlier one did.
	Carried bool `json:"carried_over"`
}

// SealedValue is a value that is not in the snapshot because it is a secret.
type SealedValue struct {
	Type     string `json:"type"`
	FullName string `json:"full_name"`
	Element  string `json:"element"`
	Key      string `json:"key"` // the id of the key that sealed it, or "none"
}

// coverageVersion is the version of the file's form.
const coverageVersion = 1

// Complete tells whether nothing is missing.
func (c Coverage) Complete() bool { return len(c.Missing) == 0 }

// Counts gives how many components were asked for and how many came.
func (c Coverage) Counts() (asked, returned int) {
	for _, t := range c.Types {
		asked += t.Asked
		returned += t.Returned
	}
	return asked, returned
}

func newCoverage(v metadata.Version) Coverage {
	return Coverage{Version: coverageVersion, APIVersion: v.String(), Types: map[string]TypeCoverage{}, Missing: []Missing{}}
}

// over gives the coverage of a run over the one before it: types that the run was
// not about are as they were.
func (c Coverage) over(before Coverage) Coverage {
	types, missing := maps.Clone(c.Types), slices.Clone(c.Missing)
	for typ, t := range before.Types {
		if _, now := c.Types[typ]; !now {
			types[typ] = t
		}
	}
	for _, m := range before.Missing {
		if _, now := c.Types[m.Type]; !now {
			missing = append(missing, m)
		}
	}
	c.Types, c.Missing = types, missing
	c.sort()
	return c
}

// sort: the bytes of a coverage must not depend on the order of a run.
func (c *Coverage) sort() {
	slices.SortFunc(c.Missing, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.FullName, b.FullName), cmp.Compare(a.Reason, b.Reason))
	})
	c.Missing = slices.Compact(c.Missing)
	slices.SortFunc(c.Sealed, func(a, b SealedValue) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.FullName, b.FullName), cmp.Compare(a.Element, b.Element), cmp.Compare(a.Key, b.Key))
	})
}

// JSON is the stored form.
func (c Coverage) JSON() ([]byte, error) {
	out, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the coverage: %w", err)
	}
	return append(out, '\n'), nil
}

// ParseCoverage reads the stored form.
func ParseCoverage(data []byte) (Coverage, error) {
	var c Coverage
	if err := json.Unmarshal(data, &c); err != nil {
		return Coverage{}, fmt.Errorf("read %s: %w", CoveragePath, err)
	}
	return c, nil
}

func (c *Coverage) count(typ string, f func(*TypeCoverage)) {
	t := c.Types[typ]
	f(&t)
	c.Types[typ] = t
}

func (c *Coverage) miss(m metadata.Component, reason string, carried bool) {
	c.Missing = append(c.Missing, Missing{Type: m.Type, FullName: m.FullName, Reason: reason, Carried: carried})
	if carried {
		c.count(m.Type, func(t *TypeCoverage) { t.Carried++ })
	}
}

// errorID is the number that the service gives to an internal error, another one
// each time.
var errorID = regexp.MustCompile(`(?i)[\s,;:(]*(?:error\s*id\s*:?\s*)?-?\d{3,}-\d{2,}(?:\s*\(-?\d+\))?\)?`)

// stable takes out of the service's words what differs from time to time: a
// coverage that says the same must be the same.
func stable(text string) string { return strings.TrimSpace(errorID.ReplaceAllString(text, "")) }

// reasonOf words an error for the coverage. What the network said names ports
// and addresses, so it is left out.
func reasonOf(err error) string {
	var fault *mdapi.Fault
	if errors.As(err, &fault) {
		return stable(fault.Error())
	}
	switch {
	case errors.Is(err, mdapi.ErrZipGone):
		return mdapi.ErrZipGone.Error()
	case errors.Is(err, mdzip.ErrRefused):
		return "the zip that came could not be read"
	}
	var cut *retrieve.CutError
	if errors.As(err, &cut) {
		return cut.Error()
	}
	return "no answer"
}
