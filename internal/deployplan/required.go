package deployplan

import (
	"context"
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// learnRequired reads which fields are required in the target, of the objects
// whose field permissions a profile would revoke.
func (b *builder) learnRequired(ctx context.Context, e *edit) error {
	if e.action.Component.Type != "Profile" || e.live == nil {
		return nil
	}
	for _, entry := range e.live.SelectElements("fieldPermissions") {
		object, _, _ := strings.Cut(text(entry, "field"), ".")
		if _, known := b.required[object]; known {
			continue
		}
		fields, err := b.readRequired(ctx, object)
		if err != nil {
			return err
		}
		b.required[object] = fields
	}
	return nil
}

func (b *builder) readRequired(ctx context.Context, object string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, entry := range b.target[metadata.Component{Type: "CustomObject", FullName: object}] {
		content, err := b.in.Target.Blobs.Blob(ctx, entry.Hash)
		if err != nil {
			return nil, fmt.Errorf("read %s of the target: %w", entry.Path, err)
		}
		if !strings.Contains(string(content), "<required>true") && !strings.Contains(string(content), "MasterDetail") {
			continue
		}
		doc, err := parse(content)
		if err != nil {
			return nil, fmt.Errorf("%s of the target: %w", entry.Path, err)
		}
		for _, f := range doc.Root().SelectElements("fields") {
			name := text(f, "fullName")
			out[name] = isCustom(name) && (is(f, "required") || text(f, "type") == "MasterDetail")
		}
	}
	return out, nil
}

// requiredField tells whether the target has the field as one that everybody can
// see and edit, so that nobody can be kept from it.
func (b *builder) requiredField(field string) bool {
	object, name, _ := strings.Cut(field, ".")
	return b.required[object][name]
}
