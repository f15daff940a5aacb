package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/mail"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
	"gopkg.in/yaml.v3"
)

// FileName is the settings file at a repository's root.
const FileName = "orgkeep.yaml"

// Format is the version of the settings file that is understood.
const Format = 1

// Defaults of an org that the settings do not change.
const (
	DefaultRoot = "metadata"
	// DefaultFullEvery is how long a full run is good for.
	DefaultFullEvery = 7 * 24 * time.Hour

	branchPrefix = "org/"
)

// ErrInvalid is wrapped by every error about what a settings file says.
var ErrInvalid = errors.New("the settings are not valid")

// Config is a repository's settings.
type Config struct {
	// Path is the file that was read; empty when there is none.
	Path string

	orgs      map[string]Org
	users     map[string]mail.Address
	normalize []normalize.Option

	exceptions []diff.Exception
	masks      []diff.Mask
}

// Org is what is set for one org.
type Org struct {
	Alias  string
	Branch string // short name, "org/prod"
	Root   string // folder of the branch that holds the org, slash separated
	// APIVersion is zero when the sign-in decides.
	APIVersion metadata.Version
	// FullEvery is how long after a full run the next one is made; in between only
	// what moved is retrieved.
	FullEvery time.Duration
	// Include and Exclude say what of the org snapshots are about, as TYPE or
	// TYPE:GLOB; no Include means everything. Namespaces are the packages of which
	// components are taken; nil means all.
	Include, Exclude, Namespaces []string
	// AllowProduction lets deploys to a production org go without --production.
	AllowProduction bool
	// MaxDeletes is how many components one deploy may delete; nil is no limit.
	MaxDeletes *int
	// Sandbox is the sandbox's name, empty where the settings do not tell.
	Sandbox string
	// Users are names of users that are others in this org, by those in other orgs'
	// metadata.
	Users map[string]string
}

// file is orgkeep.yaml as it is written.
type file struct {
	Version   int                `yaml:"version"`
	Orgs      map[string]fileOrg `yaml:"orgs"`
	Users     map[string]string  `yaml:"users"`
	Normalize fileNormalize      `yaml:"normalize"`
	Drift     fileDrift          `yaml:"drift"`
}

type fileOrg struct {
	Branch     string `yaml:"branch"`
	Root       string `yaml:"root"`
	APIVersion string `yaml:"api-version"`
	FullEvery  string `yaml:"full-every"`

	Include    []string  `yaml:"include"`
	Exclude    []string  `yaml:"exclude"`
	Namespaces *[]string `yaml:"namespaces"`

	Production bool   `yaml:"allow-production"`
	MaxDeletes *int   `yaml:"max-deletes"`
	Sandbox    string `yaml:"sandbox"`

	Users map[string]string `yaml:"users"`
}

// Load reads the settings of the repository at dir. No file is no error: every
// setting then has its default.
func Load(dir string) (*Config, error) {
	name := filepath.Join(dir, FileName)
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return &Config{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	c, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c.Path = name
	return c, nil
}

// Parse reads the text of a settings file. Its errors are ErrInvalid and name
// the line where the reader of YAML knows it.
func Parse(data []byte) (*Config, error) {
	var f file
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: %s", ErrInvalid, plainYAML(err))
	}
	if f.Version != 0 && f.Version != Format {
		return nil, fmt.Errorf("%w: version %d is not understood, only %d", ErrInvalid, f.Version, Format)
	}
	c := &Config{orgs: make(map[string]Org, len(f.Orgs)), users: make(map[string]mail.Address, len(f.Users))}
	for _, alias := range slices.Sorted(maps.Keys(f.Orgs)) {
		org, err := f.Orgs[alias].check(alias)
		if err != nil {
			return nil, fmt.Errorf("%w: orgs: %w", ErrInvalid, err)
		}
		c.orgs[alias] = org
	}
	for username, who := range f.Users {
		address, err := mail.ParseAddress(who)
		if err != nil {
			return nil, fmt.Errorf("%w: users: %s: %q is not of the form Name <mail@host>", ErrInvalid, username, who)
		}
		c.users[strings.ToLower(username)] = *address
	}
	var err error
	if c.normalize, err = f.Normalize.check(data); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if c.exceptions, c.masks, err = f.Drift.check(data); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return c, nil
}

