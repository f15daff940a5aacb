package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// What the demo shows is checked behind the scenes as well, against what the
// changes say of themselves and against the org: a command that ends with 0 and
// shows the wrong thing must not pass.

// firstIsWhole: the first snapshot holds the whole org.
func (s *story) firstIsWhole(ctx context.Context) error {
	var c struct {
		Complete bool
		Returned int
		Managed  int `json:"managed_left_out"`
	}
	if err := s.ask(ctx, &c, "coverage", demoAlias); err != nil {
		return err
	}
	if held := c.Returned + c.Managed; !c.Complete || held != s.components() {
		return fmt.Errorf("the first snapshot holds %d of %d components", held, s.components())
	}
	return nil
}

// components counts what the org's files hold.
func (s *story) components() int {
	seen := map[metadata.Component]bool{}
	for path := range s.server.Files() {
		if c, ok := metadata.Default().ComponentAt(path); ok {
			seen[c] = true
		}
	}
	return len(seen)
}

// changesAreSeen: the second snapshot names what was changed, nothing else, and
// nobody who did not do it.
func (s *story) changesAreSeen(ctx context.Context) error {
	var shown struct {
		Changes []struct {
			Type     string
			FullName string `json:"full_name"`
			Author   string
		}
	}
	if err := s.ask(ctx, &shown, "show", demoAlias); err != nil {
		return err
	}
	by := map[metadata.Component]string{}
	for _, change := range demo.Changes() {
		for _, c := range change.Touched {
			by[c] = change.User.Username
		}
	}
	var wrong []string
	for _, got := range shown.Changes {
		c := metadata.Component{Type: got.Type, FullName: got.FullName}
		user, touched := by[c]
		delete(by, c)
		switch {
		case !touched:
			wrong = append(wrong, c.String()+" is shown and was not changed")
		case got.Author != user && got.Author != unknownAuthor:
			wrong = append(wrong, fmt.Sprintf("%s was changed by %s, not by %s", c, user, got.Author))
		}
	}
	for c := range by {
		wrong = append(wrong, c.String()+" was changed and is not shown")
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return errors.New(strings.Join(wrong, "; "))
}

// remember keeps what of the changes' components the org has before they are
// made.
func (s *story) remember() {
	s.had = map[metadata.Component]bool{}
	for _, change := range demo.Changes() {
		for _, c := range change.Touched {
			s.had[c] = s.server.Has(c)
		}
	}
}

// orgIsBack asks the org itself: what was deleted is there again, and what was
// added is gone.
func (s *story) orgIsBack() error {
	for c, had := range s.had {
		if s.server.Has(c) != had {
			return fmt.Errorf("%s: the org does not have it as before", c)
		}
	}
	return nil
}
