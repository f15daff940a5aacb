package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/spf13/pflag"
)

// pushing says whether and where snapshots are pushed.
type pushing struct {
	Push   bool
	Remote string
}

func (p *pushing) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&p.Push, "push", false, "push the orgs' branches when they are recorded, never by force")
	flags.StringVar(&p.Remote, "remote", "", "push to the remote `NAME` (default: origin, or the only one)")
}

// remote says how a remote is reached: as git is told, and by what the environment
// has for it.
func (f *Factory) remote(name string) (snapshot.Remote, error) {
	r := snapshot.Remote{
		Name: name, User: f.Env.Get("ORGKEEP_GIT_USER"), Password: f.Env.Get("ORGKEEP_GIT_TOKEN"),
		KeyPassword: f.Env.Get("ORGKEEP_GIT_SSH_PASSPHRASE"), AllowLocal: f.Env.Get("ORGKEEP_GIT_LOCAL") == "on",
	}
	f.IO.Redactor.Add(r.Password, r.KeyPassword)
	if key := f.Env.Get("ORGKEEP_GIT_SSH_KEY"); key != "" {
		r.KeyFile = f.Path(key)
	}
	if file := f.Env.Get("ORGKEEP_CA_FILE"); file != "" {
		roots, err := os.ReadFile(f.Path(file))
		if err != nil {
			return snapshot.Remote{}, fmt.Errorf("read ORGKEEP_CA_FILE: %w", err)
		}
		r.Roots = roots
	}
	return r, nil
}

func branchesOf(settings *config.Config, aliases []string) []string {
	var branches []string
	for _, alias := range aliases {
		branches = append(branches, settings.Org(alias).Branch)
	}
	return branches
}

// begin finds out beforehand whether what a run records could be pushed, and brings
// what a fresh clone lacks: the branches, and the listing that makes a run short.
func (p pushing) begin(ctx context.Context, f *Factory, store *snapshot.Store, branches []string) error {
	r, err := f.remote(p.Remote)
	if err != nil {
		return err
	}
	if p.Push {
		return store.MayPush(ctx, r, branches...)
	}
	lacking, err := lackingOf(ctx, store, branches)
	if err != nil || len(lacking) == 0 {
		return err
	}
	_, err = store.Fetch(ctx, r, lacking...)
	if err == nil || errors.Is(err, snapshot.ErrNoRemote) {
		return nil
	}
	if e := explainRemote(err); e != nil {
		return e // to go on would make it worse
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f.IO.Note("note: what the remote has of %s is not known: %v", strings.Join(lacking, ", "), err)
	return nil
}

// lackingOf gives the branches that are not here, or without the listing of the
// last run.
func lackingOf(ctx context.Context, store *snapshot.Store, branches []string) ([]string, error) {
	var lacking []string
	for _, branch := range branches {
		_, err := store.Head(ctx, branch)
		if err == nil {
			_, err = store.Kept(ctx, branch, capture.ListingName)
		}
		switch {
		case errors.Is(err, snapshot.ErrNoSnapshot) || errors.Is(err, snapshot.ErrNotFound) || errors.Is(err, snapshot.ErrCorrupt):
			lacking = append(lacking, branch)
		case err != nil:
			return nil, err
		}
	}
	return lacking, nil
}

// push brings the branches that have a snapshot to the remote, and a tag.
func (p pushing) push(ctx context.Context, f *Factory, store *snapshot.Store, branches []string, tag string) error {
	if !p.Push {
		return nil
	}
	r, err := f.remote(p.Remote)
	if err != nil {
		return err
	}
	var have, tags []string
	for _, branch := range branches {
		if _, err := store.Head(ctx, branch); err == nil {
			have = append(have, branch)
		} else if !errors.Is(err, snapshot.ErrNoSnapshot) {
			return err
		}
	}
	if tag != "" {
		tags = []string{tag}
	}
	if len(have) == 0 {
		return nil
	}
	pushed, err := store.Push(ctx, r, have, tags)
	if err != nil {
		return err
	}
	for _, b := range pushed {
		if b.Old != b.New {
			f.IO.Note("pushed  %s  %s", b.Branch, f.revision(b.New.String()))
		}
	}
	return nil
}

// explainRemote has words for what a remote may answer.
func explainRemote(err error) *Error {
	var ahead *snapshot.RemoteAheadError
	var apart *snapshot.DivergedError
	var rewritten *snapshot.RewrittenError
	switch {
	case errors.As(err, &ahead):
		return &Error{Code: "remote-ahead", Exit: ExitRefused, Message: err.Error(), err: err, Hint: Hint{"Bring them", fmt.Sprintf("git fetch %s %s:%s", ahead.Remote, ahead.Branch, ahead.Branch)}}
	case errors.As(err, &apart):
		return &Error{Code: "diverged", Exit: ExitRefused, Message: err.Error(), err: err, Hint: Hint{"See both", fmt.Sprintf("git log --oneline --left-right %s...%s/%s", apart.Branch, apart.Remote, apart.Branch)}}
	case errors.As(err, &rewritten):
		return &Error{Code: "rewritten", Exit: ExitIntegrity, Message: err.Error(), err: err, Hint: Hint{"What is here is whole; give it back when that was no intention", fmt.Sprintf("git push %s %s:refs/heads/%s-kept", rewritten.Remote, rewritten.Had, rewritten.Branch)}}
	}
	return nil
}
