package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"

	"github.com/orgkeep/orgkeep/internal/auth"
	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// Errors of the command line itself.
var (
	errInterrupted = errors.New("interrupted")
	errBug         = errors.New("orgkeep has met a bug in itself")
	errDeclined    = errors.New("nothing was done: the answer was not yes")
)

// explanation turns errors of one kind into what the user sees. The first row
// that matches counts, so that the special ones come first.
type explanation struct {
	is   error // errors.Is
	code string
	exit ExitCode
	// say replaces the message; the error's own text becomes a detail. With "%s"
	// it is given the org's name.
	say  string
	hint Hint // "%s" in its command stands for the org
}

func explanations() []explanation {
	again := Hint{"Sign in again", "orgkeep auth login %s"}
	return []explanation{
		{is: errInterrupted, code: "interrupted", exit: ExitInterrupted, hint: Hint{"What was recorded is consistent. See what is pending, and go on", "orgkeep resume"}},
		{is: errBug, code: "bug", exit: ExitFailure, hint: Hint{"Please report it, with what --verbose shows and", "orgkeep version"}},
		{is: errDeclined, code: "declined", exit: ExitRefused},

		{is: state.ErrLocked, code: "locked", exit: ExitLocked, hint: Hint{"Wait for it, or, if it is gone", "orgkeep fsck --break-lock"}},
		{is: snapshot.ErrNotRepository, code: "not-a-repository", exit: ExitNotSetUp, hint: Hint{"Make one", "orgkeep init"}},
		{is: snapshot.ErrNoSnapshot, code: "no-snapshot", exit: ExitNotSetUp, hint: Hint{"Take the first one", "orgkeep snapshot %s"}},

		{is: snapshot.ErrNoSuchRevision, code: "no-such-revision", exit: ExitFailure},
		{is: snapshot.ErrNoIdentity, code: "no-identity", exit: ExitFailure, hint: Hint{Say: "A pipeline says it with GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL."}},
		{is: snapshot.ErrExists, code: "exists", exit: ExitFailure},
		{is: snapshot.ErrMoved, code: "moved", exit: ExitFailure, hint: Hint{Say: "Somebody else wrote to the branch meanwhile; run the command again."}},
		{is: snapshot.ErrUnsupported, code: "unsupported-repository", exit: ExitNotSetUp},
		{is: snapshot.ErrCorrupt, code: "damaged", exit: ExitIntegrity, hint: Hint{"See what is damaged", "orgkeep fsck --read-data"}},
		{is: capture.ErrOtherOrg, code: "other-org", exit: ExitRefused, hint: Hint{Say: "Sign in to the org that the branch is of, or use another alias."}},
		{is: rollback.ErrOtherOrg, code: "other-org", exit: ExitRefused, hint: Hint{Say: "Is the alias signed in to the org that is meant?"}},
		{is: rollback.ErrUnread, code: "unread", exit: ExitIncomplete, hint: Hint{Say: "Nothing was deployed. May the user who is signed in see it?"}},
		{is: deploy.ErrUnknown, code: "outcome-unknown", exit: ExitFailure},
		{is: deploy.ErrJournal, code: "damaged", exit: ExitIntegrity, hint: Hint{Say: "It may be of a deploy that the org works on: look at Setup › Deployment Status, then remove the file. What is not done, orgkeep drift shows."}},
		{is: rollback.ErrNote, code: "damaged", exit: ExitIntegrity, hint: Hint{Say: "Remove the file. What its rollback left undone, orgkeep drift shows."}},
		{is: deployplan.ErrPlanFile, code: "plan-file", exit: ExitIntegrity, hint: Hint{"Make it again", "orgkeep plan ALIAS --to REV -o FILE"}},
		{is: errDemo, code: "demo-failed", exit: ExitFailure},
		{is: errSourceFormat, code: "source-format", exit: ExitFailure, hint: Hint{"Convert it first", "sf project convert source"}},

		{is: snapshot.ErrNoRemote, code: "no-remote", exit: ExitNotSetUp, hint: Hint{"Name it", "git remote add origin URL"}},
		{is: snapshot.ErrRemoteSignIn, code: "remote-sign-in", exit: ExitSignIn, hint: Hint{Say: "Over https set ORGKEEP_GIT_TOKEN; over ssh load a key into the agent, or set ORGKEEP_GIT_SSH_KEY."}},
		{is: snapshot.ErrRemoteURL, code: "remote-url", exit: ExitRefused, hint: Hint{"Change it", "git remote set-url origin URL"}},

		{is: auth.ErrNotSignedIn, code: "not-signed-in", exit: ExitSignIn, hint: Hint{"Sign in", "orgkeep auth login %s"}},
		{is: auth.ErrEnvironment, code: "not-signed-in", exit: ExitSignIn, hint: Hint{"Which variables there are", "orgkeep help environment"}},
		{is: auth.ErrOtherOrg, code: "other-org", exit: ExitRefused, hint: Hint{"If that is meant, sign in under another alias, or", "orgkeep auth logout %s"}},
		{is: auth.ErrHost, code: "untrusted-host", exit: ExitRefused, hint: Hint{"Which hosts may get tokens", "orgkeep help environment"}},
		{is: mdapi.ErrNoRefresh, code: "session-expired", exit: ExitSignIn, say: "%s the session has ended and cannot be renewed: only an access token was given", hint: again},
		{is: auth.ErrRefused, code: "sign-in-refused", exit: ExitSignIn, hint: again},
		{is: auth.ErrSF, code: "sf-gives-no-token", exit: ExitSignIn, hint: Hint{"What the sf CLI knows", "sf org list"}},
		{is: mdapi.ErrRenewal, code: "renewal-failed", exit: ExitFailure, hint: Hint{Say: "The sign-in itself was not refused: run the command again."}},
		{is: mdapi.ErrSessionExpired, code: "session-refused", exit: ExitSignIn, say: "%s the session was refused (INVALID_SESSION_ID)", hint: again},
		{is: auth.ErrNoSealKey, code: "no-seal-key", exit: ExitNotSetUp, hint: Hint{"Where it is, run orgkeep seal export; here", "orgkeep seal import FILE"}},
		{is: errNoKeyYet, code: "no-seal-key", exit: ExitNotSetUp, hint: Hint{"Make it", "orgkeep snapshot ALIAS"}},
		{is: seal.ErrKey, code: "no-key", exit: ExitFailure, hint: Hint{"Where the key is", "orgkeep seal export"}},
		{is: mdapi.ErrRequestLimit, code: "request-limit", exit: ExitFailure, say: "%s the org has no API calls left for now", hint: Hint{"What is left", "orgkeep auth status %s"}},

		{is: config.ErrInvalid, code: "invalid-settings", exit: ExitFailure, hint: Hint{"What can be set", "orgkeep help configuration"}},
		{is: config.ErrAlias, code: "invalid-alias", exit: ExitFailure},
		{is: config.ErrNoHome, code: "no-home", exit: ExitFailure, hint: Hint{Say: "Set HOME, or ORGKEEP_CONFIG_DIR to a folder of your own."}},
		{is: context.DeadlineExceeded, code: "timeout", exit: ExitFailure},
	}
}

