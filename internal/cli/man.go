package cli

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

type manOptions struct {
	Factory *Factory
	Dir     string
}

// newManCommand is for those who pack orgkeep, and hidden from everybody else.
func newManCommand(f *Factory, runF func(context.Context, manOptions) error) *cobra.Command {
	opts := manOptions{Factory: f}
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages",
		Long: `Writes a manual page for each command into DIR. Their date is that of
SOURCE_DATE_EPOCH where it is set, so that two builds are equal.` + exitStatus("written"),
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Dir = f.Path(args[0])
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runMan(opts)
		},
	}
}

func runMan(opts manOptions) error {
	f := opts.Factory
	date := f.Now().UTC()
	if text := f.Env.Get("SOURCE_DATE_EPOCH"); text != "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
		}
		date = time.Unix(seconds, 0).UTC()
	}
	if err := f.Sys.FS.MkdirAll(opts.Dir, 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	// A tree of commands of its own, as its texts are changed.
	root := newRootCommand(f)
	root.DisableAutoGenTag = true
	forManual(root)
	header := &doc.GenManHeader{
		Title: "ORGKEEP", Section: "1", Date: &date, Source: "orgkeep " + f.Sys.Build.complete().Version, Manual: "orgkeep manual",
	}
	if err := doc.GenManTree(root, header, opts.Dir); err != nil {
		return fmt.Errorf("write the manual: %w", err)
	}
	return nil
}

// heading is a line of capitals on its own: a section of a manual page.
var heading = regexp.MustCompile(`(?m)^([A-Z][A-Z ]+)$`)

// indented are lines that must not flow into one: tables and commands.
var indented = regexp.MustCompile(`(?m)((?:^ {2,}.*\n?)+)`)

// forManual makes Markdown of the help of all commands, which is what manual
// pages are made of.
func forManual(c *cobra.Command) {
	text := indented.ReplaceAllStringFunc(c.Long, func(block string) string {
		return "\n    " + strings.ReplaceAll(strings.TrimRight(block, "\n"), "\n", "\n    ") + "\n\n"
	})
	c.Long = heading.ReplaceAllString(text, "# $1\n")
	for _, sub := range c.Commands() {
		forManual(sub)
	}
}
