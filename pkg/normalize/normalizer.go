package normalize

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Normalizer holds the rules. It is immutable and safe for concurrent use.
type Normalizer struct {
	registry *metadata.Registry
	dirs     map[string][]metadata.Type
	rules    []Rule
	custom   []Rule
	roots    map[string]*ruleNode
	rawCR    bool
	scratch  sync.Pool
}

// Option changes how a Normalizer works.
type Option func(*Normalizer)

// WithRules adds rules; one for an element that a built-in rule names replaces
// it. A rule for what lies in a parent's file in metadata format, and is a file
// in source format (CustomObject recordTypes.picklistValues, RecordType
// picklistValues), holds for both, whichever of the two it names. [New] checks
// them.
func WithRules(rules ...Rule) Option {
	return func(n *Normalizer) { n.custom = append(n.custom, rules...) }
}

// WithRegistry sets the table of types that tells metadata XML from other
// files; without it that is [metadata.Default].
func WithRegistry(r *metadata.Registry) Option {
	return func(n *Normalizer) { n.registry = r }
}

// WithRawCR writes a carriage return in text as the bare character, as the
// server does, and not as &#xd;. Parsers and Git's line end conversion lose it
// then.
func WithRawCR() Option {
	return func(n *Normalizer) { n.rawCR = true }
}

// New makes a Normalizer. Rules that cannot be used are an [ErrRule].
func New(opts ...Option) (*Normalizer, error) {
	n := &Normalizer{registry: metadata.Default()}
	for _, opt := range opts {
		opt(n)
	}
	base, err := builtin()
	if err != nil {
		return nil, fmt.Errorf("read built-in rules: %w", err)
	}
	if err := checkCustom(n.custom, rootsOf(base, n.registry)); err != nil {
		return nil, err
	}
	n.rules = mergeRules(base, linked(n.custom, linksOf(n.registry)))
	n.roots = compileRules(n.rules)
	n.dirs = map[string][]metadata.Type{}
	for _, t := range n.registry.Types() {
		n.dirs[t.Directory] = append(n.dirs[t.Directory], t)
	}
	n.scratch.New = func() any { return newDocument() }
	return n, nil
}

// Rules are the rules in force: built-in ones that no custom rule replaced, then
// the custom ones.
func (n *Normalizer) Rules() []Rule { return slices.Clone(n.rules) }

// format is raised when the same rules write other bytes than before.
const format = "1"

// Version names the output format and the built-in rules: equal versions give
// equal bytes. It is meant as a part of cache keys; where custom rules or
// options are in play, use [Normalizer.Fingerprint].
func Version() string { return format + "-" + digest(ruleTable) }

// Fingerprint is Version with the custom rules and options of n.
func (n *Normalizer) Fingerprint() string {
	if len(n.custom) == 0 && !n.rawCR {
		return Version()
	}
	return Version() + "-" + digest(fmt.Sprintf("%q %v", n.custom, n.rawCR))
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

// Bytes normalizes the file at path, whose content is input. Whether it is XML
// at all is decided by path, see [Normalizer.Handles]. Input that cannot be
// normalized comes back as it is, with Refused set; so does a file that is
// passed through. The input is never written to.
func (n *Normalizer) Bytes(path string, input []byte) Result {
	if !n.Handles(path) {
		return Result{Output: input, Unchanged: true, PassedThrough: true}
	}
	d := n.take()
	defer n.give(d)
	res, refusal := n.read(d, input)
	if refusal != nil {
		return Result{Output: input, Unchanged: true, Refused: refusal, Notes: res.Notes}
	}
	if d.canonical {
		res.Output, res.Unchanged = input, true
		return res
	}
	out := d.render(n.rawCR)
	if bytes.Equal(out, input) {
		res.Output, res.Unchanged = input, true
		return res
	}
	res.Output = d.write.take()
	return res
}

func (n *Normalizer) take() *document {
	d, _ := n.scratch.Get().(*document)
	return d
}

func (n *Normalizer) give(d *document) {
	if d.reset() {
		n.scratch.Put(d)
	}
}
