package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/config"
)

// gitConfig is what a chain of Git's configuration files says: "section.key" or
// "section.subsection.key", sections and keys in lower case. The last value counts.
type gitConfig map[string]string

func (c gitConfig) get(key string) string { return c[key] }

func (c gitConfig) isTrue(key string) bool {
	switch strings.ToLower(c[key]) {
	case "true", "yes", "on", "1":
		return true
	}
	return false
}

// maxIncludes bounds how deep files may include each other, as in git.
const maxIncludes = 10

// readConfig reads one file; one that is not there says nothing.
func readConfig(name string) (gitConfig, error) {
	c := gitConfig{}
	return c, c.read(name, "", 0)
}

func (c gitConfig) read(name, home string, depth int) error {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read git's configuration: %w", err)
	}
	parsed := config.New()
	if err := config.NewDecoder(bytes.NewReader(data)).Decode(parsed); err != nil {
		return fmt.Errorf("read git's configuration %s: %w", name, err)
	}
	for _, section := range parsed.Sections {
		c.take(strings.ToLower(section.Name), section.Options)
		for _, sub := range section.Subsections {
			c.take(strings.ToLower(section.Name)+"."+sub.Name, sub.Options)
		}
		if strings.EqualFold(section.Name, "include") && depth < maxIncludes {
			for _, path := range section.OptionAll("path") {
				if err := c.read(expand(path, name, home), home, depth+1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (c gitConfig) take(section string, options config.Options) {
	for _, o := range options {
		c[section+"."+strings.ToLower(o.Key)] = o.Value
	}
}

// expand finds an included file: below home, or relative to the file that names
// it.
func expand(path, from, home string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(home, rest)
	}
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(from), path)
}

// userConfig reads all of Git's files in their order: system, user, repository.
func (s *Store) userConfig() (gitConfig, error) { return userConfig(s.opts, s.gitDir) }

func userConfig(opts Options, gitDir string) (gitConfig, error) {
	env := opts.Env
	home := env("HOME")
	if home == "" {
		home = env("USERPROFILE")
	}
	var files []string
	if env("GIT_CONFIG_NOSYSTEM") == "" {
		files = append(files, first(env("GIT_CONFIG_SYSTEM"), filepath.FromSlash("/etc/gitconfig")))
	}
	switch xdg := env("XDG_CONFIG_HOME"); {
	case env("GIT_CONFIG_GLOBAL") != "":
		files = append(files, env("GIT_CONFIG_GLOBAL"))
	case home != "":
		files = append(files, filepath.Join(first(xdg, filepath.Join(home, ".config")), "git", "config"), filepath.Join(home, ".gitconfig"))
	}
	if gitDir != "" {
		files = append(files, filepath.Join(gitDir, "config"))
	}
	c := gitConfig{}
	for _, name := range files {
		if err := c.read(name, home, 0); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
