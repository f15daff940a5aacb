package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
)

// fsckResult is what --json prints.
type fsckResult struct {
	Healthy  bool      `json:"healthy"`
	Findings []finding `json:"findings"`
	Repaired []repair  `json:"repaired"`
}

type finding struct {
	File    string `json:"file"`
	Problem string `json:"problem"`
	Repair  string `json:"repair,omitempty"`
}

type repair struct {
	Branch   string `json:"branch"`
	Revision string `json:"revision"`
}

func runFsck(ctx context.Context, opts fsckOptions) error {
	f := opts.Factory
	store, settings, err := opts.Open(ctx)
	if err != nil {
		return err
	}
	if opts.BreakLock {
		if err := store.BreakLock(ctx); err != nil {
			return err
		}
		f.IO.Note("The lock is free.")
	}
	result := fsckResult{Findings: []finding{}, Repaired: []repair{}}
	if opts.Repair {
		if result.Repaired, err = f.repair(ctx, store, settings); err != nil {
			return err
		}
	}
	if opts.Revision != "" {
		if err := f.readAll(ctx, store, settings, opts); err != nil {
			return err
		}
	}
	report, err := store.Fsck(ctx, snapshot.FsckOptions{ReadData: opts.ReadData})
	if err != nil {
		return fmt.Errorf("check the repository: %w", err)
	}
	for _, found := range report.Findings {
		result.Findings = append(result.Findings, finding(found))
	}
	result.Healthy = len(result.Findings) == 0
	return f.showFsck(result)
}

// repair sets broken branches to the newest state that is known to be good.
func (f *Factory) repair(ctx context.Context, store *snapshot.Store, settings *config.Config) ([]repair, error) {
	unlock, err := store.Lock(ctx, "repair")
	if err != nil {
		return nil, err
	}
	defer unlock()
	done := []repair{}
	for _, alias := range f.aliases(settings) {
		branch := settings.Org(alias).Branch
		_, err := store.Head(ctx, branch)
		var damaged *snapshot.DamagedError
		if !errors.As(err, &damaged) {
			continue
		}
		id, err := store.Repair(ctx, branch)
		if err != nil {
			return nil, ForOrg(alias, err)
		}
		done = append(done, repair{branch, id.String()})
	}
	return done, nil
}

// readAll reads the files of one revision: all of them with --read-data, else
// only where they are.
func (f *Factory) readAll(ctx context.Context, store *snapshot.Store, settings *config.Config, opts fsckOptions) error {
	id, err := f.resolve(ctx, store, settings, opts.Revision)
	if err != nil {
		return ForOrg(aliasIn(opts.Revision), err)
	}
	t, err := store.Tree(ctx, id, "")
	if err != nil {
		return fmt.Errorf("read %s: %w", opts.Revision, err)
	}
	if !opts.ReadData {
		return nil
	}
	for e := range t.All() {
		if _, err := store.Blob(ctx, e.Hash); err != nil {
			return fmt.Errorf("read %s of %s: %w", e.Path, opts.Revision, err)
		}
	}
	return nil
}

func (f *Factory) showFsck(r fsckResult) error {
	if f.JSON() {
		if err := f.WriteJSON("fsck", r); err != nil {
			return err
		}
	} else if err := f.printFsck(r); err != nil {
		return err
	}
	if !r.Healthy {
		return Status(ExitIntegrity)
	}
	return nil
}

func (f *Factory) printFsck(r fsckResult) error {
	for _, done := range r.Repaired {
		f.IO.Note("%s  is set to %s", done.Branch, f.revision(done.Revision))
	}
	if r.Healthy {
		fmt.Fprintln(f.IO.Out, "healthy")
		return nil
	}
	t := f.IO.NewTable("file", "problem", "repair")
	for _, found := range r.Findings {
		t.Row(found.File, found.Problem, found.Repair)
	}
	return t.Write()
}