// explain finds the words for one error.
func (f *Factory) explain(err error) *Error {
	var done *Error
	if errors.As(err, &done) {
		return done
	}
	if e := f.explainType(err); e != nil {
		return e
	}
	alias := aliasOf(err)
	for _, row := range explanations() {
		if errors.Is(err, row.is) {
			return row.fill(alias, err)
		}
	}
	e := &Error{Code: "failed", Exit: ExitFailure, Message: err.Error(), err: err}
	// What a file system says of a file is a net.Error as well.
	var network net.Error
	var file *fs.PathError
	if errors.As(err, &network) && !errors.As(err, &file) {
		e.Code, e.Hint = "network", Hint{Say: "Is the host reachable from here? Proxies come from HTTPS_PROXY and NO_PROXY."}
	}
	return e
}

// explainType handles errors that carry facts worth showing.
func (f *Factory) explainType(err error) *Error {
	var usage *usageError
	if errors.As(err, &usage) {
		e := &Error{Code: "usage", Exit: ExitFailure, Message: usage.Error(), err: err}
		if usage.line != "" {
			e.Hint = Hint{"Usage", usage.line}
		}
		return e
	}
	if e := explainDeploy(err); e != nil {
		return e
	}
	if e := explainRemote(err); e != nil {
		return e
	}
	var damaged *snapshot.DamagedError
	if errors.As(err, &damaged) {
		return &Error{Code: "damaged", Exit: ExitIntegrity, Message: err.Error(), Hint: Hint{"Repair it", "orgkeep fsck --repair"}, err: err}
	}
	var mass *capture.MassDeletionError
	if errors.As(err, &mass) {
		return &Error{
			Code: "mass-deletion", Exit: ExitRefused, Message: err.Error(), err: err,
			Hint: Hint{"If that is right", fmt.Sprintf("orgkeep snapshot %s --allow-deletions %d", cmp.Or(aliasOf(err), "ALIAS"), mass.Deleted)},
		}
	}
	var gitLock *snapshot.GitLockError
	if errors.As(err, &gitLock) {
		return &Error{Code: "locked", Exit: ExitLocked, Message: err.Error(), err: err}
	}
	var locked *state.LockedError
	if errors.As(err, &locked) {
		return &Error{Code: "locked", Exit: ExitLocked, Message: f.lockedBy(locked), Hint: Hint{"Wait for it, or, if it is gone", "orgkeep fsck --break-lock"}, err: err}
	}
	return nil
}

func (f *Factory) lockedBy(l *state.LockedError) string {
	if l.PID == 0 {
		return "the repository is locked by another process"
	}
	facts := l.What
	if !l.Since.IsZero() {
		facts += ", started " + iostreams.Relative(f.Now(), l.Since)
	}
	if l.Host != "" {
		facts += " on " + l.Host
	}
	return fmt.Sprintf("the repository is locked by process %d (%s)", l.PID, facts)
}

func (x explanation) fill(alias string, err error) *Error {
	e := &Error{Code: x.code, Exit: x.exit, Message: err.Error(), Hint: x.hint, err: err}
	if x.say != "" {
		name := ""
		if alias != "" {
			name = alias + ":"
		}
		e.Detail = []string{strings.TrimPrefix(e.Message, alias+": ")}
		e.Message = strings.TrimSpace(strings.ReplaceAll(x.say, "%s", name))
	}
	var fault *mdapi.Fault
	if errors.As(err, &fault) && fault.RequestID != "" {
		e.Detail = append(e.Detail, "request id "+fault.RequestID)
	}
	if alias == "" {
		alias = "ALIAS"
	}
	e.Hint.Command = strings.ReplaceAll(e.Hint.Command, "%s", alias)
	return e
}

func aliasOf(err error) string {
	var org *orgError
	if errors.As(err, &org) {
		return org.alias
	}
	return ""
}
