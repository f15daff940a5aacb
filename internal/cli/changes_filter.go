package cli

import (
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/spf13/pflag"
)

// changeFilter narrows what is shown by what is known of a change beside its
// name.
type changeFilter struct {
	Authors, Paths []string
}

func (c *changeFilter) addFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&c.Authors, "author", nil, "only what users like `GLOB` changed (unknown: where nobody is known); may be repeated")
	flags.StringArrayVar(&c.Paths, "path", nil, "only files like `GLOB`, below the folder of the org; may be repeated")
}

// sieve tells which changes a filter means. The zero sieve means all.
type sieve struct {
	authors, paths []diff.Pattern
}

func (c changeFilter) compile() (sieve, error) {
	var s sieve
	var err error
	if s.authors, err = globs("--author", c.Authors); err != nil {
		return s, err
	}
	s.paths, err = globs("--path", c.Paths)
	return s, err
}

func globs(flag string, all []string) ([]diff.Pattern, error) {
	var out []diff.Pattern
	for _, text := range all {
		p, err := diff.ParsePattern("*:" + text)
		if err != nil {
			return nil, usagef("%s: %v", flag, err)
		}
		out = append(out, p)
	}
	return out, nil
}

// sift keeps the changes that are meant. Root is the folder of the repository
// that holds the org; a pattern for paths may begin with it.
func (s sieve) sift(changes []change, root string) []change {
	return slices.DeleteFunc(changes, func(c change) bool { return !s.keeps(c, root) })
}

func (s sieve) keeps(c change, root string) bool {
	if len(s.authors) > 0 && !like(s.authors, c.Author) {
		return false
	}
	return len(s.paths) == 0 || slices.ContainsFunc(c.Paths, func(path string) bool {
		return like(s.paths, path) || like(s.paths, strings.TrimSuffix(root, "/")+"/"+path)
	})
}

func like(patterns []diff.Pattern, text string) bool {
	return slices.ContainsFunc(patterns, func(p diff.Pattern) bool { return p.Match(metadata.Component{FullName: text}) })
}
