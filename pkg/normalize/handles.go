package normalize

import (
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Handles tells whether the file at p is metadata XML, whose form is the
// platform's; all others are passed through as they are: code, documents,
// static resources and what is in them, and every file of a bundle that its
// author wrote (lwc, aura, digitalExperiences and the like), as the server hands
// those back as they were stored.
//
// The path may be in metadata or in source format and start anywhere above the
// type's folder; the more of it is given, the surer the answer. Unknown files
// are passed through. An empty path means a file of which only the content is
// known; it is taken for metadata XML.
func (n *Normalizer) Handles(p string) bool {
	if p == "" {
		return true
	}
	parts := strings.Split(strings.TrimPrefix(p, "./"), "/")
	dirs, file := parts[:len(parts)-1], parts[len(parts)-1]
	if n.insideArchive(dirs) {
		return false
	}
	for i := len(dirs) - 1; i >= 0; i-- {
		if xml, decided := n.below(parts[i:]); decided {
			return xml
		}
	}
	return metadata.IsMetaFile(file) && file != metadata.MetaSuffix || isManifest(file)
}

// isManifest: a manifest may have any name; these are the ones that tools give.
func isManifest(file string) bool {
	switch file {
	case "package.xml", "destructiveChanges.xml", "destructiveChangesPre.xml", "destructiveChangesPost.xml":
		return true
	}
	return false
}

// insideArchive: in source format the archive of a static resource is unpacked
// to a folder, whatever it holds is content.
func (n *Normalizer) insideArchive(dirs []string) bool {
	t, ok := n.registry.Type("StaticResource")
	i := slices.Index(dirs, t.Directory)
	return ok && i >= 0 && i+1 < len(dirs)
}

// below decides about a file if the first part is the folder of a type that
// knows the rest.
func (n *Normalizer) below(parts []string) (xml, decided bool) {
	rest := strings.Join(parts, "/")
	name := parts[len(parts)-1]
	for _, t := range n.dirs[parts[0]] {
		switch {
		case t.Bundle && len(parts) > 2:
			return false, true
		case strings.HasSuffix(name, "."+t.Suffix+metadata.MetaSuffix):
			return true, true
		}
	}
	if metadata.IsMetaFile(name) || isManifest(name) {
		return false, false
	}
	c, ok := n.registry.ComponentAt(rest)
	if !ok {
		return false, false
	}
	t, ok := n.registry.Type(c.Type)
	return ok && !t.MetaFile && !t.Bundle, ok
}
