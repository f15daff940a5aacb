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

	"github.com/orgkeep/orgkeep/internal/state"
)

// logMove appends to the logs that git reflog reads, as git does: that of the
// branch, and HEAD's when it stands on the branch. A move that is already the last
// in a log is not written again.
func (s *Store) logMove(m move) error {
	names := []string{m.Ref}
	if branch, err := s.head(); err == nil && branchPrefix+branch == m.Ref {
		names = append(names, headRef)
	}
	return s.logTo(names, m)
}

func (s *Store) logTo(names []string, m move) error {
	who, err := s.Identity()
	if errors.Is(err, ErrNoIdentity) {
		who, err = Signature{Name: "orgkeep", Email: "orgkeep@localhost", When: s.opts.Now()}, nil
	}
	if err != nil {
		return err
	}
	if there, err := s.objects.has(m.Old); err != nil || !there {
		m.Old = ID{} // git takes a log that names what is not there for damaged
	}
	line := fmt.Sprintf("%s %s %s\t%s\n", m.Old, m.New, who.line(), oneLine(m.Log))
	for _, name := range names {
		file := filepath.Join(s.gitDir, "logs", filepath.FromSlash(name))
		if !s.keepsLog(name, file) {
			continue
		}
		if err := s.appendLog(file, line); err != nil {
			return fmt.Errorf("write the log of %s: %w", name, err)
		}
	}
	return nil
}

// keepsLog knows git's rule: core.logAllRefUpdates says true, false or always; by
// default a repository with a work tree keeps logs. Of machine state there is one
// everywhere: it has no history, and git fsck would remark on each earlier one.
func (s *Store) keepsLog(name, file string) bool {
	if _, err := os.Stat(file); err == nil {
		return true
	}
	usual := name == headRef || strings.HasPrefix(name, branchPrefix) || strings.HasPrefix(name, remotePrefix)
	switch set := strings.ToLower(s.config.get("core.logallrefupdates")); set {
	case "always":
		return true
	case "":
		return usual && !s.bare || isState(name)
	default:
		return (usual || isState(name)) && s.config.isTrue("core.logallrefupdates")
	}
}

// isState tells whether a ref is of machine state, ours or as a remote has it.
func isState(name string) bool {
	name, ours := strings.CutPrefix(name, orgkeepPrefix)
	if remote, ok := strings.CutPrefix(name, "remotes/"); ok {
		_, name, _ = strings.Cut(remote, "/")
	}
	return ours && strings.HasPrefix(name, "state/")
}

func (s *Store) appendLog(file, line string) error {
	if err := state.MakeDir(s.fsys, filepath.Dir(file), 0o777); errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrExist) {
		return nil // the log of a deleted branch is in the way, and git lets it be
	} else if err != nil {
		return err
	}
	before, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	last := bytes.TrimSuffix(before, []byte("\n"))
	last = last[bytes.LastIndexByte(last, '\n')+1:]
	const ids = 2*2*idSize + 1 // "<old> <new>"
	if len(last) >= ids && string(last[:ids]) == line[:ids] {
		return nil
	}
	if whole := before[:bytes.LastIndexByte(before, '\n')+1]; len(whole) < len(before) {
		// A full disk or a kill cut the last line off.
		return state.WriteFile(s.fsys, file, append(bytes.Clone(whole), line...), 0o666)
	}
	f, err := s.fsys.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write([]byte(line))
	return errors.Join(err, f.Close())
}
