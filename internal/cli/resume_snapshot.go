package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/state"
)

// snapshotNote says which snapshot is under way. It lies beside what the run
// keeps, and goes with it.
type snapshotNote struct {
	Alias          string    `json:"org"`
	Began          time.Time `json:"began"`
	Message        string    `json:"message,omitempty"`
	Tag            string    `json:"tag,omitempty"`
	Selection      selection `json:"selection"`
	Full           bool      `json:"full,omitempty"`
	SingleCommit   bool      `json:"single_commit,omitempty"`
	AllowDeletions int       `json:"allow_deletions,omitempty"`
	Pushing        pushing   `json:"pushing"`
}

const snapshotNoteName = "run.json"

// begin notes that a snapshot is under way; dir is the org's folder of downloads.
func (o snapshotOptions) begin(alias, dir string) error {
	fs := o.Factory.Sys.FS
	data, err := json.Marshal(snapshotNote{
		Alias: alias, Began: o.Factory.Now().UTC(), Message: o.Message, Tag: o.Tag, Selection: o.Selection, Full: o.Full,
		SingleCommit: o.SingleCommit, AllowDeletions: o.AllowDeletions, Pushing: o.Pushing,
	})
	if err == nil {
		err = fs.MkdirAll(dir, 0o700)
	}
	if err == nil {
		err = state.WriteFile(fs, filepath.Join(dir, snapshotNoteName), state.WithSum(data), 0o600)
	}
	if err != nil {
		return fmt.Errorf("note that a snapshot is under way: %w", err)
	}
	return nil
}

// forgetSnapshot takes the note away.
func (f *Factory) forgetSnapshot(dir string) error {
	if err := f.Sys.FS.Remove(filepath.Join(dir, snapshotNoteName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("forget that a snapshot was under way: %w", err)
	}
	return nil
}

// pendingSnapshots gives the snapshots that did not end, by alias.
func (f *Factory) pendingSnapshots(store *snapshot.Store, alias string) ([]snapshotNote, error) {
	dir, err := f.zipDir(store)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for snapshots that did not end: %w", err)
	}
	var out []snapshotNote
	for _, e := range entries {
		var n snapshotNote
		data, err := state.ReadSummed(filepath.Join(dir, e.Name(), snapshotNoteName))
		if err != nil || json.Unmarshal(data, &n) != nil || n.Alias != e.Name() {
			continue // none is there, or one that says nothing
		}
		if alias == "" || alias == n.Alias {
			out = append(out, n)
		}
	}
	return out, nil
}

// resumeSnapshot takes a snapshot that did not end once more; what it has already
// retrieved is taken from where it lies.
func (f *Factory) resumeSnapshot(ctx context.Context, opts resumeOptions, n snapshotNote) error {
	f.IO.Note("%s: going on with the snapshot of %s", n.Alias, n.Began.UTC().Format(time.RFC3339))
	return runSnapshot(ctx, snapshotOptions{
		Factory: f, Open: opts.Open, Org: opts.Org, Aliases: []string{n.Alias}, Message: n.Message, Tag: n.Tag, Selection: n.Selection,
		Full: n.Full, SingleCommit: n.SingleCommit, AllowDeletions: n.AllowDeletions, Pushing: n.Pushing, collect: opts.collect,
	})
}
