package deployplan

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// findLate finds what has to wait for the main deploy: a profile whose login flow
// becomes active in it, and access to an external credential that comes with it. What
// names a permission set or a profile that is made only then waits as well. Source:
// Metadata API Developer Guide, Profile, loginFlows; reports of deploys that failed
// once and passed when they were repeated.
func (b *builder) findLate(ctx context.Context) error {
	flows, credentials, err := b.begins(ctx)
	if err != nil || len(flows)+len(credentials) == 0 {
		return err
	}
	var made []metadata.Component
	for _, c := range b.changes {
		if c.Kind == diff.Deleted || c.Component.Type != "Profile" && c.Component.Type != "PermissionSet" {
			continue
		}
		waits, err := b.waitsFor(ctx, c.Component, flows, credentials)
		if err != nil {
			return err
		}
		if waits {
			b.late[c.Component] = true
			if c.Kind == diff.Added {
				made = append(made, c.Component)
			}
		}
	}
	return b.namersOf(ctx, made)
}

// begins gives the flows that become active, and the external credentials that come
// or change.
func (b *builder) begins(ctx context.Context) (flows, credentials map[string]bool, err error) {
	flows, credentials = map[string]bool{}, map[string]bool{}
	for _, c := range b.changes {
		switch {
		case c.Kind == diff.Deleted:
		case c.Component.Type == "ExternalCredential":
			credentials[c.Component.FullName] = true
		case c.Component.Type == "Flow":
			before, now, err := b.flowStatus(ctx, c.Component)
			if err != nil && !errors.Is(err, errNotXML) {
				return nil, nil, err
			}
			flows[c.Component.FullName] = now == flowActive && before != flowActive
		}
	}
	return flows, credentials, nil
}

func (b *builder) waitsFor(ctx context.Context, c metadata.Component, flows, credentials map[string]bool) (bool, error) {
	path, _ := b.in.Registry.Path(c)
	root, err := rootOf(ctx, b.in.Target, path)
	if errors.Is(err, errNotXML) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, e := range root.SelectElements("loginFlows") {
		if flows[text(e, "flow")] {
			return true, nil
		}
	}
	for _, e := range root.SelectElements("externalCredentialPrincipalAccesses") {
		credential, _, _ := strings.Cut(text(e, "externalCredentialPrincipal"), "-")
		if credentials[credential] {
			return true, nil
		}
	}
	return false, nil
}

// namersOf lets wait what names components that are made late.
func (b *builder) namersOf(ctx context.Context, made []metadata.Component) error {
	if len(made) == 0 {
		return nil
	}
	for _, c := range b.changes {
		if c.Kind == diff.Deleted || !slices.Contains([]string{"PermissionSetGroup", "Network", "ConnectedApp"}, c.Component.Type) {
			continue
		}
		content, err := b.targetText(ctx, c.Component)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(made, func(m metadata.Component) bool { return strings.Contains(content, ">"+m.FullName+"<") }) {
			b.late[c.Component] = true
		}
	}
	return nil
}
