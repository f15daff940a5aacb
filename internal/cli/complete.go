package cli

import (
	"slices"

	"github.com/spf13/cobra"
)

// completeAlias offers the orgs that are listed or signed in, for the first n
// arguments of a command; n below zero means all.
func (f *Factory) completeAlias(n int) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if n >= 0 && len(args) >= n {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		aliases := f.signedIn()
		if settings, err := f.settings(c.Context()); err == nil {
			aliases = append(aliases, settings.Aliases()...)
		}
		slices.Sort(aliases)
		aliases = slices.DeleteFunc(slices.Compact(aliases), func(a string) bool { return slices.Contains(args, a) })
		return aliases, cobra.ShellCompDirectiveNoFileComp
	}
}
