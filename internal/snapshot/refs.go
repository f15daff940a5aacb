package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/go-git/go-git/v5/plumbing"
)

// Names of refs.
const (
	headRef       = "HEAD"
	branchPrefix  = "refs/heads/"
	tagPrefix     = "refs/tags/"
	remotePrefix  = "refs/remotes/"
	orgkeepPrefix = "refs/orgkeep/"
)

// refValue is what a ref says: an object, or another ref.
type refValue struct {
	id     ID
	target string
}

// brokenRefError says what is wrong with a ref that is there.
type brokenRefError struct {
	name, reason string
}

// Error names the ref.
func (e *brokenRefError) Error() string { return e.name + ": " + e.reason }

// Is makes every brokenRefError an ErrCorrupt.
func (*brokenRefError) Is(target error) bool { return target == ErrCorrupt }

// checkRefName asks for what git asks for, so that a name stays inside refs/.
func checkRefName(name string) error {
	if plumbing.ReferenceName(name).Validate() != nil || !strings.HasPrefix(name, "refs/") {
		return fmt.Errorf("%q cannot be the name of a ref", name)
	}
	return nil
}

// maxSymbolic is how many refs may name each other in a row, as in git.
const maxSymbolic = 5

// resolveRef gives the object that a ref names, through symbolic ones. It returns
// ErrNotFound when there is no such ref, and a *brokenRefError when there is and
// it names nothing.
func (l layout) resolveRef(name string) (ID, error) {
	for range maxSymbolic {
		v, err := l.readRef(name)
		if err != nil {
			return ID{}, err
		}
		if v.target == "" {
			return v.id, nil
		}
		name = v.target
	}
	return ID{}, &brokenRefError{name, "refs that name each other never end"}
}

// readRef reads one ref: its file, or else the list of packed ones.
func (l layout) readRef(name string) (refValue, error) {
	text, err := os.ReadFile(l.refFile(name))
	switch {
	case err == nil:
		return parseRef(name, text)
	// A folder, or a file where a folder should be: there is no such ref.
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ENOTDIR):
	default:
		if info, e := os.Stat(l.refFile(name)); e != nil || !info.IsDir() {
			return refValue{}, fmt.Errorf("read %s: %w", name, err)
		}
	}
	packed, err := l.packedRefs()
	if err != nil {
		return refValue{}, err
	}
	id, ok := packed[name]
	if !ok {
		return refValue{}, fmt.Errorf("ref %s: %w", name, ErrNotFound)
	}
	return refValue{id: id}, nil
}

func (l layout) refFile(name string) string { return filepath.Join(l.gitDir, filepath.FromSlash(name)) }

func parseRef(name string, text []byte) (refValue, error) {
	if len(bytes.TrimRight(text, "\x00\n\r\t ")) == 0 {
		return refValue{}, &brokenRefError{name, "the ref is empty"}
	}
	s := strings.TrimRight(string(text), "\n\r\t ")
	if target, ok := strings.CutPrefix(s, "ref:"); ok {
		target = strings.TrimSpace(target)
		if checkRefName(target) != nil {
			return refValue{}, &brokenRefError{name, "the ref names a ref that cannot be"}
		}
		return refValue{target: target}, nil
	}
	id, err := ParseID(s)
	if err != nil || id.IsZero() {
		return refValue{}, &brokenRefError{name, "the ref is not an object id"}
	}
	return refValue{id: id}, nil
}

// packedRefs reads the refs that git has put into one file.
func (l layout) packedRefs() (map[string]ID, error) {
	const file = "packed-refs"
	text, err := os.ReadFile(filepath.Join(l.gitDir, file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the packed refs: %w", err)
	}
	refs := map[string]ID{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' || line[0] == '^' {
			continue
		}
		hex, name, ok := strings.Cut(line, " ")
		id, err := ParseID(hex)
		if !ok || err != nil {
			return nil, &brokenRefError{file, fmt.Sprintf("the line %q is no ref", line)}
		}
		refs[name] = id
	}
	return refs, nil
}

// refs gives all refs below a prefix that ends in a slash, symbolic ones
// resolved; broken ones come beside, with what is wrong.
func (l layout) refs(prefix string) (found map[string]ID, broken map[string]error, err error) {
	found, broken = map[string]ID{}, map[string]error{}
	packed, err := l.packedRefs()
	if err != nil {
		return nil, nil, err
	}
	for name, id := range packed {
		if strings.HasPrefix(name, prefix) {
			found[name] = id
		}
	}
	names, err := l.looseRefs(prefix)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		id, err := l.resolveRef(name)
		delete(found, name)
		switch {
		case err == nil:
			found[name] = id
		case errors.Is(err, ErrCorrupt):
			broken[name] = err
		case !errors.Is(err, ErrNotFound): // a symbolic ref to nothing yet is fine
			return nil, nil, err
		}
	}
	return found, broken, nil
}

func (l layout) looseRefs(prefix string) ([]string, error) {
	var names []string
	root := l.refFile(strings.TrimSuffix(prefix, "/"))
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // git removes empty folders
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(l.gitDir, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if d.Type().IsRegular() && checkRefName(name) == nil {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the refs: %w", err)
	}
	return names, nil
}

// head gives the branch that HEAD names, or an empty name when it is detached.
func (l layout) head() (branch string, err error) {
	v, err := l.readRef(headRef)
	if err != nil {
		return "", fmt.Errorf("read HEAD: %w", err)
	}
	branch, _ = strings.CutPrefix(v.target, branchPrefix)
	return branch, nil
}
