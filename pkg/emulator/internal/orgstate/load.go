package orgstate

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Loaded is what came of a folder.
type Loaded struct {
	State    *State
	Warnings []string          // files that could not be placed, and why
	Extra    map[string][]byte // files at the root that are no metadata
}

// maxLoadedFile is far above what the service stores in one file.
const maxLoadedFile = 64 << 20

// Load reads a folder in metadata format, with or without package.xml. Files of
// unknown types are taken in under a guess (the root element is the type, its
// folder and ending are as they lie); what cannot be guessed is named in a
// warning. Files made up come on top, one at a time. Rows are dated some time
// before now, each at its own time.
func Load(fsys fs.FS, madeUp iter.Seq2[string, []byte], reg *metadata.Registry, ids *IDs, admin User, now time.Time) (Loaded, error) {
	in := intake{extra: map[string][]byte{}, files: map[string][]byte{}}
	if err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error { return in.visit(fsys, p, d, err) }); err != nil {
		return Loaded{}, fmt.Errorf("read the org's folder: %w", err)
	}
	reg = reg.With(in.guess(reg)...)
	s := New(reg, ids)
	for _, p := range slices.Sorted(mapKeys(in.files)) {
		by := Stamp{User: admin, Time: longAgo(p, now)}
		if err := s.load(p, in.files[p], by); err != nil {
			in.warn(p, err)
		}
		delete(in.files, p)
	}
	for p, content := range madeUp {
		if err := s.load(p, content, Stamp{User: admin, Time: longAgo(p, now)}); err != nil {
			return Loaded{}, fmt.Errorf("make up %s: %w", p, err)
		}
	}
	s.antedate(now)
	slices.Sort(in.warnings)
	return Loaded{State: s, Warnings: in.warnings, Extra: in.extra}, nil
}

func mapKeys(m map[string][]byte) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

type intake struct {
	files, extra map[string][]byte
	warnings     []string
}

func (in *intake) warn(p string, err error) {
	in.warnings = append(in.warnings, fmt.Sprintf("%s: %v", p, err))
}

func (in *intake) visit(fsys fs.FS, p string, d fs.DirEntry, err error) error {
	switch {
	case err != nil && p == ".":
		return err
	case err != nil:
		in.warn(p, err)
		return nil
	case d.IsDir():
		if strings.HasPrefix(d.Name(), ".git") || d.Name() == "node_modules" {
			return fs.SkipDir
		}
		return nil
	case !d.Type().IsRegular():
		in.warn(p, errors.New("is no regular file"))
		return nil
	}
	if info, err := d.Info(); err == nil && info.Size() > maxLoadedFile {
		in.warn(p, errors.New("is too large"))
		return nil
	}
	content, err := fs.ReadFile(fsys, p)
	if err != nil {
		in.warn(p, err)
		return nil
	}
	if !strings.Contains(p, "/") {
		in.extra[p] = content
		return nil
	}
	in.files[p] = content
	return nil
}

// guess makes types of folders that the table does not know.
func (in *intake) guess(reg *metadata.Registry) []metadata.Type {
	guessed := map[string]metadata.Type{}
	for _, p := range slices.Sorted(mapKeys(in.files)) {
		if _, ok := reg.ComponentAt(p); ok || metadata.CheckPath(p) != nil || metadata.IsMetaFile(p) {
			continue
		}
		if t, ok := guessType(p, in.files[p]); ok {
			if _, known := reg.Type(t.Name); !known {
				_, t.MetaFile = in.files[p+metadata.MetaSuffix]
				guessed[t.Name] = t
			}
		}
	}
	types := make([]metadata.Type, 0, len(guessed))
	for _, t := range guessed {
		types = append(types, t)
	}
	return types
}

func guessType(p string, content []byte) (metadata.Type, bool) {
	dir, file, _ := strings.Cut(p, "/")
	suffix := strings.TrimPrefix(path.Ext(file), ".")
	if strings.Contains(file, "/") || suffix == "" {
		return metadata.Type{}, false
	}
	root, err := xmltext.Parse(content)
	if err != nil {
		return metadata.Type{}, false
	}
	return metadata.Type{Name: root.Name, Directory: dir, Suffix: suffix}, true
}

func (s *State) load(p string, content []byte, by Stamp) error {
	if err := s.Put(p, content, by); err != nil {
		return err
	}
	if f := s.files[p]; f.Component.Type == "Flow" && p == flowPath(f.Component.FullName) {
		return s.learnFlow(f.Component.FullName, content, by)
	}
	return nil
}

// antedate gives every row a time of its own, so that no two components look
// as if one deploy had brought them.
func (s *State) antedate(now time.Time) {
	for c, r := range s.rows {
		r.Modified.Time = longAgo(c.String(), now)
		r.Created.Time = r.Modified.Time.Add(-30 * 24 * time.Hour)
		s.setRow(c, r)
	}
}

// longAgo spreads times over half a year that ended yesterday.
func longAgo(name string, now time.Time) time.Time {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	const span = 180 * 24 * 60 * 60
	ago := 24*time.Hour + time.Duration(h.Sum32()%span)*time.Second
	return second(now.Add(-ago))
}
