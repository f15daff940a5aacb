package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/spf13/pflag"
)

// gitSetup is what can be installed in a repository for Git to call.
type gitSetup struct {
	Filter      bool // normalize what is added
	MergeDriver bool // merge by key
	PreCommit   bool // refuse commits of what is not normalized
}

// setupFile is a file that was looked at; made tells whether it changed.
type setupFile struct {
	name string // from the work tree
	made bool
}

const (
	attributesFile = ".gitattributes"
	preCommitHook  = "hooks/pre-commit"
)

// The sections of Git's configuration. Git starts orgkeep from the top of the
// work tree, with %f and the like quoted for the shell.
const (
	filterSection = `[filter "orgkeep"]
	clean = orgkeep normalize --filter %f
	process = orgkeep normalize --filter-process
`
	mergeSection = `[merge "orgkeep"]
	name = metadata XML by key
	driver = orgkeep merge-driver %O %A %B %P
`
)

// preCommitScript checks what is staged, not what lies in the work tree. The
// settings are put above it: those that are staged, else those that are there.
const preCommitScript = `#!/bin/sh
# Refuses to commit metadata that is not normalized. Made by orgkeep init.
staged=$(mktemp -d) || exit 1
trap 'rm -rf "$staged"' EXIT
git diff --cached --name-only -z --diff-filter=ACMR |
	git checkout-index --stdin -z --prefix="$staged/" || exit 1
git checkout-index --quiet --force --prefix="$staged/" -- orgkeep.yaml 2>/dev/null ||
	cp orgkeep.yaml "$staged/" 2>/dev/null
unset GIT_DIR GIT_WORK_TREE
cd "$staged" && orgkeep normalize --check .
`

// Somebody else's hook is not touched.
var (
	errHookThere      = errors.New("there is a pre-commit hook already; orgkeep normalize --check FILE... can be called in it")
	errHooksElsewhere = errors.New("core.hooksPath names another folder for hooks; orgkeep normalize --check FILE... can be called in a hook there")
)

// setUpGit installs in the repository that dir is in. What is there already
// stays as it is.
func (f *Factory) setUpGit(dir string, what gitSetup) ([]setupFile, error) {
	if what == (gitSetup{}) {
		return nil, nil
	}
	store, err := snapshot.Open(dir, f.snapshotOptions())
	if err != nil {
		return nil, fmt.Errorf("open the repository: %w", err)
	}
	private, err := store.PrivateDir()
	if err != nil {
		return nil, err
	}
	settings, err := config.Load(store.Dir())
	if err != nil {
		return nil, err
	}
	var files []setupFile
	for _, step := range f.setupSteps(store.Dir(), filepath.Dir(private), settings, what) {
		made, err := step.do()
		if err != nil {
			return files, err
		}
		files = append(files, setupFile{step.name, made})
	}
	return files, nil
}

// setupStep writes one file, or finds that nothing is missing in it.
type setupStep struct {
	name string
	do   func() (made bool, err error)
}

func (f *Factory) setupSteps(dir, gitDir string, settings *config.Config, what gitSetup) (steps []setupStep) {
	var lines, sections []string
	if what.Filter {
		lines, sections = append(lines, attributes(settings, "filter=orgkeep")...), append(sections, filterSection)
	}
	if what.MergeDriver {
		lines, sections = append(lines, attributes(settings, "merge=orgkeep")...), append(sections, mergeSection)
	}
	gitConfig := filepath.Join(gitDir, "config")
	if len(lines) > 0 {
		steps = append(
			steps,
			setupStep{attributesFile, func() (bool, error) { return f.addAttributes(filepath.Join(dir, attributesFile), lines) }},
			setupStep{".git/config", func() (bool, error) { return f.addSections(gitConfig, sections) }},
		)
	}
	if what.PreCommit {
		hook := filepath.Join(gitDir, filepath.FromSlash(preCommitHook))
		steps = append(steps, setupStep{".git/" + preCommitHook, func() (bool, error) { return f.addHook(hook, gitConfig) }})
	}
	return steps
}

