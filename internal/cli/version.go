package cli

import (
	"context"
	"fmt"

	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/spf13/cobra"
)

type versionOptions struct {
	Factory *Factory
	Build   BuildInfo
}

func newVersionCommand(f *Factory, runF func(context.Context, versionOptions) error) *cobra.Command {
	opts := versionOptions{Factory: f, Build: f.Sys.Build.complete()}
	return &cobra.Command{
		Use:   "version",
		Short: "What was built, and which API versions it speaks",
		Long:  "Shows the version, the commit it was built from, and the API versions it speaks." + exitStatus("always"),
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runVersion(opts)
		},
	}
}

type versionResult struct {
	BuildInfo
	MinAPIVersion string `json:"min_api_version"`
	MaxAPIVersion string `json:"max_api_version"`
}

func runVersion(opts versionOptions) error {
	f := opts.Factory
	result := versionResult{opts.Build, metadata.MinVersion.String(), metadata.MaxVersion.String()}
	if f.JSON() {
		return f.WriteJSON("version", result)
	}
	b := result.BuildInfo
	fmt.Fprintf(f.IO.Out, "orgkeep %s\n", b.Version)
	if b.Commit != "" {
		changed := ""
		if b.Modified {
			changed = ", with changes"
		}
		fmt.Fprintf(f.IO.Out, "commit  %.12s %s%s\n", b.Commit, b.Date, changed)
	}
	fmt.Fprintf(f.IO.Out, "built   %s %s/%s\n", b.Go, b.OS, b.Arch)
	fmt.Fprintf(f.IO.Out, "API     %s to %s\n", result.MinAPIVersion, result.MaxAPIVersion)
	return nil
}