// plainYAML takes the library's own words out of its message.
func plainYAML(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	text = strings.TrimPrefix(text, "unmarshal errors:\n  ")
	text = strings.ReplaceAll(text, "not found in type config.fileOrg", "is not known under an org (branch, root, api-version, full-every, include, exclude, namespaces, allow-production, max-deletes, sandbox and users are)")
	text = strings.ReplaceAll(text, "not found in type config.fileNormalize", "is not known under normalize (carriage-returns and rules are)")
	text = strings.ReplaceAll(text, "not found in type config.fileRule", "is not known in a rule (type, path, key, compare, keep and reason are)")
	text = strings.ReplaceAll(text, "not found in type config.fileDrift", "is not known under drift (ignore and mask are)")
	text = strings.ReplaceAll(text, "not found in type config.fileIgnore", "is not known in a rule (type, name, element, key, reason, owner and until are)")
	text = strings.ReplaceAll(text, "not found in type config.file", "is not known (version, orgs, users, normalize and drift are)")
	text = goType.ReplaceAllString(text, "into what belongs here")
	return strings.ReplaceAll(text, "\n  ", "; ")
}

// goType is how the library of YAML names what a key should hold.
var goType = regexp.MustCompile(`into (map\[string\]|\[\])?(config\.\w+|string|int|bool)\b`)

func (o fileOrg) check(alias string) (Org, error) {
	if err := CheckAlias(alias); err != nil {
		return Org{}, err
	}
	org := defaultOrg(alias)
	if o.Branch != "" {
		if !branchName(o.Branch) {
			return Org{}, fmt.Errorf("%s: branch: %q cannot name a branch", alias, o.Branch)
		}
		org.Branch = o.Branch
	}
	if o.Root != "" {
		org.Root = path.Clean(o.Root)
		if err := metadata.CheckPath(org.Root); err != nil || org.Root == "." {
			return Org{}, fmt.Errorf("%s: root: %q cannot name a folder of the repository", alias, o.Root)
		}
	}
	if o.APIVersion != "" {
		v, err := metadata.ParseVersion(o.APIVersion)
		if err != nil {
			return Org{}, fmt.Errorf("%s: api-version: %w", alias, err)
		}
		if !v.Supported() {
			return Org{}, fmt.Errorf("%s: api-version: %s is not between %s and %s", alias, v, metadata.MinVersion, metadata.MaxVersion)
		}
		org.APIVersion = v
	}
	if o.FullEvery != "" {
		every, err := parseSpan(o.FullEvery)
		if err != nil {
			return Org{}, fmt.Errorf("%s: full-every: %w", alias, err)
		}
		org.FullEvery = every
	}
	for _, text := range slices.Concat(o.Include, o.Exclude) {
		if _, err := diff.ParsePattern(text); err != nil {
			return Org{}, fmt.Errorf("%s: include and exclude: %w", alias, err)
		}
	}
	org.Include, org.Exclude = o.Include, o.Exclude
	if o.Namespaces != nil {
		org.Namespaces = append([]string{}, *o.Namespaces...)
	}
	if o.MaxDeletes != nil && *o.MaxDeletes < 0 {
		return Org{}, fmt.Errorf("%s: max-deletes: %d is below 0", alias, *o.MaxDeletes)
	}
	if strings.ContainsAny(o.Sandbox, ".@ ") {
		return Org{}, fmt.Errorf("%s: sandbox: %q cannot be a sandbox's name", alias, o.Sandbox)
	}
	for from, to := range o.Users {
		if !strings.Contains(from, "@") || !strings.Contains(to, "@") {
			return Org{}, fmt.Errorf("%s: users: %s: %s: both have to be user names", alias, from, to)
		}
	}
	org.Users = o.Users
	org.AllowProduction, org.MaxDeletes, org.Sandbox = o.Production, o.MaxDeletes, o.Sandbox
	return org, nil
}

// branchName follows git check-ref-format as far as a setting needs it.
func branchName(name string) bool {
	if strings.ContainsAny(name, " ~^:?*[\\\x7f") || strings.Contains(name, "..") || strings.Contains(name, "@{") || name == "@" {
		return false
	}
	for _, r := range name {
		if r < ' ' {
			return false
		}
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasPrefix(part, "-") || strings.HasSuffix(part, ".") || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return true
}

func defaultOrg(alias string) Org {
	return Org{Alias: alias, Branch: branchPrefix + alias, Root: DefaultRoot, FullEvery: DefaultFullEvery}
}

// Org gives an org's settings; one that is not listed has the defaults.
func (c *Config) Org(alias string) Org {
	if org, ok := c.orgs[alias]; ok {
		return org
	}
	return defaultOrg(alias)
}

// Aliases gives the orgs that the settings list, sorted.
func (c *Config) Aliases() []string { return slices.Sorted(maps.Keys(c.orgs)) }

// Listed tells whether the settings name an org.
func (c *Config) Listed(alias string) bool {
	_, ok := c.orgs[alias]
	return ok
}

// User gives the person behind a Salesforce username; names of users do not
// depend on case.
func (c *Config) User(username string) (mail.Address, bool) {
	who, ok := c.users[strings.ToLower(username)]
	return who, ok
}
