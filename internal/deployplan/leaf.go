package deployplan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// edit is one file on its way into a package. Rules change target, the copy that
// is sent, and note in action what that does not reach.
type edit struct {
	b      *builder
	action *Action
	live   *etree.Element // nil when the org has no such file
	target *etree.Element
}

// may notes what may stay behind.
func (e *edit) may(element, key, why string) {
	e.action.MayStay = append(e.action.MayStay, Rest{Element: element, Key: key, Why: why})
}

// refuse says that the component is left as it is.
func (e *edit) refuse(reason, byHand string) {
	e.action.Verb, e.action.Reason, e.action.ByHand = Leave, reason, byHand
}

// same tells whether sending the target would do nothing: it says what the org has
// already, in the same order where that has a meaning.
func (e *edit) same() bool {
	moved := slices.ContainsFunc(e.action.Elements, func(el diff.Element) bool { return el.Kind == diff.Moved })
	return e.live != nil && !moved && sameEntries(e.live, e.target)
}

// hidden is what the platform gives for code that it does not show.
const hidden = "(hidden)"

// files gives the target's files of a component as they are sent. The action
// becomes a Leave when sending them would do nothing, or cannot be done.
func (b *builder) files(ctx context.Context, action *Action, rule rule) ([]File, error) {
	var out []File
	moves := false
	for _, entry := range b.target[action.Component] {
		content, err := b.in.Target.Blobs.Blob(ctx, entry.Hash)
		if err != nil {
			return nil, fmt.Errorf("read %s of the target: %w", entry.Path, err)
		}
		if string(bytes.TrimSpace(content)) == hidden {
			action.Verb, action.Reason = Leave, "the target has not got its code: the platform hides it"
			return nil, nil
		}
		live, err := b.liveContent(ctx, entry.Path)
		if err != nil {
			return nil, err
		}
		file, same, err := b.file(ctx, action, rule, entry, live, content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Path, err)
		}
		out, moves = append(out, file), moves || !same
		if action.Verb == Leave {
			return nil, nil
		}
	}
	if !moves && !b.losesFiles(action.Component) {
		action.Verb = Leave
		if action.Reason == "" {
			action.Reason = "what differs cannot be taken back by a deploy"
		}
		return nil, nil
	}
	return out, nil
}

// losesFiles tells whether the org's component has files that the target lacks,
// which go when the component is replaced.
func (b *builder) losesFiles(c metadata.Component) bool {
	for _, e := range b.live[c] {
		if _, ok := b.in.Target.Tree.Get(e.Path); !ok {
			return true
		}
	}
	return false
}

// file makes one file of the package, and tells whether it means what the org
// has already.
func (b *builder) file(ctx context.Context, action *Action, rule rule, entry tree.Entry, live, content []byte) (out File, same bool, err error) {
	out = heldBy(b.in.Target.Blobs, entry.Path, entry.Hash, len(content))
	out.Hash = entry.Hash.String()
	secret := bytes.Contains(content, []byte(seal.Mark))
	mapped := b.mentionsUser(content)
	if b.in.Registry.IsFolder(entry.Path) || b.isContent(action.Component.Type, entry.Path) {
		rule.transform = nil // it is about what lies in folders, or beside the content
	}
	if rule.transform == nil && !secret && !mapped {
		return out, bytes.Equal(live, content), nil
	}
	doc, err := parse(content)
	if err != nil && rule.transform == nil && !secret {
		return out, bytes.Equal(live, content), nil // text that names somebody
	}
	if err != nil {
		// Neither a rule nor the seal can be applied to it.
		action.Verb, action.Reason = Leave, "the target's "+entry.Path+": "+err.Error()
		return out, true, nil
	}
	e := &edit{b: b, action: action, target: doc.Root()}
	if live != nil {
		// What cannot be read is replaced.
		if had, err := parse(live); err == nil {
			e.live = had.Root()
		}
	}
	if err := errors.Join(b.learnRequired(ctx, e), b.learnAccounts(ctx, e)); err != nil {
		return out, false, err
	}
	before := canonical(e.target)
	e.unseal(e.target, "")
	e.users()
	if rule.transform != nil && action.Verb != Leave {
		rule.transform(e)
	}
	if canonical(e.target) != before {
		dropBlanks(e.target)
		if out.Content, err = write(doc); err != nil {
			return out, false, err
		}
		out.Hash, out.from = "", nil
	}
	return out, e.same(), nil
}

// isContent tells whether a file of a component is its content and no metadata.
func (b *builder) isContent(typeName, path string) bool {
	t, _ := b.in.Registry.Type(typeName)
	return t.Bundle || t.MetaFile && !metadata.IsMetaFile(path)
}

// liveContent gives nil for a file that the org does not have.
func (b *builder) liveContent(ctx context.Context, path string) ([]byte, error) {
	h, ok := b.in.Live.Tree.Get(path)
	if !ok {
		return nil, nil
	}
	content, err := b.in.Live.Blobs.Blob(ctx, h)
	if err != nil {
		return nil, fmt.Errorf("read %s of the live org: %w", path, err)
	}
	return content, nil
}

// unseal takes sealed values out. What the org does with a secret that is not sent
// is not known for every type.
func (e *edit) unseal(at *etree.Element, path string) {
	for _, child := range at.ChildElements() {
		name := strings.TrimPrefix(path+"."+child.Tag, ".")
		if len(child.ChildElements()) > 0 {
			e.unseal(child, name)
			continue
		}
		if strings.Contains(child.Text(), seal.Mark) {
			at.RemoveChild(child)
			why := "its value is sealed and is not sent; where the org does not keep its own it has to be entered by hand"
			if e.live == nil {
				why = "its value is sealed and has to be entered by hand"
			}
			e.may(name, "", why)
		}
	}
}