// attributes gives the lines for all that may be metadata XML: what sf writes in
// source format, and the folders of orgs in metadata format. The command itself
// leaves alone what is no XML.
func attributes(settings *config.Config, value string) []string {
	lines := []string{"*-meta.xml " + value}
	roots := []string{config.DefaultRoot}
	for _, alias := range settings.Aliases() {
		roots = append(roots, settings.Org(alias).Root)
	}
	slices.Sort(roots)
	for _, root := range slices.Compact(roots) {
		lines = append(lines, attributePattern("/"+root+"/**")+" "+value)
	}
	return lines
}

// attributePattern quotes a pattern with blanks, as git reads it.
func attributePattern(pattern string) string {
	if !strings.ContainsAny(pattern, " \t\"") {
		return pattern
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(pattern) + `"`
}

// addAttributes adds the lines that the file lacks.
func (f *Factory) addAttributes(name string, lines []string) (made bool, err error) {
	old, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		old, err = []byte(snapshot.GitAttributes), nil
	}
	if err != nil {
		return false, fmt.Errorf("read the attributes: %w", err)
	}
	text := string(old)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	there := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for _, l := range lines {
		if !slices.Contains(there, l) {
			text += l + "\n"
			made = true
		}
	}
	if !made {
		return false, nil
	}
	return true, state.WriteFile(f.Sys.FS, name, []byte(text), 0o644)
}

// addSections adds the sections that Git's configuration lacks, under the lock
// that git takes for it.
func (f *Factory) addSections(name string, sections []string) (made bool, err error) {
	lock, err := f.Sys.FS.OpenFile(name+".lock", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return false, fmt.Errorf("lock git's configuration: %w", err)
	}
	drop := func(err error) error { return errors.Join(err, lock.Close(), f.Sys.FS.Remove(lock.Name())) }
	old, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, drop(fmt.Errorf("read git's configuration: %w", err))
	}
	text := string(old)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	for _, s := range sections {
		header, _, _ := strings.Cut(s, "\n")
		if !strings.Contains(text, header) {
			text += s
			made = true
		}
	}
	if !made {
		return false, drop(nil)
	}
	if _, err := lock.Write([]byte(text)); err != nil {
		return false, drop(fmt.Errorf("write git's configuration: %w", err))
	}
	if err := state.Finish(f.Sys.FS, lock, name); err != nil {
		return false, fmt.Errorf("write git's configuration: %w", err)
	}
	return true, f.Sys.FS.SyncDir(filepath.Dir(name))
}

// addHook writes the hook, unless another one is there, or would run instead.
func (f *Factory) addHook(name, gitConfig string) (made bool, err error) {
	settings, err := os.ReadFile(gitConfig)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("read git's configuration: %w", err)
	}
	if strings.Contains(strings.ToLower(string(settings)), "hookspath") {
		return false, errHooksElsewhere
	}
	old, err := os.ReadFile(name)
	switch {
	case err == nil && string(old) == preCommitScript:
		return false, nil
	case err == nil:
		return false, fmt.Errorf("%s: %w", name, errHookThere)
	case !errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("look for a hook: %w", err)
	}
	if err := state.MakeDir(f.Sys.FS, filepath.Dir(name), 0o777); err != nil {
		return false, fmt.Errorf("make the folder of hooks: %w", err)
	}
	return true, state.WriteFile(f.Sys.FS, name, []byte(preCommitScript), 0o755)
}

// showSetup names what was written and what was there.
func (f *Factory) showSetup(command string, files []setupFile) error {
	made, kept := []string{}, []string{}
	for _, file := range files {
		if file.made {
			made = append(made, file.name)
		} else {
			kept = append(kept, file.name)
		}
	}
	if f.JSON() {
		return f.WriteJSON(command, map[string][]string{"written": made, "kept": kept})
	}
	for _, name := range made {
		fmt.Fprintf(f.IO.Out, "wrote  %s\n", name)
	}
	for _, name := range kept {
		fmt.Fprintf(f.IO.Out, "kept   %s\n", name)
	}
	return nil
}

func (s *gitSetup) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&s.Filter, "git-filter", false, "make Git normalize metadata when it is added")
	flags.BoolVar(&s.PreCommit, "pre-commit", false, "make Git refuse commits of metadata that is not normalized")
}
