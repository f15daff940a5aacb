package snapshot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing/transport"
)

// mirrorOf is where a remote's machine state is kept apart from ours.
func mirrorOf(remote, name string) string {
	return orgkeepPrefix + "remotes/" + remote + "/" + strings.TrimPrefix(name, orgkeepPrefix)
}

// list gives a remote's refs; of a tag its own id and, as NAME^{}, that of what it
// names.
func (l *link) list(ctx context.Context) (map[string]ID, error) {
	refs, err := l.remote.ListContext(ctx, &gogit.ListOptions{Auth: l.auth, CABundle: l.roots, PeelingOption: gogit.AppendPeeled})
	if err != nil && !errors.Is(err, transport.ErrEmptyRemoteRepository) {
		return nil, fmt.Errorf("ask %s for its branches: %w", l.name, refusal(err))
	}
	there := map[string]ID{}
	for _, ref := range refs {
		name := ref.Name().String()
		if checkRefName(strings.TrimSuffix(name, "^{}")) == nil { // HEAD, or a name that leads elsewhere
			there[name] = ID(ref.Hash())
		}
	}
	return there, nil
}

// specs asks for what the remote has of these branches, and for its machine state.
func (s *Store) specs(l *link, there map[string]ID, branches []string) ([]config.RefSpec, error) {
	var specs []config.RefSpec
	for _, branch := range branches {
		follows := remotePrefix + l.name + "/" + branch
		if _, ok := there[branchPrefix+branch]; ok {
			specs = append(specs, mirror(branchPrefix+branch, follows))
		} else if had, err := s.resolveRef(follows); err == nil {
			return nil, &RewrittenError{Remote: l.name, Branch: branch, Had: had}
		}
	}
	for _, name := range sortedNames(there) {
		if rest, ok := strings.CutPrefix(name, orgkeepPrefix); ok && !strings.HasPrefix(rest, "remotes/") {
			specs = append(specs, mirror(name, mirrorOf(l.name, name)))
		}
	}
	return specs, nil
}

// tagSpecs asks for the tags that are not here, of commits that are.
func (s *Store) tagSpecs(there map[string]ID) ([]config.RefSpec, error) {
	var specs []config.RefSpec
	for _, name := range sortedNames(there) {
		if !strings.HasPrefix(name, tagPrefix) || strings.HasSuffix(name, "^{}") || s.there(name) {
			continue
		}
		id, annotated := there[name+"^{}"]
		if !annotated {
			id = there[name]
		}
		here, err := s.objects.has(id)
		if err != nil {
			return nil, err
		}
		if here {
			specs = append(specs, mirror(name, name))
		}
	}
	return specs, nil
}

func mirror(from, to string) config.RefSpec { return config.RefSpec("+" + from + ":" + to) }
