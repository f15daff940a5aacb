package config_test

import (
	"errors"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

func TestParseReadsWhatItKnows(t *testing.T) {
	t.Parallel()
	c, err := config.Parse([]byte(`
version: 1
orgs:
  prod: {branch: main, root: src/metadata/, api-version: "66.0", allow-production: true, max-deletes: 0}
  uat: {sandbox: uat, full-every: 36h, users: {tom@acme.example: tina@acme.example.uat}}
  qa: {full-every: 2d, include: [Flow], exclude: ["Flow:Old_*"], namespaces: []}
users:
  Ada@Acme.example: Ada Lovelace <ada@example.com>
`))
	if err != nil {
		t.Fatal(err)
	}
	none := 0
	for alias, want := range map[string]config.Org{
		"prod":  {Alias: "prod", Branch: "main", Root: "src/metadata", APIVersion: 66, FullEvery: config.DefaultFullEvery, AllowProduction: true, MaxDeletes: &none},
		"uat":   {Alias: "uat", Branch: "org/uat", Root: "metadata", FullEvery: 36 * time.Hour, Sandbox: "uat", Users: map[string]string{"tom@acme.example": "tina@acme.example.uat"}},
		"qa":    {Alias: "qa", Branch: "org/qa", Root: "metadata", FullEvery: 48 * time.Hour, Include: []string{"Flow"}, Exclude: []string{"Flow:Old_*"}, Namespaces: []string{}},
		"other": {Alias: "other", Branch: "org/other", Root: "metadata", FullEvery: config.DefaultFullEvery},
	} {
		if d := cmp.Diff(want, c.Org(alias)); d != "" {
			t.Errorf("%s (-want +got):\n%s", alias, d)
		}
	}
	if d := cmp.Diff([]string{"prod", "qa", "uat"}, c.Aliases()); d != "" {
		t.Errorf("aliases (-want +got):\n%s", d)
	}
	if !c.Listed("uat") || c.Listed("other") {
		t.Error("an org is listed when the file names it, and only then")
	}
	who, ok := c.User("ADA@acme.example")
	if want := (mail.Address{Name: "Ada Lovelace", Address: "ada@example.com"}); !ok || who != want {
		t.Errorf("user: got %v, want %v", who, want)
	}
}

func TestParseRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, says string }{
		"an unknown key, with its line":          {"version: 1\norg:\n  prod:\n", "line 2: field org is not known"},
		"an unknown key of an org":               {"orgs:\n  prod:\n    brunch: x\n", "line 3: field brunch is not known under an org"},
		"a version to come":                      {"version: 2\n", "version 2"},
		"an alias that cannot be one":            {"orgs:\n  Prod:\n", "lower-case"},
		"a branch that git would refuse":         {"orgs:\n  prod: {branch: a..b}\n", "branch"},
		"a root outside of the repository":       {"orgs:\n  prod: {root: ../x}\n", "root"},
		"an absolute root":                       {"orgs:\n  prod: {root: /x}\n", "root"},
		"a root in .git":                         {"orgs:\n  prod: {root: .git/x}\n", "root"},
		"the repository itself as root":          {"orgs:\n  prod: {root: .}\n", "root"},
		"an API version that is retired":         {"orgs:\n  prod: {api-version: \"20.0\"}\n", "31.0"},
		"a limit below nothing":                  {"orgs:\n  prod: {max-deletes: -1}\n", "max-deletes"},
		"a pattern that is none":                 {"orgs:\n  prod: {exclude: [\"Flow:[\"]}\n", "exclude"},
		"a span that is none":                    {"orgs:\n  prod: {full-every: soon}\n", "full-every"},
		"a span of nothing":                      {"orgs:\n  prod: {full-every: 0d}\n", "full-every"},
		"a span without an end":                  {"orgs:\n  prod: {full-every: 999999999d}\n", "full-every"},
		"a limit that is no number":              {"orgs:\n  prod:\n    max-deletes: few\n", "line 3"},
		"a switch that is no switch":             {"orgs:\n  prod:\n    allow-production: sometimes\n", "line 3"},
		"a user without an address":              {"users:\n  a@b.example: Ada\n", "users"},
		"something that is no YAML":              {"\t{", "character"},
		"an unknown key of normalize":            {"normalize:\n  rulez: []\n", "line 2: field rulez is not known under normalize"},
		"an unknown key of a rule":               {"normalize:\n  rules:\n    - typ: x\n", "line 3: field typ is not known in a rule"},
		"a mapping for a rule's key":             {"normalize:\n  rules:\n    - {type: A, path: b, key: {c: d}}\n", "line 3"},
		"a way to spell a carriage return":       {"normalize: {carriage-returns: maybe}\n", "neither escaped nor raw"},
		"a rule that says nothing":               {"normalize:\n  rules:\n    - {type: A, path: b}\n", "line 3: normalize: a rule with neither key"},
		"a rule that says two things":            {"normalize:\n  rules:\n    - {type: A, path: b, key: c, keep: true}\n", "line 3: normalize: a rule with both key"},
		"a rule that the normalizer refuses":     {"normalize:\n  rules:\n    - {type: A, path: b, key: c}\n    - {type: Workflow, path: rules.criteriaItems, key: field}\n", "line 4: normalize: custom rule 2: rule cannot be used"},
		"two rules for one place":                {"normalize:\n  rules:\n    - {type: A, path: b, key: c}\n    - {type: A, path: b, keep: true}\n", "already decided by rule 1"},
		"a type in the wrong case":               {"normalize:\n  rules:\n    - {type: profile, path: b, keep: true}\n", "Profile"},
		"an unknown key of drift":                {"drift:\n  ignored: []\n", "line 2: field ignored is not known under drift"},
		"an unknown key of a rule of drift":      {"drift:\n  ignore:\n    - types: x\n", "line 3: field types is not known in a rule"},
		"a rule of drift without a day":          {"drift:\n  ignore:\n    - {type: Profile, reason: r, owner: o}\n", "line 3: drift: a rule without until"},
		"a rule of drift with no such day":       {"drift:\n  ignore:\n    - {type: Profile, reason: r, owner: o, until: 2027-02-30}\n", "until"},
		"a rule of drift without a reason":       {"drift:\n  ignore:\n    - {type: A, reason: r, owner: o, until: never}\n    - {type: Profile, owner: o, until: never}\n", "line 4: drift: rule cannot be used: it has no reason"},
		"a rule of drift for a type in a case":   {"drift:\n  ignore:\n    - {type: customfield, reason: r, owner: o, until: never}\n", "CustomField is"},
		"a mask that there is not":               {"drift: {mask: [everything]}\n", "no such mask"},
		"a sandbox with a dot":                   {"orgs:\n  uat: {sandbox: acme.uat}\n", "sandbox"},
		"a user of an org who has no name":       {"orgs:\n  uat: {users: {tom@acme.example: Tina}}\n", "user names"},
		"a list where there should be a mapping": {"orgs: [prod]\n", "line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Parse([]byte(tc.text))
			if !errors.Is(err, config.ErrInvalid) || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("got %v, want ErrInvalid with %q", err, tc.says)
			}
			if err != nil && strings.Contains(err.Error(), "config.f") {
				t.Errorf("%q names a Go type", err)
			}
		})
	}
}

