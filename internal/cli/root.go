package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Groups of commands in the help.
const (
	groupDaily  = "daily"
	groupSetup  = "setup"
	groupHealth = "health"
	groupTools  = "tools"
)

func newRootCommand(f *Factory) *cobra.Command {
	root := &cobra.Command{
		Use:   "orgkeep",
		Short: "Keep the metadata of Salesforce orgs in Git",
		Long: `orgkeep keeps the metadata of Salesforce orgs in Git: it retrieves an org,
commits each state as a snapshot, shows what changed, and rolls back.

Like git, it works on the repository it stands in.`,
		Example:       "  orgkeep demo                 the whole story, with no account\n  orgkeep init acme            a repository for your orgs\n  orgkeep auth login prod      sign in to one\n  orgkeep snapshot prod        commit its state",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          showHelp,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return f.applyGlobals()
		},
	}
	root.SetIn(f.IO.In)
	root.SetOut(f.IO.Out)
	root.SetErr(f.IO.Err)
	// Texts of flags are broken where a terminal ends that is as wide as most.
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "FlagUsages", "FlagUsagesWrapped 80"))
	addGlobals(root, f.Global)
	root.AddGroup(
		&cobra.Group{ID: groupDaily, Title: "Daily work:"},
		&cobra.Group{ID: groupSetup, Title: "Setting up:"},
		&cobra.Group{ID: groupHealth, Title: "Health:"},
		&cobra.Group{ID: groupTools, Title: "Tools:"},
	)
	addCommands(root, f)
	root.AddCommand(helpTopics()...)
	root.SetHelpCommandGroupID(groupTools)
	root.SetCompletionCommandGroupID(groupTools)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return &usageError{err: err, line: c.UseLine()} })
	explainUsage(root)
	return root
}

func addGlobals(root *cobra.Command, g *Globals) {
	flags := root.PersistentFlags()
	flags.StringVarP(&g.Dir, "directory", "C", "", "work in `DIR`")
	flags.BoolVar(&g.JSON, "json", false, "print the result as one JSON document")
	flags.StringVar(&g.JQ, "jq", "", "filter the JSON result with a jq `EXPR`")
	flags.BoolVarP(&g.Quiet, "quiet", "q", false, "print nothing but errors on stderr")
	flags.BoolVarP(&g.Verbose, "verbose", "v", false, "log requests on stderr, without secrets")
	flags.BoolVar(&g.NoColor, "no-color", false, "no colours (also: NO_COLOR)")
}

func (f *Factory) applyGlobals() error {
	if f.Global.NoColor {
		f.IO.NoColor()
	}
	if f.Global.Quiet {
		f.IO.BeQuiet()
	}
	if f.Global.Quiet && f.Global.Verbose {
		return usagef("--quiet and --verbose exclude each other")
	}
	return nil
}

// showHelp is what a group of commands does on its own.
func showHelp(c *cobra.Command, _ []string) error { return c.Help() }

// suggestionDistance is how many letters may be wrong in a name that is
// suggested.
const suggestionDistance = 2

// explainUsage makes wrong arguments of every command a usage error with its
// usage line.
func explainUsage(c *cobra.Command) {
	c.SuggestionsMinimumDistance = suggestionDistance
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return &usageError{err: wrongArgs(c, args, err), line: c.UseLine()}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		explainUsage(sub)
	}
}

// wrongArgs says it better where a group of commands got a name that it has not.
func wrongArgs(c *cobra.Command, args []string, err error) error {
	if !c.HasAvailableSubCommands() || len(args) == 0 {
		return err
	}
	text := fmt.Sprintf("%q is no command of %s", args[0], c.CommandPath())
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		text += ", " + strings.Join(near, " or ") + " is"
	}
	return errors.New(text)
}
