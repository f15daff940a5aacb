package retrieve

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Unite puts the parts of one companion together that the requests of one run
// brought: every entry of all of them. Where parts speak of the same subject in
// different words, the companion was changed between two retrieves: the later
// part is right, and differ names the sections. The parts must be normalized; the
// result has to be normalized again. An error of parts is returned as it is. One
// part is let go before the next is asked for, as profiles of a large org have
// some megabytes.
func Unite(typeName string, parts iter.Seq2[[]byte, error]) (united []byte, differ []string, err error) {
	u := union{typeName: typeName, at: map[place]int{}, rank: ranking{}}
	for part, err := range parts {
		if err != nil {
			return nil, nil, err
		}
		if err := u.add(part); err != nil {
			return nil, nil, &PartError{err}
		}
	}
	slices.Sort(u.differ)
	return u.result(), slices.Compact(u.differ), nil
}

// PartError says that what came of a companion is not what it should be.
type PartError struct{ err error }

// Error tells why it cannot be put together with the rest.
func (e *PartError) Error() string { return "its parts cannot be put together: " + e.err.Error() }

// Unwrap gives the reason.
func (e *PartError) Unwrap() error { return e.err }

type union struct {
	typeName string
	frame    document // head and tail of the first part
	parts    int
	sorted   bool // the sections of all parts stand in the order of their names
	rank     ranking
	items    []item // but for those that come always
	at       map[place]int
	always   []item
	differ   []string
}

// place is a key, and how often it stood before in the same part.
type place struct {
	key key
	nth int
}

// ranking numbers sections by their first appearance.
type ranking map[string]int

func (r ranking) see(items []item) {
	for _, e := range items {
		if _, ok := r[e.tag]; !ok {
			r[e.tag] = len(r)
		}
	}
}

// arrange brings items of one section together: in the order of the names where
// the parts had it, else in that of their first appearance.
func (r ranking) arrange(items []item, sorted bool) []item {
	slices.SortStableFunc(items, func(a, b item) int {
		if sorted {
			return compareTags(a, b)
		}
		return cmp.Compare(r[a.tag], r[b.tag])
	})
	return items
}

func compareTags(a, b item) int { return cmp.Compare(a.tag, b.tag) }

func cutCompanion(typeName string, data []byte) (document, error) {
	doc, err := cutDocument(data, func(tag string) []string { return sectionOf(typeName, tag).keys })
	if err != nil {
		return document{}, fmt.Errorf("cut a %s: %w", typeName, err)
	}
	return doc, nil
}

func (u *union) add(part []byte) error {
	doc, err := cutCompanion(u.typeName, part)
	if err != nil {
		return err
	}
	if u.parts == 0 {
		u.frame, u.sorted = document{head: doc.head, tail: doc.tail}, true
	}
	u.sorted = u.sorted && slices.IsSortedFunc(doc.items, compareTags)
	u.rank.see(doc.items)
	seen := map[key]int{}
	var always []item
	for _, e := range doc.items {
		s := sectionOf(u.typeName, e.tag)
		if s.always {
			always = append(always, e)
			continue
		}
		// What stands twice in one part stands twice in the whole.
		k := s.keyOf(e)
		seen[k]++
		u.put(place{k, seen[k]}, e)
	}
	if u.parts > 0 && !slices.EqualFunc(u.always, always, sameItem) {
		u.differ = append(u.differ, "what comes with every request")
	}
	u.always = always
	u.parts++
	return nil
}

func sameItem(a, b item) bool { return a.tag == b.tag && a.text() == b.text() }

func (u *union) put(at place, e item) {
	i, known := u.at[at]
	switch {
	case !known:
		u.at[at] = len(u.items)
		u.items = append(u.items, e)
	case !sameItem(u.items[i], e):
		u.items[i] = e
		u.differ = append(u.differ, e.tag)
	}
}

func (u *union) result() []byte {
	u.frame.items = u.rank.arrange(slices.Concat(u.items, u.always), u.sorted)
	return u.frame.bytes()
}

// Spoken says what the requests that brought a companion were about. What a
// companion says of other subjects did not come, and stays as it was.
type Spoken struct {
	// Everything: all that the org has was asked for and came, so that a section
	// that is not known was spoken for too.
	Everything bool
	// Subjects: all that the known sections can be about was asked for and came,
	// so that they were spoken for whatever they name.
	Subjects bool
	// About tells whether a component was asked for and came, or is proven gone.
	About func(metadata.Component) bool
	// Layouts tells whether an object and all of its layouts were: an assignment
	// to a layout outside of the request is left out.
	Layouts func(object string) bool
}

// Replace gives a companion as it is now: what the new file says, and of the
// stored one what concerns subjects that were not spoken of. Merging the new file
// over the stored one could never take anything away. The files must be
// normalized; the result has to be normalized again.
func Replace(typeName string, stored, now []byte, spoken Spoken) ([]byte, error) {
	if spoken.Everything {
		return now, nil
	}
	old, err := cutCompanion(typeName, stored)
	if err != nil {
		return nil, &PartError{err}
	}
	doc, err := cutCompanion(typeName, now)
	if err != nil {
		return nil, &PartError{err}
	}
	has := map[key]bool{}
	for _, e := range doc.items {
		has[sectionOf(typeName, e.tag).keyOf(e)] = true
	}
	sorted := slices.IsSortedFunc(doc.items, compareTags) && slices.IsSortedFunc(old.items, compareTags)
	rank := ranking{}
	rank.see(doc.items)
	rank.see(old.items)
	kept := false
	for _, e := range old.items {
		s := sectionOf(typeName, e.tag)
		if has[s.keyOf(e)] || spoken.of(s, e) {
			continue
		}
		doc.items = append(doc.items, e)
		kept = true
	}
	if !kept {
		return now, nil
	}
	doc.items = rank.arrange(doc.items, sorted)
	return doc.bytes(), nil
}

func (p Spoken) of(s section, e item) bool {
	switch {
	case s.always:
		return true
	case s.subjects == nil:
		return false
	case p.Subjects:
		return true
	case s.layouts:
		return p.Layouts(objectOf(Canonical(metadata.Component{Type: "Layout", FullName: e.values[0]}).FullName))
	case e.values[0] == "":
		return false
	}
	return slices.ContainsFunc(s.subjects(e.values[0]), p.About)
}