func TestTheTemplateIsValid(t *testing.T) {
	t.Parallel()
	if _, err := config.Parse(config.Template()); err != nil {
		t.Error(err)
	}
	// What it shows in comments is valid as well.
	var lines []string
	for line := range strings.Lines(string(config.Template())) {
		text := strings.TrimPrefix(strings.TrimPrefix(line, "# "), "#")
		if strings.HasPrefix(line, "# ") && (strings.HasPrefix(text, "  ") || strings.HasPrefix(text, "orgs:") || strings.HasPrefix(text, "users:") || strings.HasPrefix(text, "normalize:") || strings.HasPrefix(text, "drift:")) {
			lines = append(lines, text)
		}
	}
	c, err := config.Parse([]byte(strings.Join(lines, "")))
	if err != nil {
		t.Fatal(err)
	}
	if !c.Listed("prod") {
		t.Error("the example org is missing")
	}
	if len(c.Exceptions()) != 1 || len(c.Masks()) != 1 {
		t.Errorf("rules of drift: %v, %v", c.Exceptions(), c.Masks())
	}
}

func TestParseReadsHowToNormalize(t *testing.T) {
	t.Parallel()
	c, err := config.Parse([]byte(`
normalize:
  carriage-returns: raw
  rules:
    - {type: Layout, path: relatedLists, key: relatedList, reason: ours}
    - {type: Thing, path: parts, key: [name, kind], compare: ci}
    - {type: Package, path: types, keep: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	n, err := normalize.New(c.Normalizer()...)
	if err != nil {
		t.Fatal(err)
	}
	rules := n.Rules()
	want := []normalize.Rule{
		{Type: "Layout", Path: "relatedLists", Key: []string{"relatedList"}, Confidence: "custom", Reason: "ours"},
		{Type: "Thing", Path: "parts", Key: []string{"name", "kind"}, Compare: normalize.IgnoreCase, Confidence: "custom"},
		{Type: "Package", Path: "types", Confidence: "custom"},
	}
	if d := cmp.Diff(want, rules[len(rules)-len(want):]); d != "" {
		t.Errorf("rules (-want +got):\n%s", d)
	}
	in := "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<A>a\r\nb</A>\n"
	if out := string(n.Bytes("", []byte(in)).Output); out != in {
		t.Errorf("carriage returns: %q", out)
	}
}

func TestParseReadsWhatDriftLetsPass(t *testing.T) {
	t.Parallel()
	c, err := config.Parse([]byte(`
drift:
  ignore:
    - {type: Profile, name: "Adm*", element: fieldPermissions, key: "Account.*", reason: why, owner: who, until: 2027-03-31}
    - {type: CustomField, reason: why, owner: who, until: never}
  mask: [users, ids]
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []diff.Exception{
		{Type: "Profile", Name: "Adm*", Element: "fieldPermissions", Key: "Account.*", Reason: "why", Owner: "who", Until: time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)},
		{Type: "CustomField", Reason: "why", Owner: "who"},
	}
	if d := cmp.Diff(want, c.Exceptions()); d != "" {
		t.Errorf("rules (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]diff.Mask{diff.MaskUsers, diff.MaskIDs}, c.Masks()); d != "" {
		t.Errorf("masks (-want +got):\n%s", d)
	}
}

func TestLoadWithoutAFileGivesDefaults(t *testing.T) {
	t.Parallel()
	c, err := config.Load(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if c.Path != "" || c.Org("prod").Branch != "org/prod" {
		t.Errorf("got %+v", c)
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, config.FileName)
	if err := os.WriteFile(name, []byte("orgz: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(dir)
	if !errors.Is(err, config.ErrInvalid) || !strings.Contains(err.Error(), name) {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("version: 1\norgs:\n  prod: {branch: main}\n"))
	f.Add(config.Template())
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Parse(data)
		if err != nil {
			if !errors.Is(err, config.ErrInvalid) {
				t.Errorf("%v is no ErrInvalid", err)
			}
			return
		}
		for _, alias := range c.Aliases() {
			if config.CheckAlias(alias) != nil || strings.Contains(c.Org(alias).Root, "..") {
				t.Errorf("%q: %+v", alias, c.Org(alias))
			}
		}
	})
}
