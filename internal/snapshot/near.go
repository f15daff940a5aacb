package snapshot

import (
	"slices"
	"strings"
)

// keptNear is how many names are offered for one that does not exist.
const keptNear = 3

// near gives the names that look like one, best first. It only helps: what cannot
// be read is not offered.
func (s *Store) near(name string, opts ResolveOptions) []string {
	name, at, dated := strings.Cut(name, "@")
	found, _, err := s.refs("refs/")
	if err != nil {
		return nil
	}
	distances := map[string]int{}
	for ref := range found {
		for _, short := range shortNames(ref, opts) {
			d := distance(strings.ToLower(name), strings.ToLower(short))
			if d > 0 && d <= max(len(name), len(short))/3+1 && d < max(len(name), len(short)) {
				if dated {
					short += "@" + at
				}
				distances[short] = d
			}
		}
	}
	names := make([]string, 0, len(distances))
	for n := range distances {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int {
		if distances[a] != distances[b] {
			return distances[a] - distances[b]
		}
		return strings.Compare(a, b)
	})
	return names[:min(len(names), keptNear)]
}

// shortNames are what people call a ref: a branch of an org by its alias too.
func shortNames(ref string, opts ResolveOptions) []string {
	for _, prefix := range []string{branchPrefix, tagPrefix, remotePrefix} {
		short, ok := strings.CutPrefix(ref, prefix)
		if !ok {
			continue
		}
		alias := short[strings.LastIndexByte(short, '/')+1:]
		if opts.BranchOf != nil && prefix == branchPrefix {
			if branch, ok := opts.BranchOf(alias); ok && branch == short {
				return []string{short, alias}
			}
		}
		return []string{short}
	}
	return nil
}

// distance counts the letters to insert, delete, replace or swap.
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
