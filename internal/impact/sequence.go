package impact

import (
	"context"
	"regexp"
	"slices"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Sequence groups components so that none refers to one of a later group, as far
// as names tell. A group of several refers to each other in a circle. Names gives
// the components by whose names each is called, its parts included.
func Sequence(ctx context.Context, all []metadata.Component, names func(metadata.Component) []metadata.Component, texts Texts) ([][]metadata.Component, error) {
	all = slices.Clone(all)
	slices.SortFunc(all, Creations)
	byWord, byName := map[string][]int{}, map[string]int{}
	for i, c := range all {
		if word(c) == "" {
			byName[c.FullName] = i
		}
		for _, name := range append(names(c), c) {
			// The name of a part alone is that of many.
			if w := word(name); w != "" && (name == c || name.Type == "CustomLabel") {
				byWord[w] = append(byWord[w], i)
			}
		}
	}
	g := graph{to: make([][]int, len(all)), index: make([]int, len(all)), low: make([]int, len(all)), on: make([]bool, len(all))}
	for i, c := range all {
		text, err := texts(ctx, c)
		if err != nil {
			return nil, err
		}
		for w := range words(text) {
			for _, j := range byWord[w] {
				if i != j {
					g.to[i] = append(g.to[i], j)
				}
			}
		}
		for _, m := range value.FindAllStringSubmatch(text, -1) {
			if j, ok := byName[m[1]]; ok && i != j {
				g.to[i] = append(g.to[i], j)
			}
		}
		// What bears an object's name is of that object.
		for w := range words(c.FullName) {
			for _, j := range byWord[w] {
				if i != j && all[j].Type == "CustomObject" {
					g.to[i] = append(g.to[i], j)
				}
			}
		}
		slices.Sort(g.to[i])
	}
	out := make([][]metadata.Component, 0, len(all))
	for _, circle := range g.circles() {
		group := make([]metadata.Component, len(circle))
		for i, n := range circle {
			group[i] = all[n]
		}
		slices.SortFunc(group, Creations)
		out = append(out, group)
	}
	return out, nil
}

// value is the text of an element.
var value = regexp.MustCompile(`>([^<>]+)<`)

// graph finds circles, those that others lead to first. Source: Tarjan, Depth-first
// search and linear graph algorithms, 1972.
type graph struct {
	to         [][]int
	index, low []int
	on         []bool
	stack      []int
	next       int
	found      [][]int
}

func (g *graph) circles() [][]int {
	for n := range g.to {
		if g.index[n] == 0 {
			g.visit(n)
		}
	}
	return g.found
}

func (g *graph) visit(n int) {
	g.next++
	g.index[n], g.low[n], g.on[n] = g.next, g.next, true
	g.stack = append(g.stack, n)
	for _, m := range g.to[n] {
		switch {
		case g.index[m] == 0:
			g.visit(m)
			g.low[n] = min(g.low[n], g.low[m])
		case g.on[m]:
			g.low[n] = min(g.low[n], g.index[m])
		}
	}
	if g.low[n] != g.index[n] {
		return
	}
	at := slices.Index(g.stack, n)
	circle := slices.Clone(g.stack[at:])
	for _, m := range circle {
		g.on[m] = false
	}
	g.stack = g.stack[:at]
	g.found = append(g.found, circle)
}
