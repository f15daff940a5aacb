package deployplan

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// maxListed bounds the names in a plan's file: those of a very large org are a few
// megabytes.
const maxListed = 256 << 20

// SetListed keeps the names of what the org listed when it was read for the plan.
// They are packed: there may be a hundred thousand of them.
func (p *Plan) SetListed(rows []metadata.Component) error {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	for _, c := range rows {
		if _, err := io.WriteString(w, c.String()+"\n"); err != nil {
			return fmt.Errorf("pack the org's list: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("pack the org's list: %w", err)
	}
	p.Listed = base64.StdEncoding.EncodeToString(packed.Bytes())
	return nil
}

// WasListed gives the names that SetListed has kept; none where it was not called.
func (p *Plan) WasListed() (map[metadata.Component]bool, error) {
	out := map[metadata.Component]bool{}
	if p.Listed == "" {
		return out, nil
	}
	packed, err := base64.StdEncoding.DecodeString(p.Listed)
	if err != nil {
		return nil, fmt.Errorf("%w: its list of the org: %w", ErrPlanFile, err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("%w: its list of the org: %w", ErrPlanFile, err)
	}
	names, err := io.ReadAll(io.LimitReader(r, maxListed+1))
	if err != nil {
		return nil, fmt.Errorf("%w: its list of the org: %w", ErrPlanFile, errors.Join(err, r.Close()))
	}
	if len(names) > maxListed {
		return nil, fmt.Errorf("%w: its list of the org: more than %d bytes", ErrPlanFile, maxListed)
	}
	for name := range strings.Lines(string(names)) {
		c, err := metadata.ParseComponent(strings.TrimSuffix(name, "\n"))
		if err != nil {
			return nil, fmt.Errorf("%w: its list of the org: %w", ErrPlanFile, err)
		}
		out[c] = true
	}
	return out, nil
}
