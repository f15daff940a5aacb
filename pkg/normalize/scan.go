package normalize

import (
	"bytes"
	"strings"
)

// textRun is what is known of a stretch of text.
type textRun struct {
	data   bool // more than blanks
	untidy bool // the output spells it otherwise
	cr     bool // holds a bare carriage return
}

// scanText reads text from i to the next < and leaves that in pos.
func (p *parser) scanText(i int) bool {
	src := p.src
	p.gap, p.text = i, textRun{}
	for i < len(src) && textClass[src[i]] == blank {
		i++
	}
	if i < len(src) && src[i] == '<' {
		p.pos = i
		return true
	}
	return p.scanData(i)
}

func (p *parser) scanData(i int) bool {
	src := p.src
	for i < len(src) {
		switch textClass[src[i]] {
		case plain:
			p.text.data = true
			for i++; i < len(src) && textClass[src[i]] == plain; i++ {
			}
		case blank:
			i++
		case open:
			p.pos = i
			return true
		case amp:
			r, end := reference(src, i)
			if r == 0 {
				return p.fail(i, "an entity other than the five of XML, or a forbidden character")
			}
			p.text.data = true
			p.text.untidy = p.text.untidy || p.rawCR && r == '\r' || !isTidy(src[i:end], false)
			i = end
		case special:
			p.text.data, p.text.untidy = true, true
			i++
		case cr:
			p.text.cr = true
			i++
		case suspect:
			if isNoncharacter(src[i:]) {
				return p.fail(i, forbidden)
			}
			p.text.data = true
			i++
		default:
			return p.fail(i, forbidden)
		}
	}
	return p.fail(len(src), "the document ends within an element")
}

const forbidden = "a character that XML forbids"

// commentEnd gives the end of the comment at i, or the place of a fault.
func commentEnd(src []byte, i int) (end int, reason string) {
	body := i + len("<!--")
	stop := bytes.Index(src[body:], []byte("--"))
	if stop < 0 {
		return i, "a comment has no end"
	}
	stop += body
	if stop+2 >= len(src) || src[stop+2] != '>' {
		return stop, "two hyphens within a comment"
	}
	if at := forbiddenAt(src[body:stop]); at >= 0 {
		return body + at, forbidden
	}
	return stop + len("-->"), ""
}

func cdataEnd(src []byte, i int) (end int, reason string) {
	body := i + len("<![CDATA[")
	stop := bytes.Index(src[body:], []byte("]]>"))
	if stop < 0 {
		return i, "a CDATA section has no end"
	}
	if at := forbiddenAt(src[body : body+stop]); at >= 0 {
		return body + at, forbidden
	}
	return body + stop + len("]]>"), ""
}

func instructionEnd(src []byte, i int) (end int, reason string) {
	target := i + len("<?")
	after := nameEnd(src, target)
	stop := bytes.Index(src[target:], []byte("?>"))
	switch {
	case stop < 0:
		return i, "a processing instruction has no end"
	case after == target:
		return i, "a processing instruction without a name"
	case strings.EqualFold(string(src[target:after]), "xml"):
		return i, "an XML declaration that is not at the start"
	}
	stop += target
	if after != stop && textClass[src[after]] != blank && src[after] != '\r' {
		return i, "a processing instruction without a name"
	}
	if at := forbiddenAt(src[target:stop]); at >= 0 {
		return target + at, forbidden
	}
	return stop + len("?>"), ""
}

// forbiddenAt finds a character that XML forbids, -1 where there is none.
func forbiddenAt(b []byte) int {
	for i, c := range b {
		switch textClass[c] {
		case illegal:
			return i
		case suspect:
			if isNoncharacter(b[i:]) {
				return i
			}
		}
	}
	return -1
}

// markup gives the end of the comment, CDATA section or instruction at i, all
// checked before, and the text it stands for.
func markup(content []byte, i int) (end int, text []byte) {
	rest := content[i:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		return i + 4 + bytes.Index(rest[4:], []byte("-->")) + 3, nil
	case bytes.HasPrefix(rest, []byte("<?")):
		return i + bytes.Index(rest, []byte("?>")) + 2, nil
	}
	stop := bytes.Index(rest, []byte("]]>"))
	return i + stop + 3, rest[len("<![CDATA["):stop]
}
