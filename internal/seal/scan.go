package seal

import (
	"bytes"
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Finding is a place that looks as if it held a secret. What stands there is not
// repeated.
type Finding struct {
	Line int // from 1
	Kind string
}

// Scanner looks for secrets in text. It is safe for concurrent use.
type Scanner struct {
	// rules by a word, in lower case, near which alone text is held against them.
	rules map[string][]rule
}

// rule is a form of secret.
type rule struct {
	kind    string
	pattern *regexp.Regexp
	reach   int // how many bytes behind the word are looked at
	// follows is what has to come within reach, one of its bytes; "" for nothing.
	follows string
	// judged: the pattern's last group is a value that has to look like a secret.
	judged bool
}

// naming are the words by which people name secrets.
const naming = `(?:passw(?:or)?d|passphrase|secret|token|api_?-?key|access_?-?key|private_?-?key|client_?-?key|credential)`

// namingWords are what text with a match of naming has, in lower case.
func namingWords() []string {
	return []string{"passw", "passphrase", "secret", "token", "credential", "key"}
}

// NewScanner makes a scanner.
//
// Its forms are those of which the issuers say how they look, and values that are
// named like secrets and look random.
func NewScanner() *Scanner {
	s := &Scanner{rules: map[string][]rule{}}
	for word, f := range forms() {
		follows := ""
		if word == scheme {
			follows = "@" // few have one, and there are many of them
		}
		s.rules[word] = append(s.rules[word], rule{kind: f.kind, pattern: regexp.MustCompile(f.pattern), reach: 160, follows: follows})
	}
	for _, word := range []string{"bearer ", "basic "} {
		s.rules[word] = append(s.rules[word], rule{
			kind: "an Authorization header", pattern: regexp.MustCompile(`(?i)\b(?:bearer|basic) ([0-9A-Za-z+/=._-]{20,})`), reach: 160, judged: true,
		})
	}
	for _, word := range namingWords() {
		s.rules[word] = append(s.rules[word], assigned()...)
	}
	return s
}

type form struct{ kind, pattern string }

// forms are those that an issuer has given its secrets, by a word that they have.
func forms() map[string]form {
	return map[string]form{
		"akia":             {"an AWS access key", `\bAKIA[A-Z2-7]{16}\b`},
		"asia":             {"an AWS access key", `\bASIA[A-Z2-7]{16}\b`},
		"private key-----": {"a private key", `-----BEGIN [A-Z ]*PRIVATE KEY-----`},
		"ghp_":             {"a GitHub token", `\bghp_[0-9A-Za-z]{36}`},
		"gho_":             {"a GitHub token", `\bgho_[0-9A-Za-z]{36}`},
		"ghs_":             {"a GitHub token", `\bghs_[0-9A-Za-z]{36}`},
		"github_pat_":      {"a GitHub token", `\bgithub_pat_\w{22,}`},
		"glpat-":           {"a GitLab token", `\bglpat-[\w-]{20,}`},
		"npm_":             {"an npm token", `\bnpm_[0-9A-Za-z]{36}`},
		"xox":              {"a Slack token", `\bxox[abeoprs]-[0-9A-Za-z-]{10,}`},
		"hooks.slack.com":  {"a Slack webhook", `hooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{16,}`},
		"aiza":             {"a Google API key", `\bAIza[\w-]{35}`},
		"k_live_":          {"a Stripe key", `\b[rs]k_live_[0-9A-Za-z]{16,}`},
		"sg.":              {"a SendGrid key", `\bSG\.[\w-]{16,32}\.[\w-]{32,}`},
		"key-":             {"a Mailgun key", `\bkey-[0-9a-f]{32}\b`},
		"accountkey=":      {"an Azure key", `(?i)\bAccountKey=[0-9A-Za-z+/]{40,}`},
		"sharedaccesskey=": {"an Azure key", `(?i)\bSharedAccessKey=[0-9A-Za-z+/]{30,}`},
		"eyj":              {"a JSON Web Token", `\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}`},
		"00d":              {"a Salesforce session", `\b00D[0-9A-Za-z]{12,15}![0-9A-Za-z._]{40,}`},
		"force://":         {"a Salesforce auth URL", `\bforce://[^\s@:'"<]*:[^\s@:'"<]*:[^\s@'"<]{20,}@`},
		scheme:             {"a URL with a password", `\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@'"<>{}$]{1,64}:[^\s/:@'"<>{}$]{4,100}@[\w.-]+`},
	}
}

const scheme = "://"

// assigned are the ways in which a value is given a name.
func assigned() []rule {
	named := func(reach int, follows, pattern string) rule {
		return rule{kind: "a value named like a secret", pattern: regexp.MustCompile("(?is)" + pattern), reach: reach, follows: follows, judged: true}
	}
	return []rule{
		named(240, `'"`, naming+`\w*['"]?\s*(?:=>|:|=)\s*['"]([^'"\s<>]{8,200})['"]`),
		named(240, `<`, `<\w*`+naming+`\w*>([^<\s]{8,200})</`),
		named(500, `<`, `<(?:field|name|fullname|label|masterlabel|developername)>[^<]{0,60}`+naming+`[^<]{0,60}</\w+>.{0,300}?<(?:stringvalue|value|defaultvalue)(?: [^>]*)?>['"]?([^<\s'"]{8,200})['"]?</`),
	}
}

// windowBefore is how many bytes before a word its pattern may begin.
const windowBefore = 80

// Scan gives the places of a text that look like a secret, a line at most once.
// Files that are no text give none.
func (s *Scanner) Scan(content []byte) []Finding {
	if bytes.IndexByte(content[:min(len(content), 8000)], 0) >= 0 || !utf8.Valid(content) {
		return nil
	}
	lower := bytes.ToLower(content)
	if len(lower) != len(content) {
		// Letters that change their length: places would not agree.
		lower = bytes.Map(asciiLower, content)
	}
	var at []place
	for word, rules := range s.rules {
		for from := 0; ; {
			hit := bytes.Index(lower[from:], []byte(word))
			if hit < 0 {
				break
			}
			from += hit + len(word)
			at = appendMatches(at, rules, content, from-len(word), from)
		}
	}
	return lines(content, at)
}

func asciiLower(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

type place struct {
	offset int
	kind   string
}

// appendMatches appends where rules match near a word that stands at from to to.
func appendMatches(at []place, rules []rule, content []byte, from, to int) []place {
	for _, r := range rules {
		window := content[max(0, from-windowBefore):min(len(content), to+r.reach)]
		if r.follows != "" && !bytes.ContainsAny(content[to:min(len(content), to+r.reach)], r.follows) {
			continue
		}
		if r.judged && !promising(content[from:min(len(content), to+r.reach)]) {
			continue
		}
		m := r.pattern.FindSubmatchIndex(window)
		if m == nil {
			continue
		}
		start, end := m[len(m)-2], m[len(m)-1]
		if r.judged && !random(string(window[start:end])) {
			continue
		}
		at = append(at, place{max(0, from-windowBefore) + start, r.kind})
	}
	return at
}

// promising tells quickly that a text can hold a value that [random] takes.
func promising(text []byte) bool {
	length, digits := 0, 0
	for _, c := range text {
		switch {
		case c <= ' ' || c == '<' || c == '>' || c == '"' || c == '\'':
			length, digits = 0, 0
			continue
		case '0' <= c && c <= '9':
			digits++
		}
		if length++; length >= leastLength && digits >= leastDigits {
			return true
		}
	}
	return false
}

// lines turns places into lines.
func lines(content []byte, at []place) []Finding {
	slices.SortFunc(at, func(a, b place) int { return cmp.Or(cmp.Compare(a.offset, b.offset), strings.Compare(a.kind, b.kind)) })
	var out []Finding
	line, done := 1, 0
	for _, p := range at {
		line += bytes.Count(content[done:p.offset], []byte("\n"))
		done = p.offset
		if n := len(out); n > 0 && out[n-1].Line == line {
			continue
		}
		out = append(out, Finding{Line: line, Kind: p.kind})
	}
	return out
}

// leastBits is the entropy, in bits per character, from which on a value is taken
// to be random. Words of English have less, as have names.
const (
	leastBits   = 3.0
	leastDigits = 2
	leastLength = 8 // the patterns ask for as many
)

// random tells whether a value looks as if it was drawn, and not written.
func random(value string) bool {
	if strings.HasPrefix(value, "{!") || strings.HasPrefix(value, "$") || strings.Contains(value, "://") || strings.Contains(value, Mark) {
		return false
	}
	var digits, letters, seen int
	var counts [256]float64
	for i := range len(value) {
		c := value[i]
		switch {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c|0x20 && c|0x20 <= 'z':
			letters++
		}
		counts[c]++
		seen++
	}
	if digits < leastDigits || letters < 2 {
		return false
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			p := n / float64(seen)
			bits -= p * math.Log2(p)
		}
	}
	return bits >= leastBits
}
