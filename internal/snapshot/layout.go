package snapshot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// layout is where a repository lies.
type layout struct {
	dir    string // work tree, or gitDir when bare
	gitDir string
	bare   bool
}

// discover walks up from dir to the first folder that is a repository.
func discover(dir string) (layout, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return layout{}, fmt.Errorf("find the repository: %w", err)
	}
	for d := start; ; d = filepath.Dir(d) {
		l, ok, err := at(d)
		if err != nil || ok {
			return l, err
		}
		if d == filepath.Dir(d) {
			return layout{}, fmt.Errorf("%s: %w", start, ErrNotRepository)
		}
	}
}

func at(dir string) (layout, bool, error) {
	dotGit := filepath.Join(dir, ".git")
	info, err := os.Stat(dotGit)
	switch {
	case err == nil && info.IsDir() && isGitDir(dotGit):
		return layout{dir: dir, gitDir: dotGit}, true, nil
	case err == nil && info.Mode().IsRegular():
		gitDir, err := followGitFile(dir, dotGit)
		return layout{dir: dir, gitDir: gitDir}, err == nil, err
	case err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
		return layout{}, false, fmt.Errorf("look for a repository: %w", err)
	}
	if isGitDir(dir) {
		// A folder named .git that git would see from inside as well.
		if filepath.Base(dir) == ".git" {
			return layout{dir: filepath.Dir(dir), gitDir: dir}, true, nil
		}
		return layout{dir: dir, gitDir: dir, bare: true}, true, nil
	}
	return layout{}, false, nil
}

// isGitDir asks for what git itself asks for.
func isGitDir(dir string) bool {
	for _, name := range []string{"objects", "refs"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.IsDir() {
			return false
		}
	}
	_, err := os.Lstat(filepath.Join(dir, "HEAD"))
	return err == nil
}

// followGitFile reads the file that stands for the .git folder of submodules and
// linked work trees.
func followGitFile(dir, file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", file, err)
	}
	target, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir: ")
	if !ok {
		return "", fmt.Errorf("%s does not say where the repository is: %w", file, ErrNotRepository)
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(dir, target)
	}
	if _, err := os.Stat(filepath.Join(target, "commondir")); err == nil {
		return "", fmt.Errorf("%w: %s is a linked work tree; run orgkeep in the main one", ErrUnsupported, dir)
	}
	if !isGitDir(target) {
		return "", fmt.Errorf("%s names %s, which is no repository: %w", file, target, ErrNotRepository)
	}
	return target, nil
}

// check refuses repositories that would be harmed by what is written here.
func (l layout) check(c gitConfig) error {
	if f := c.get("extensions.objectformat"); f != "" && !strings.EqualFold(f, "sha1") {
		return fmt.Errorf("%w: its objects are named by %s; make one with git init --object-format=sha1", ErrUnsupported, f)
	}
	if f := c.get("extensions.refstorage"); f != "" && !strings.EqualFold(f, "files") {
		return fmt.Errorf("%w: its refs are kept as %s; git refs migrate --ref-format=files changes that", ErrUnsupported, f)
	}
	if v := c.get("core.repositoryformatversion"); v != "" && v != "0" && v != "1" {
		return fmt.Errorf("%w: format version %s is newer than this program", ErrUnsupported, v)
	}
	return nil
}

// configured applies what the repository says of its own work tree.
func (l layout) configured(c gitConfig) layout {
	l.bare = l.bare || c.isTrue("core.bare")
	if dir := c.get("core.worktree"); dir != "" && !l.bare {
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(l.gitDir, dir)
		}
		l.dir = dir
	}
	return l
}
