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
	xmlBytes     = 2 << 10
	childBytes   = 300
	contentBytes = 64 << 10
	profileBytes = 3 << 10
	mentionBytes = 16
)

// size is what a component took the last time, or an estimate.
func (p planner) size(c metadata.Component) Size {
	size, known := Size{}, false
	if p.opts.Size != nil {
		size, known = p.opts.Size(c)
	}
	children := p.listing.childrenOf(c)
	if !known {
		size = p.listing.estimate(c)
		size.Bytes += int64(children) * childBytes
	}
	if !p.opts.FilesAlone {
		size.Files += children
	}
	return size
}

// mention is what a component makes of the companions that ride along.
func (p planner) mention(c metadata.Component, companions int) Size {
	return Size{Bytes: int64(companions) * mentionBytes * int64(1+p.listing.childrenOf(c))}
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
	case "Profile", "Translations":
		out.Bytes = profileBytes
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
