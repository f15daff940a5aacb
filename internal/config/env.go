package config

import (
	"errors"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// ErrNoHome is returned when the environment does not tell where a user's
// settings lie.
var ErrNoHome = errors.New("HOME is not set")

// Env is an environment, as the process or a test hands it in. The zero value is
// an empty one.
type Env struct{ values map[string]string }

// NewEnv reads NAME=value pairs; the last one of a name counts, as for a shell.
func NewEnv(pairs []string) Env {
	env := Env{values: make(map[string]string, len(pairs))}
	for _, pair := range pairs {
		// Windows has names that begin with "=".
		if name, value, ok := strings.Cut(pair, "="); ok && name != "" {
			env.values[name] = value
		}
	}
	return env
}

// Get gives a variable's value, "" when it is not set.
func (e Env) Get(name string) string { return e.values[name] }

// Org gives what is set for one org: Org("prod", "CLIENT_ID").
func (e Env) Org(alias, what string) string { return e.Get(VariableOf(alias, what)) }

// HasOrg tells whether anything at all is set for an org.
func (e Env) HasOrg(alias string) bool { return e.Org(alias, "INSTANCE_URL") != "" }

// Orgs gives the aliases that the environment signs in by INSTANCE_URL, sorted.
// An alias's - cannot be told from its _ there and reads as _.
func (e Env) Orgs() []string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(e.values)) {
		rest, ours := strings.CutPrefix(name, "ORGKEEP_ORG_")
		alias, url := strings.CutSuffix(rest, "_INSTANCE_URL")
		if alias = strings.ToLower(alias); ours && url && CheckAlias(alias) == nil {
			found = append(found, alias)
		}
	}
	return found
}

// UserDir is the folder for what belongs to the user and not to a repository.
// It is not made here.
func (e Env) UserDir() (string, error) {
	if dir := e.Get("ORGKEEP_CONFIG_DIR"); dir != "" {
		return dir, nil
	}
	if dir := e.Get("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "orgkeep"), nil
	}
	if dir := e.Get("APPDATA"); runtime.GOOS == "windows" && dir != "" {
		return filepath.Join(dir, "orgkeep"), nil
	}
	home := e.Get("HOME")
	if home == "" {
		home = e.Get("USERPROFILE")
	}
	if home == "" {
		return "", ErrNoHome
	}
	return filepath.Join(home, ".config", "orgkeep"), nil
}
