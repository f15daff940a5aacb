package snapshot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// Tag puts an annotated tag on a commit. It returns ErrExists when there is a tag
// of that name. The caller holds the lock.
func (s *Store) Tag(ctx context.Context, name string, id ID, tagger Signature, message string) error {
	return s.TagSigned(ctx, name, id, tagger, message, nil)
}

// TagSigned is Tag with a signature: sign is given what git signs of a tag, and
// gives the signature that follows it. Nil signs nothing.
func (s *Store) TagSigned(ctx context.Context, name string, id ID, tagger Signature, message string, sign func(payload []byte) ([]byte, error)) error {
	ref := tagPrefix + name
	if err := checkRefName(ref); err != nil {
		return err
	}
	if _, err := s.readRef(ref); err == nil || errors.Is(err, ErrCorrupt) {
		return fmt.Errorf("tag %s: %w", name, ErrExists)
	} else if !errors.Is(err, ErrNotFound) {
		return err
	}
	if _, err := s.Load(ctx, id); err != nil {
		return fmt.Errorf("read what shall be tagged: %w", err)
	}
	b, err := s.Begin(ctx)
	if err != nil {
		return err
	}
	defer b.Discard()
	var object bytes.Buffer
	fmt.Fprintf(&object, "object %s\ntype commit\ntag %s\ntagger %s\n\n%s", id, name, tagger.line(), formatMessage(message, nil))
	if sign != nil {
		signature, err := sign(object.Bytes())
		if err != nil {
			return fmt.Errorf("sign tag %s: %w", name, err)
		}
		object.Write(signature)
	}
	tag, err := b.add(kindTag, object.Bytes(), nil)
	if err != nil {
		return err
	}
	_, _, err = b.publish(ctx, move{Ref: ref, New: tag, Log: "tag: " + name})
	if errors.Is(err, ErrMoved) {
		return fmt.Errorf("tag %s: %w", name, ErrExists)
	}
	return err
}
