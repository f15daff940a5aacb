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

// Lookup gives a variable's value, and whether it is set at all.
func (e Env) Lookup(name string) (string, bool) {
	value, ok := e.values[name]
	return value, ok
}

// Org gives what is set for one org: Org("prod", "CLIENT_ID").
func (e Env) Org(alias, what string) string { return e.Get(VariableOf(alias, what)) }

// naming are the variables of an org that are enough to know where it is.
func naming() []string { return []string{"INSTANCE_URL", "SFDX_AUTH_URL"} }

// HasOrg tells whether the environment names an org.
func (e Env) HasOrg(alias string) bool { return e.NamedBy(alias) != "" }

// NamedBy gives the variable that names an org; "" when none does.
func (e Env) NamedBy(alias string) string {
	for _, what := range naming() {
		if e.Org(alias, what) != "" {
			return VariableOf(alias, what)
		}
	}
	return ""
}

// Orgs gives the aliases that the environment names, sorted. An alias's - cannot
// be told from its _ there and reads as _.
func (e Env) Orgs() []string {
	found := map[string]bool{}
	for name := range e.values {
		rest, ours := strings.CutPrefix(name, "ORGKEEP_ORG_")
		for _, what := range naming() {
			alias, names := strings.CutSuffix(rest, "_"+what)
			if alias = strings.ToLower(alias); ours && names && CheckAlias(alias) == nil {
				found[alias] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
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
