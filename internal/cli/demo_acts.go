package cli

import (
	"context"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// act is a part of the story.
type act struct {
	title string
	play  func(context.Context, *story) error
}

func demoActs() []act {
	return []act{
		{"Make a repository and sign in", actSetUp},
		{"Yesterday evening: a first snapshot, with a name", actFirst},
		{"Over night two other people change the org", actChanges},
		{"In the morning: a second snapshot, and who changed what", actSecond},
		{"How far the org is from the evening before", actDrift},
		{"Roll back to it", actRollback},
		{"Nothing is left of the drift", actClean},
	}
}

// demoTag names the evening's snapshot, and demoLoss the field that was added
// since.
const (
	demoTag  = "v1"
	demoLoss = "Project__c.Risk__c"
)

func actSetUp(ctx context.Context, s *story) error {
	s.clock.ahead = firstEvening
	if err := s.run(ctx, ExitOK, "", "init", s.repo); err != nil {
		return err
	}
	s.say("$ cd %s", shellWord(s.repo))
	if err := s.identify(ctx, demo.Administrator().Name, demo.Administrator().Username); err != nil {
		return err
	}
	c := s.server.Credentials()
	return s.run(ctx, ExitOK, c.ClientSecret, "auth", "login", demoAlias, "--client-credentials",
		"--client-id", c.ClientID, "--client-secret-file", "-", "--instance-url", c.URL)
}

func actFirst(ctx context.Context, s *story) error {
	if err := s.run(ctx, ExitOK, "", "snapshot", demoAlias); err != nil {
		return err
	}
	if err := s.run(ctx, ExitOK, "", "tag", demoAlias, demoTag); err != nil {
		return err
	}
	return s.firstIsWhole(ctx)
}

func actChanges(ctx context.Context, s *story) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.remember()
	s.clock.ahead = nightBegins
	for _, change := range demo.Changes() {
		err := s.server.Edit(change.User.Username, func(e *emulator.Editor) error { return change.Apply(e) })
		if err != nil {
			return fmt.Errorf("%s: %w", change.Name, err)
		}
		s.say("%s", iostreams.Fit(fmt.Sprintf("  %-14s%s: %s", change.User.Name, change.Name, change.Description), s.f.IO.Width()))
		s.clock.ahead += betweenEdits
	}
	return nil
}

func actSecond(ctx context.Context, s *story) error {
	s.clock.ahead = morningBegins
	for _, args := range [][]string{
		{"snapshot", demoAlias},
		{"show", demoAlias, "--stat"},
		{"log", demoAlias},
	} {
		if err := s.run(ctx, ExitOK, "", args...); err != nil {
			return err
		}
	}
	return s.changesAreSeen(ctx)
}

func actDrift(ctx context.Context, s *story) error {
	return s.run(ctx, ExitDifferences, "", "drift", demoAlias, "--against", demoTag)
}

func actRollback(ctx context.Context, s *story) error {
	s.say("It is production, and a field that goes takes its values along: orgkeep wants\nboth to be said.")
	return s.run(ctx, ExitOK, "", "rollback", demoAlias, "--to", demoTag, "--yes", "--production", "--allow-data-loss", demoLoss)
}

func actClean(ctx context.Context, s *story) error {
	for _, args := range [][]string{
		{"drift", demoAlias, "--against", demoTag},
		{"log", demoAlias},
		{"fsck", "--read-data"},
	} {
		if err := s.run(ctx, ExitOK, "", args...); err != nil {
			return err
		}
	}
	return s.orgIsBack()
}
