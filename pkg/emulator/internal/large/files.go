package large

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"iter"
	"math/rand/v2"
)

// perFolder is how many reports or templates lie in one folder.
const perFolder = 40

// Files gives the files of an org of n components in metadata format: path and
// content, which is valid until the next file is asked for. The same n and seed
// give the same org.
func Files(n int, seed int64) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		if n <= 0 {
			return
		}
		p := newPlan(n, seed)
		m := &maker{plan: &p, yield: yield}
		for _, part := range []func(){
			m.objects, m.layouts, m.code, m.bundles, m.flows, m.reports, m.mails, m.statics, m.labels, m.records, m.access,
		} {
			if part(); m.done {
				return
			}
		}
	}
}

// maker writes file after file.
type maker struct {
	plan  *plan
	yield func(string, []byte) bool
	done  bool
	b     bytes.Buffer
	rnd   *rand.Rand
}

// file writes one file; what is drawn for it depends on its path alone.
func (m *maker) file(path string, write func()) {
	if m.done {
		return
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(path))
	m.rnd = rand.New(rand.NewPCG(m.plan.seed, h.Sum64())) //nolint:gosec // an org that is made up
	m.b.Reset()
	write()
	m.done = !m.yield(path, m.b.Bytes())
}

// xml writes a file of metadata: the root element and what is in it.
func (m *maker) xml(path, root string, write func()) {
	m.file(path, func() {
		m.printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n", root)
		write()
		m.printf("</%s>\n", root)
	})
}

func (m *maker) printf(format string, args ...any) { _, _ = fmt.Fprintf(&m.b, format, args...) }

// leaf writes an element with a text that needs no escaping.
func (m *maker) leaf(indent, name string, value any) {
	m.printf("%s<%s>%v</%s>\n", indent, name, value, name)
}

// group writes an element with others in it.
func (m *maker) group(indent, name string, write func()) {
	m.printf("%s<%s>\n", indent, name)
	write()
	m.printf("%s</%s>\n", indent, name)
}

// Levels of indentation.
const (
	one   = "    "
	two   = one + one
	three = two + one
	four  = three + one
)
