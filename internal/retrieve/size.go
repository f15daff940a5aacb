package retrieve

import "github.com/orgkeep/orgkeep/pkg/metadata"

// Size is what something takes in a zip.
type Size struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"` // deflated
}

func (s Size) plus(o Size) Size { return Size{s.Files + o.Files, s.Bytes + o.Bytes} }

func (s Size) within(l Limits) bool { return s.Files <= l.Files && s.Bytes <= l.Bytes }

// Estimates of what a component takes in a zip, measured over public
// repositories: a bundle has 4 to 9 files, a plain XML file some 2 KB deflated,
// binary content far more. Of a profile a few KB come always, and some bytes for
// each thing that the rest of the request has in it.
const (
	bundleFiles  = 6
	siteFiles    = 60
	xmlBytes     = 3 << 9
	childBytes   = 300
	contentBytes = 64 << 10
	profileBytes = 3 << 10
	mentionBytes = 12
)

// size is what a component took the last time, or an estimate.
func (p planner) size(c metadata.Component) Size {
	size, known := p.known(c)
	children := p.listing.childrenOf(c)
	if !known {
		size = p.listing.estimate(c)
		size.Bytes += int64(children) * childBytes
	}
	if p.opts.ChildrenCount {
		size.Files += children
	}
	return size
}

// mention is what a component adds to the companions that ride along, at rate
// bytes for itself and each of its children.
func (p planner) mention(c metadata.Component, rate float64) Size {
	return Size{Bytes: int64(rate * float64(1+p.listing.childrenOf(c)))}
}

// rate gives what companions say of one thing, in bytes. Where one was measured,
// it was with all that the org lists.
func (p planner) rate(companions []metadata.Component) float64 {
	rate := 0.0
	for _, c := range companions {
		size, known := p.known(c)
		if !known {
			rate += mentionBytes
			continue
		}
		rate += float64(size.Bytes) / float64(max(len(p.listing.rows), 1))
	}
	return rate
}

// emptyCompanion is what a companion takes before anything is mentioned in it.
func emptyCompanion() Size { return Size{Files: 1, Bytes: profileBytes} }

func (p planner) known(c metadata.Component) (Size, bool) {
	if p.opts.Size == nil {
		return Size{}, false
	}
	return p.opts.Size(c)
}

// estimate is about the component without its children.
func (l *Listing) estimate(c metadata.Component) Size {
	t, ok := l.Registry.Type(c.Type)
	if !ok {
		return Size{Files: 1, Bytes: xmlBytes}
	}
	out := Size{Files: 1, Bytes: xmlBytes}
	switch {
	case c.Type == "ExperienceBundle" || c.Type == "DigitalExperienceBundle":
		out = Size{Files: siteFiles, Bytes: siteFiles * xmlBytes}
	case t.Bundle || t.Suffix == "" && !t.InFolder:
		out = Size{Files: bundleFiles, Bytes: bundleFiles * xmlBytes}
	case t.MetaFile:
		out.Files = 2
	}
	switch c.Type {
	case "StaticResource", "Document", "ContentAsset":
		out.Bytes = contentBytes
	}
	return out
}

func (l *Listing) childrenOf(c metadata.Component) int {
	if l.children == nil {
		l.children = map[metadata.Component]int{}
		for key := range l.rows {
			if parent, ok := ParentOf(l.Registry, key); ok {
				l.children[parent]++
			}
		}
	}
	return l.children[c]
}
