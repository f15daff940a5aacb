package apply

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Limits of a deploy. Source: Metadata API limits.
const (
	maxFiles        = 10_000
	maxZipped       = 39_000_000
	maxUncompressed = 629_145_600
)

// pack is a zip taken apart.
type pack struct {
	root     string // folder in which package.xml lies, with a final slash; or empty
	files    map[string][]byte
	manifest metadata.Manifest
	deletes  []deletes
}

// deletes is one destructive manifest.
type deletes struct {
	file  string // its name, which messages carry
	after bool   // it runs after the additions
	metadata.Manifest
}

const manifestName = "package.xml"

// refusal ends a deploy before anything is looked at; the message is about the
// manifest unless it says otherwise.
type refusal struct{ file, problem string }

func (r *refusal) Error() string { return r.problem }

func refuse(format string, args ...any) error {
	return &refusal{manifestName, fmt.Sprintf(format, args...)}
}

// unpack opens a zip and finds its package: at the root for a single package, or
// else in a folder; clients send both forms of both.
func unpack(data []byte, single bool) (pack, error) {
	if len(data) > maxZipped {
		return pack{}, refuse("Maximum size of request reached. Maximum size of request is %d bytes.", maxZipped)
	}
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return pack{}, refuse("The zip file could not be read: %v", err)
	}
	all, err := readAll(in)
	if err != nil {
		return pack{}, err
	}
	p := pack{files: map[string][]byte{}}
	if p.root, err = rootOf(all, single); err != nil {
		return pack{}, err
	}
	for name, content := range all {
		if rest, ok := strings.CutPrefix(name, p.root); ok {
			p.files[rest] = content
		}
	}
	return p, p.manifests()
}

func readAll(in *zip.Reader) (map[string][]byte, error) {
	all := map[string][]byte{}
	total := 0
	for _, f := range in.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if err := metadata.CheckPath(f.Name); err != nil {
			return nil, refuse("The zip file holds an entry that cannot be used: %v", err)
		}
		content, err := readEntry(f, maxUncompressed-total)
		if err != nil {
			return nil, err
		}
		total += len(content)
		all[f.Name] = content
		if len(all) > maxFiles {
			return nil, refuse("LIMIT_EXCEEDED: Too many files in zip, limit is: %d", maxFiles)
		}
	}
	return all, nil
}

func readEntry(f *zip.File, left int) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, refuse("The zip entry %s could not be read: %v", f.Name, err)
	}
	content, err := io.ReadAll(io.LimitReader(r, int64(left)+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, refuse("The zip entry %s could not be read: %v", f.Name, err)
	}
	if len(content) > left {
		return nil, refuse("LIMIT_EXCEEDED: Maximum size of unzipped files reached, limit is: %d", maxUncompressed)
	}
	return content, nil
}

// rootOf: a package at the root needs singlePackage; in a folder it is found
// with and without.
func rootOf(all map[string][]byte, single bool) (string, error) {
	if _, ok := all[manifestName]; ok && single {
		return "", nil
	}
	for name := range all {
		if dir, file := path.Split(name); file == manifestName && strings.Count(dir, "/") == 1 {
			return dir, nil
		}
	}
	return "", refuse("No package.xml found")
}

func (p *pack) manifests() error {
	var err error
	if p.manifest, err = p.read(manifestName); err != nil {
		return err
	}
	for _, d := range []deletes{{file: "destructiveChangesPre.xml"}, {file: "destructiveChanges.xml"}, {file: "destructiveChangesPost.xml", after: true}} {
		if _, ok := p.files[d.file]; !ok {
			continue
		}
		if d.Manifest, err = p.read(d.file); err != nil {
			return err
		}
		p.deletes = append(p.deletes, d)
	}
	return nil
}

func (p *pack) read(name string) (metadata.Manifest, error) {
	m, err := metadata.ParseManifest(p.files[name])
	delete(p.files, name)
	if err != nil {
		return m, &refusal{name, "Error parsing file: " + strings.TrimPrefix(err.Error(), metadata.ErrManifest.Error()+": ")}
	}
	return m, nil
}

// named tells whether the manifest names a component, by itself or by a star.
func (p *pack) named(c metadata.Component) bool {
	for _, t := range p.manifest.Types {
		if t.Name != c.Type {
			continue
		}
		for _, m := range t.Members {
			if m == c.FullName || m == c.FullName+"/" || m == "*" {
				return true
			}
		}
	}
	return false
}
