package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/spf13/cobra"
)

type tagOptions struct {
	Factory *Factory
	Open    func(context.Context) (*snapshot.Store, *config.Config, error)
	Alias   string
	Name    string
	Message string
}

func newTagCommand(f *Factory, runF func(context.Context, tagOptions) error) *cobra.Command {
	opts := tagOptions{Factory: f, Open: f.OpenStore}
	c := &cobra.Command{
		Use:   "tag ALIAS NAME",
		Short: "Name the newest snapshot of an org",
		Long: `Puts an annotated tag on the newest snapshot of an org, so that a rollback can
name it. A tag that exists is not moved. It is signed with your ssh or gpg key
when Git is set up to sign tags (tag.gpgSign).` + exitStatus("tagged", ExitIntegrity, ExitNotSetUp, ExitLocked),
		Example:           "  orgkeep tag prod v2026.11\n  orgkeep rollback prod --to v2026.11",
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: f.completeAlias(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Alias, opts.Name = args[0], args[1]
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runTag(c.Context(), opts)
		},
	}
	c.Flags().StringVarP(&opts.Message, "message", "m", "", "what the tag is for")
	return c
}

func runTag(ctx context.Context, opts tagOptions) error {
	f := opts.Factory
	if err := config.CheckAlias(opts.Alias); err != nil {
		return err
	}
	store, settings, err := opts.Open(ctx)
	if err != nil {
		return err
	}
	unlock, err := store.Lock(ctx, "tag")
	if err != nil {
		return err
	}
	defer unlock()
	id, err := store.Head(ctx, settings.Org(opts.Alias).Branch)
	if err != nil {
		return ForOrg(opts.Alias, err)
	}
	if err := f.tagSnapshot(ctx, store, opts.Name, id, cmp.Or(strings.TrimSpace(opts.Message), "snapshot of "+opts.Alias)); err != nil {
		return err
	}
	if f.JSON() {
		return f.WriteJSON("tag", map[string]string{"name": opts.Name, "revision": id.String(), "org": opts.Alias})
	}
	fmt.Fprintf(f.IO.Out, "%s  is tagged %s\n", f.revision(id.String()), opts.Name)
	return nil
}

// tagSnapshot puts a tag on a commit, in the name of whom git knows. The caller
// holds the lock.
func (f *Factory) tagSnapshot(ctx context.Context, store *snapshot.Store, name string, id snapshot.ID, message string) error {
	tagger, err := store.Identity()
	if err != nil {
		return err
	}
	tagger.When = f.Now()
	sign, err := f.tagSigner(ctx, store.Dir())
	if err != nil {
		return err
	}
	if err := store.TagSigned(ctx, name, id, tagger, message+"\n", sign); err != nil {
		return fmt.Errorf("tag %s: %w", name, err)
	}
	return nil
}
