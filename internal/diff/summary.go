package diff

import "strings"

// maxSummary bounds a summary, in bytes of values.
const maxSummary = 100

// summarize says in short what an element holds: editable true, readable true.
func summarize(n *node, key string) string {
	var parts []string
	size := 0
	for _, k := range n.kids {
		if k.text == key && key != "" {
			continue
		}
		part := k.name
		if k.leaf() {
			part = strings.TrimSpace(part + " " + firstLine(k.text))
		}
		if size += len(part); size > maxSummary && len(parts) > 0 {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func firstLine(s string) string {
	line, _, more := strings.Cut(s, "\n")
	if more {
		line += " …"
	}
	return line
}

// describe says what a component is.
func describe(_ string, n *node) string { return summarize(n, "") }
