package normalize

import "slices"

// undisputed gives what a merge takes without asking: what both sides have, or
// what the one side made of what the other left alone.
func undisputed(s [3][]string) (winner []string, ok bool) {
	switch {
	case slices.Equal(s[1], s[2]), slices.Equal(s[0], s[2]):
		return s[1], true
	case slices.Equal(s[0], s[1]):
		return s[2], true
	}
	return nil, false
}

// diff3 cuts base, ours and theirs into chunks, between parts that all three
// have in common, and hands them over in order.
func diff3(s [3][]string, chunk func([3][]string)) {
	ours, theirs := match(s[0], s[1]), match(s[0], s[2])
	i, j, k := 0, 0, 0
	for at := range s[0] {
		if ours[at] < 0 || theirs[at] < 0 {
			continue
		}
		changed := [3][]string{s[0][i:at], s[1][j:ours[at]], s[2][k:theirs[at]]}
		if len(changed[0])+len(changed[1])+len(changed[2]) > 0 {
			chunk(changed)
		}
		common := s[0][at : at+1]
		chunk([3][]string{common, common, common})
		i, j, k = at+1, ours[at]+1, theirs[at]+1
	}
	if rest := [3][]string{s[0][i:], s[1][j:], s[2][k:]}; len(rest[0])+len(rest[1])+len(rest[2]) > 0 {
		chunk(rest)
	}
}

// match gives for each part of a its partner in b, -1 where there is none.
// Partners rise. They are those of a shortest edit script (Myers 1986).
func match(a, b []string) []int {
	partner := slices.Repeat([]int{-1}, len(a))
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		partner[head] = head
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
		partner[len(a)-tail] = len(b) - tail
	}
	matchMiddle(a[head:len(a)-tail], b[head:len(b)-tail], func(x, y int) { partner[head+x] = head + y })
	return partner
}

// maxEdits bounds time and memory, which grow with its square. Beyond it the
// middle is one chunk without partners.
const maxEdits = 2000

func matchMiddle(a, b []string, pair func(x, y int)) {
	limit := min(len(a)+len(b), maxEdits)
	furthest := make([]int, 2*limit+3) // by diagonal, x - y + limit + 1
	var trace [][]int
	for edits := 0; edits <= limit; edits++ {
		trace = append(trace, slices.Clone(furthest[limit+1-edits:limit+2+edits]))
		for diagonal := -edits; diagonal <= edits; diagonal += 2 {
			at := limit + 1 + diagonal
			x := furthest[at-1] + 1
			if diagonal == -edits || diagonal != edits && furthest[at-1] < furthest[at+1] {
				x = furthest[at+1]
			}
			for x < len(a) && x-diagonal < len(b) && a[x] == b[x-diagonal] {
				x++
			}
			furthest[at] = x
			if x >= len(a) && x-diagonal >= len(b) {
				walkBack(trace, len(a), len(b), pair)
				return
			}
		}
	}
}

// walkBack follows the trace from the end and reports the equal parts.
func walkBack(trace [][]int, x, y int, pair func(x, y int)) {
	for edits := len(trace) - 1; edits > 0; edits-- {
		before := trace[edits] // as the round found it, diagonals -edits to edits
		diagonal := x - y
		previous := diagonal - 1
		if diagonal == -edits || diagonal != edits && before[diagonal-1+edits] < before[diagonal+1+edits] {
			previous = diagonal + 1
		}
		startX := before[previous+edits]
		startY := startX - previous
		for x > startX && y > startY {
			x--
			y--
			pair(x, y)
		}
		x, y = startX, startY
	}
	for x > 0 && y > 0 {
		x--
		y--
		pair(x, y)
	}
}
