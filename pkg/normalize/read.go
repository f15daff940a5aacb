package normalize

import "bytes"

// read parses the input into d, all that is needed to write it done.
func (n *Normalizer) read(d *document, input []byte) (Result, *Refusal) {
	if len(input) > maxSize {
		return Result{}, &Refusal{Line: 1, Column: 1, Reason: "larger than 2 GiB"}
	}
	in, refusal := decode(input)
	if refusal != nil {
		return Result{}, refusal
	}
	res := Result{Notes: in.notes}
	if len(in.src) > maxSize {
		return res, &Refusal{Line: 1, Column: 1, Reason: "larger than 2 GiB"}
	}
	if refusal := n.parse(d, in.src, in.start); refusal != nil {
		return res, refusal
	}
	if d.crBetween && foldable(in.src) {
		folded := bytes.ReplaceAll(in.src, []byte("\r\n"), []byte("\n"))
		start := in.start - bytes.Count(in.src[:in.start], []byte("\r\n"))
		if refusal := n.parse(d, folded, start); refusal != nil {
			return res, refusal
		}
		d.canonical = false
	}
	d.canonical = d.canonical && len(in.notes) == 0
	d.found.number(d.src)
	res.Sorted, res.Kept, res.Duplicates = d.found.sorted, d.found.kept, d.found.duplicates
	return res, nil
}

func (n *Normalizer) parse(d *document, src []byte, start int) *Refusal {
	d.begin(src)
	p := parser{document: d, roots: n.roots, rawCR: n.rawCR}
	p.parse(start)
	return p.refused
}

// foldable tells whether every line end is CR LF. Where lines of markup end so
// too, that is the way the file travelled; else a CR in text is part of it.
func foldable(src []byte) bool {
	pairs := bytes.Count(src, []byte("\r\n"))
	return pairs == bytes.Count(src, []byte{'\n'}) && pairs == bytes.Count(src, []byte{'\r'})
}
