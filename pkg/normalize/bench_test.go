package normalize_test

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// benchFiles are real files where reference material lies beside the
// repository, else the fixtures.
func benchFiles(b *testing.B) (files []file, size int64) {
	b.Helper()
	n := newNormalizer(b)
	all := fixtures(b)
	if root, ok := reference("corpora/raw"); ok {
		all = filesBelow(b, root)
	}
	for _, f := range all {
		if isMetadata(n, f) || strings.HasPrefix(f.path, "testdata") {
			f.path = ""
			files = append(files, f)
			size += int64(len(f.content))
		}
	}
	return files, size
}

// BenchmarkFiles does the same work three ways: read, sort the same sets,
// indent, write. Where other programs want the cores too, the time of the
// processor (cpu-ms/op) still compares; the lowest of several runs counts.
func BenchmarkFiles(b *testing.B) {
	files, size := benchFiles(b)
	n := newNormalizer(b)
	rules := rulesByPath(n)
	run := func(name string, one func(content []byte)) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			start := cpuTime()
			for b.Loop() {
				for _, f := range files {
					one(f.content)
				}
			}
			reportCPU(b, start)
			b.ReportMetric(float64(len(files))*float64(b.N)/b.Elapsed().Seconds(), "files/s")
		})
	}
	run("etree", func(content []byte) { withEtree(content, rules) })
	run("encoding-xml", func(content []byte) { withEncodingXML(content, rules) })
	run("orgkeep", func(content []byte) { n.Bytes("", content) })
	b.Run("orgkeep-parallel", func(b *testing.B) {
		b.SetBytes(size)
		start := cpuTime()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				for _, f := range files {
					n.Bytes("", f.content)
				}
			}
		})
		reportCPU(b, start)
	})
}

// reportCPU tells what the whole process took of all cores since start.
func reportCPU(b *testing.B, start time.Duration) {
	b.Helper()
	b.ReportMetric(float64(cpuTime()-start)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
}

func BenchmarkProfile50MB(b *testing.B) {
	input := bigProfile(50 << 20)
	n := newNormalizer(b)
	b.SetBytes(int64(len(input)))
	b.ReportAllocs()
	for b.Loop() {
		n.Bytes("", input)
	}
}

func rulesByPath(n *normalize.Normalizer) map[string]normalize.Rule {
	m := map[string]normalize.Rule{}
	for _, r := range n.Rules() {
		m[r.Type+"."+r.Path] = r
	}
	return m
}

// withEtree is what a normalizer on etree would do.
func withEtree(content []byte, rules map[string]normalize.Rule) []byte {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(content); err != nil {
		return nil
	}
	sortEtree(doc.Root(), doc.Root().Tag, rules)
	doc.Indent(4)
	out, err := doc.WriteToBytes()
	if err != nil {
		return nil
	}
	return out
}

func sortEtree(e *etree.Element, path string, rules map[string]normalize.Rule) {
	groups := map[string][]*etree.Element{}
	for _, c := range e.ChildElements() {
		sortEtree(c, path+"."+c.Tag, rules)
		groups[c.Tag] = append(groups[c.Tag], c)
	}
	for tag, group := range groups {
		r, ok := rules[path+"."+tag]
		if !ok || len(group) < 2 {
			continue
		}
		at := make([]int, len(group))
		keys := map[*etree.Element]string{}
		for i, c := range group {
			at[i] = c.Index()
			keys[c] = etreeKey(c, r.Key)
		}
		slices.SortStableFunc(group, func(a, b *etree.Element) int { return cmp.Compare(keys[a], keys[b]) })
		for i, c := range group {
			e.Child[at[i]] = c
		}
	}
}

func etreeKey(e *etree.Element, key []string) string {
	var parts []string
	for _, k := range key {
		if k == "." {
			return e.Text()
		}
		if c := e.SelectElement(k); c != nil {
			parts = append(parts, c.Text())
		}
	}
	return strings.Join(parts, "\x00")
}

// xmlNode is the tree of a normalizer on encoding/xml.
type xmlNode struct {
	start    xml.StartElement
	text     []byte
	children []*xmlNode
}

func withEncodingXML(content []byte, rules map[string]normalize.Rule) []byte {
	root, err := readXML(xml.NewDecoder(bytes.NewReader(content)))
	if err != nil || root == nil {
		return nil
	}
	sortXML(root, root.start.Name.Local, rules)
	out := bytes.NewBufferString(xml.Header)
	writeXML(out, root, 0)
	return out.Bytes()
}

func readXML(d *xml.Decoder) (*xmlNode, error) {
	var stack []*xmlNode
	var root *xmlNode
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			n := &xmlNode{start: t.Copy()}
			if len(stack) == 0 {
				root = n
			} else {
				top := stack[len(stack)-1]
				top.children = append(top.children, n)
			}
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 {
				top := stack[len(stack)-1]
				top.text = append(top.text, t...)
			}
		}
	}
}

func sortXML(n *xmlNode, path string, rules map[string]normalize.Rule) {
	groups := map[string][]int{}
	for i, c := range n.children {
		sortXML(c, path+"."+c.start.Name.Local, rules)
		groups[c.start.Name.Local] = append(groups[c.start.Name.Local], i)
	}
	for tag, at := range groups {
		r, ok := rules[path+"."+tag]
		if !ok || len(at) < 2 {
			continue
		}
		group := make([]*xmlNode, len(at))
		keys := map[*xmlNode]string{}
		for i, j := range at {
			group[i] = n.children[j]
			keys[group[i]] = xmlKey(group[i], r.Key)
		}
		slices.SortStableFunc(group, func(a, b *xmlNode) int { return cmp.Compare(keys[a], keys[b]) })
		for i, j := range at {
			n.children[j] = group[i]
		}
	}
}

func xmlKey(n *xmlNode, key []string) string {
	var parts []string
	for _, k := range key {
		if k == "." {
			return string(n.text)
		}
		for _, c := range n.children {
			if c.start.Name.Local == k {
				parts = append(parts, string(c.text))
			}
		}
	}
	return strings.Join(parts, "\x00")
}

func writeXML(out *bytes.Buffer, n *xmlNode, level int) {
	indent := strings.Repeat("    ", level)
	out.WriteString(indent + "<" + n.start.Name.Local)
	for _, a := range n.start.Attr {
		out.WriteString(" " + a.Name.Local + `="`)
		xml.Escape(out, []byte(a.Value))
		out.WriteString(`"`)
	}
	out.WriteString(">")
	if len(n.children) == 0 {
		xml.Escape(out, n.text)
	} else {
		out.WriteString("\n")
		for _, c := range n.children {
			writeXML(out, c, level+1)
		}
		out.WriteString(indent)
	}
	out.WriteString("</" + n.start.Name.Local + ">\n")
}
