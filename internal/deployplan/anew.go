package deployplan

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// anew tells whether a component has to be deleted and made anew, in one deploy,
// because something of it is set once. Nothing may refer to it meanwhile: where
// something does, the action becomes a Leave.
func (b *builder) anew(ctx context.Context, action *Action, r *rule) (bool, error) {
	c := action.Component
	if len(r.once) == 0 || len(b.live[c]) != 1 || len(b.target[c]) != 1 {
		return false, nil
	}
	path := b.live[c][0].Path
	live, errLive := rootOf(ctx, b.in.Live, path)
	target, errTarget := rootOf(ctx, b.in.Target, path)
	if err := errors.Join(errLive, errTarget); err != nil {
		if errors.Is(err, errNotXML) {
			return false, nil
		}
		return false, err
	}
	var differ []string
	for _, name := range r.once {
		if text(live, name) != text(target, name) {
			differ = append(differ, name)
		}
	}
	if len(differ) == 0 {
		return false, nil
	}
	why := strings.Join(differ, ", ") + " cannot be changed after it was made"
	by, used, err := b.referrer(ctx, c)
	if err != nil {
		return false, err
	}
	if used {
		action.Verb, action.Reason, action.ByHand = Leave, why+", and "+by.String()+" refers to it", r.byHand
		return false, nil
	}
	action.Reason = "it is deleted and made anew, because " + why
	action.MayStay = []Rest{{Element: everything, Gone: true, Why: "an org that deletes after the additions leaves it deleted; roll back once more then"}}
	r.transform = nil // of what is made anew nothing stays
	return true, nil
}

// referrer gives a component of the org that names another one as a value.
func (b *builder) referrer(ctx context.Context, c metadata.Component) (metadata.Component, bool, error) {
	for _, other := range slices.SortedFunc(maps.Keys(b.live), metadata.Component.Compare) {
		if other == c {
			continue
		}
		for _, e := range b.live[other] {
			content, err := b.liveContent(ctx, e.Path)
			if err != nil {
				return other, false, err
			}
			// Reports call a report type by its name with __c.
			if text := string(content); strings.Contains(text, ">"+c.FullName+"<") || strings.Contains(text, ">"+c.FullName+"__c<") {
				return other, true, nil
			}
		}
	}
	return metadata.Component{}, false, nil
}
