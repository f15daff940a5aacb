package deployplan

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/mdzip"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// The manifests of a package.
const (
	manifestName = "package.xml"
	beforeName   = "destructiveChangesPre.xml"
	afterName    = "destructiveChangesPost.xml"
)

// ErrSealed tells that a file of the package holds a sealed value, which must never reach
// an org.
var ErrSealed = errors.New("a sealed value would be deployed")

// WritePackage writes a stage as the zip that a deploy takes, with the package at
// its root. The same stage with contents from the same place gives the same bytes.
// Contents are read one after the other; what a repository holds deflated is not
// compressed again. It returns ErrSealed when a file holds a sealed value: what was
// written until then is no zip, and must not be sent.
func WritePackage(ctx context.Context, w io.Writer, s Stage) error {
	files := append(slices.Clone(s.Files), File{Path: manifestName, Content: metadata.NewManifest(s.Version, s.Named...).XML()})
	if len(s.Before) > 0 {
		files = append(files, File{Path: beforeName, Content: destructive(s.Version, s.Before)})
	}
	if len(s.After) > 0 {
		files = append(files, File{Path: afterName, Content: destructive(s.Version, s.After)})
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	zip := mdzip.NewWriter(w)
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		content, stream, err := f.deflated(ctx)
		if err != nil {
			return err
		}
		if bytes.Contains(content, []byte(seal.Mark)) {
			return fmt.Errorf("%w: %s", ErrSealed, f.Path)
		}
		if stream != nil {
			err = zip.AddDeflated(f.Path, content, stream)
		} else {
			err = zip.Add(f.Path, content)
		}
		if err != nil {
			return err
		}
	}
	return zip.Close()
}

// destructive writes a manifest of deletions in the order given, which
// metadata.Manifest would not keep.
func destructive(v metadata.Version, deletes []metadata.Component) []byte {
	var b bytes.Buffer
	line := func(indent, element, value string) {
		b.WriteString(indent + "<" + element + ">")
		_ = xml.EscapeText(&b, []byte(value)) // a buffer does not fail
		b.WriteString("</" + element + ">\n")
	}
	b.WriteString(xml.Header + `<Package xmlns="` + metadata.Namespace + `">` + "\n")
	for i, c := range deletes {
		if i == 0 || deletes[i-1].Type != c.Type {
			b.WriteString("    <types>\n")
		}
		line("        ", "members", c.FullName)
		if i+1 == len(deletes) || deletes[i+1].Type != c.Type {
			line("        ", "name", c.Type)
			b.WriteString("    </types>\n")
		}
	}
	line("    ", "version", v.String())
	b.WriteString("</Package>\n")
	return b.Bytes()
}
