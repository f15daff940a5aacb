package cli

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/spf13/pflag"
)

// lens says what a comparison takes for equal.
type lens struct {
	Masks    []string
	Comments bool
}

// Names of masks that stand for several, or for none.
const (
	masksCertain = "certain"
	masksNone    = "none"
)

func (l *lens) addFlags(flags *pflag.FlagSet, usual string) {
	flags.StringSliceVar(&l.Masks, "mask", nil, "take values of `KIND` for equal: sandbox, canvas, hidden-code (all three: certain), users, positions, endpoints, oauth, domains, ids; none ("+usual+")")
	flags.BoolVar(&l.Comments, "comments", false, "show differences in comments alone too")
}

// masks gives those that flags name and those that hold by default, unless the
// flags say none.
func (l lens) masks(usual []diff.Mask) ([]diff.Mask, error) {
	masks := slices.Clone(usual)
	if slices.Contains(l.Masks, masksNone) {
		masks = nil
	}
	for _, name := range l.Masks {
		switch name {
		case masksNone:
		case masksCertain:
			masks = append(masks, diff.CertainMasks()...)
		default:
			m, err := diff.ParseMask(name)
			if err != nil {
				return nil, usagef("--mask: %v", err)
			}
			masks = append(masks, m)
		}
	}
	slices.Sort(masks)
	return slices.Compact(masks), nil
}

// masking says what is masked between two states.
func (s sides) masking(masks []diff.Mask, from, to side) diff.Masking {
	m := diff.Masking{Masks: masks}
	if slices.Contains(masks, diff.MaskSandbox) {
		m.OldSandbox, m.NewSandbox = s.sandbox(from), s.sandbox(to)
	}
	return m
}

// sandbox is the name of the sandbox that a state is of: as the settings say, or
// as its host does. It is empty for production, and where nothing tells.
func (s sides) sandbox(of side) string {
	if of.Alias == "" {
		return ""
	}
	if name := s.settings.Org(of.Alias).Sandbox; name != "" {
		return name
	}
	if of.Opened != nil {
		return sandboxOf(of.Opened.Info.InstanceURL)
	}
	logins, err := s.f.Logins().List()
	if err != nil {
		return "" // then nothing is known, and nothing folded
	}
	for _, l := range logins {
		if l.Alias == of.Alias {
			return sandboxOf(l.InstanceURL)
		}
	}
	return ""
}

// sandboxOf reads the name from a host: acme--uat.sandbox.my.salesforce.com.
func sandboxOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(u.Hostname(), ".")
	_, name, _ := strings.Cut(first, "--")
	return name
}

// hiddenResult is a rule in what --json prints.
type hiddenResult struct {
	Rule    string `json:"rule"`
	Reason  string `json:"reason"`
	Owner   string `json:"owner"`
	Until   string `json:"until,omitempty"`
	Expired bool   `json:"expired"`
	Count   int    `json:"count"`
}

func hiddenResults(all []diff.Excepted) []hiddenResult {
	out := make([]hiddenResult, 0, len(all))
	for _, x := range all {
		out = append(out, hiddenResult{
			Rule: x.Exception.String(), Reason: x.Exception.Reason, Owner: x.Exception.Owner, Until: lastDay(x.Exception), Expired: x.Expired, Count: x.Count,
		})
	}
	return out
}

func lastDay(x diff.Exception) string {
	if x.Until.IsZero() {
		return ""
	}
	return x.Until.Format("2006-01-02")
}

// maskedResult is what masks hid, in what --json prints.
type maskedResult struct {
	Masks []string `json:"masks"`
	Count int      `json:"count"`
}

func maskNames(masks []diff.Mask) []string {
	names := make([]string, 0, len(masks))
	for _, m := range masks {
		names = append(names, string(m))
	}
	return names
}

// usualMasks are those of drift, and of diff between two orgs: what is certain, and
// what the settings add.
func usualMasks(settings *config.Config) []diff.Mask {
	return append(diff.CertainMasks(), settings.Masks()...)
}

// masksBetween are those of diff. Of one org, what a state has is what was done
// there, and all of it is shown; between two, what belongs to one of them is no
// difference.
func masksBetween(from, to side, settings *config.Config) []diff.Mask {
	if from.Alias == "" || to.Alias == "" || from.Alias == to.Alias {
		return nil
	}
	return usualMasks(settings)
}

// note joins what was left out, for the end of a sentence.
func leftOut(hidden []diff.Excepted, masked int) string {
	var parts []string
	if len(hidden) > 0 {
		n := 0
		for _, x := range hidden {
			n += x.Count
		}
		parts = append(parts, plural(n, "difference")+" hidden by "+plural(len(hidden), "rule"))
	}
	if masked > 0 {
		parts = append(parts, cmp.Or(thousands(masked), "0")+" masked")
	}
	return strings.Join(parts, ", ")
}
