package snapshot

import "context"

// treeChange is one path of the repository at which two commits differ. An entry
// with a zero id stands for nothing there.
type treeChange struct {
	path     string
	old, now treeEntry
}

// diffTrees gives the files, links and modules at which two trees differ, without
// looking into folders that are the same.
func diffTrees(ctx context.Context, r objectReader, old, now ID) ([]treeChange, error) {
	d := treeDiff{ctx: ctx, r: r}
	if err := d.folders("", old, now); err != nil {
		return nil, err
	}
	return d.changes, nil
}

type treeDiff struct {
	ctx     context.Context
	r       objectReader
	changes []treeChange
}

func (d *treeDiff) folders(prefix string, old, now ID) error {
	if old == now {
		return nil
	}
	if err := d.ctx.Err(); err != nil {
		return err
	}
	before, err := d.list(old)
	if err != nil {
		return err
	}
	after, err := d.list(now)
	if err != nil {
		return err
	}
	gone := map[string]treeEntry{}
	for _, e := range before {
		gone[e.name] = e
	}
	for _, e := range after {
		was := gone[e.name]
		delete(gone, e.name)
		if err := d.entry(prefix+e.name, was, e); err != nil {
			return err
		}
	}
	for _, e := range before {
		if _, ok := gone[e.name]; !ok {
			continue
		}
		if err := d.entry(prefix+e.name, e, treeEntry{}); err != nil {
			return err
		}
	}
	return nil
}

func (d *treeDiff) list(id ID) ([]treeEntry, error) {
	if id.IsZero() {
		return nil, nil
	}
	return readTreeFrom(d.r, id)
}

// entry compares one name: as a folder, as something else, or as both.
func (d *treeDiff) entry(path string, old, now treeEntry) error {
	if old.isDir() || now.isDir() {
		var a, b ID
		if old.isDir() {
			a, old = old.id, treeEntry{}
		}
		if now.isDir() {
			b, now = now.id, treeEntry{}
		}
		if err := d.folders(path+"/", a, b); err != nil {
			return err
		}
	}
	if old.id != now.id || old.mode != now.mode {
		d.changes = append(d.changes, treeChange{path, old, now})
	}
	return nil
}
