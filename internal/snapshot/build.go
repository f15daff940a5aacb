package snapshot

import (
	"context"
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// build makes a commit. One that changes nothing is ErrUnchanged unless it is
// wanted all the same.
func (b *Batch) build(ctx context.Context, onto ID, spec CommitSpec, always bool) (ID, error) {
	b.newest = spec.Tree
	var parents []ID
	var base ID
	if !onto.IsZero() {
		c, err := loadCommit(b, onto)
		if err != nil {
			return ID{}, fmt.Errorf("read the commit before: %w", err)
		}
		parents, base = []ID{onto}, c.TreeID
	}
	root, err := b.buildTree(ctx, base, spec)
	if err != nil {
		return ID{}, err
	}
	if root == base && !always {
		return ID{}, ErrUnchanged
	}
	committer, err := b.store.Identity()
	if err != nil {
		return ID{}, err
	}
	id, err := b.add(kindCommit, formatCommit(root, parents, spec, committer), nil)
	if err != nil {
		return ID{}, err
	}
	b.built = append(b.built, id)
	return id, nil
}

// attributesPath is where git looks for what it may do to files.
const attributesPath = ".gitattributes"

// GitAttributes keeps Git from touching line ends: a snapshot is byte for byte
// what was recorded.
const GitAttributes = "# Metadata is kept byte for byte: Git must not change line ends.\n* -text\n"

// buildTree gives the repository's tree: base with what spec changes.
func (b *Batch) buildTree(ctx context.Context, base ID, spec CommitSpec) (ID, error) {
	folder, err := folderAt(b, base, spec.Root)
	if err != nil {
		return ID{}, err
	}
	before, err := b.store.flatten(ctx, b, folder)
	if err != nil {
		return ID{}, fmt.Errorf("read the files before: %w", err)
	}
	edits, err := b.edits(before, spec)
	if err != nil {
		return ID{}, err
	}
	if _, own := spec.Extra[attributesPath]; !own && folder.IsZero() {
		if edits, err = b.firstAttributes(base, edits); err != nil {
			return ID{}, err
		}
	}
	id, err := editTree(b, base, sortEdits(edits))
	if err != nil {
		return ID{}, err
	}
	if id.IsZero() {
		id, err = b.writeTree(nil)
	}
	if err == nil {
		b.remember(id, spec)
	}
	return id, err
}

// edits turns what a commit shall hold into what differs.
func (b *Batch) edits(before tree.Tree, spec CommitSpec) ([]edit, error) {
	// Whoever had the whole repository would take away what others put there.
	if err := checkPath(spec.Root); err != nil {
		return nil, fmt.Errorf("the folder of the org: %w", err)
	}
	var edits []edit
	for c := range tree.Changed(before, spec.Tree) {
		e := edit{path: spec.Root + "/" + c.Path, id: blobID(c.To)}
		if err := checkPath(e.path); err != nil {
			return nil, err
		}
		if err := b.mustHave(e); err != nil {
			return nil, err
		}
		edits = append(edits, e)
	}
	for path, content := range spec.Extra {
		if err := checkPath(path); err != nil {
			return nil, err
		}
		e := edit{path: path}
		if content != nil {
			var err error
			if e.id, err = b.add(kindBlob, content, nil); err != nil {
				return nil, err
			}
		}
		edits = append(edits, e)
	}
	return edits, nil
}

// mustHave refuses to name a file whose content nobody has.
func (b *Batch) mustHave(e edit) error {
	if e.id.IsZero() {
		return nil
	}
	if known, err := b.knows(e.id); known || err != nil {
		return err
	}
	if _, _, err := b.store.objects.read(e.id); err != nil {
		return fmt.Errorf("the content of %s: %w", e.path, err)
	}
	return nil
}

// firstAttributes adds .gitattributes to the first snapshot in a repository that
// has none.
func (b *Batch) firstAttributes(base ID, edits []edit) ([]edit, error) {
	_, there, err := entryAt(b, base, attributesPath)
	if err != nil || there {
		return edits, err
	}
	id, err := b.add(kindBlob, []byte(GitAttributes), nil)
	return append(edits, edit{path: attributesPath, id: id}), err
}

// remember keeps the flat form of the tree that was just made: the next commit of
// the batch goes onto it.
func (b *Batch) remember(root ID, spec CommitSpec) {
	for path := range spec.Extra {
		if strings.HasPrefix(path, spec.Root+"/") {
			return // the folder holds more than the tree
		}
	}
	if folder, err := folderAt(b, root, spec.Root); err == nil && !folder.IsZero() {
		b.store.flat.put(folder, spec.Tree)
	}
}
