package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ErrSF is returned when the sf CLI does not give the token of a login.
var ErrSF = errors.New("the sf CLI gives no token")

// sfRedacted begins what newer CLIs print in place of a token.
const sfRedacted = "[REDACTED]"

// fromSF asks the sf CLI for the token and the instance of one of its logins.
// Source: the guide's section on reusing the CLI's logins: show-access-token does
// not ask back with --json; display no longer has the token in newer versions,
// and older ones have only display.
func (f Flow) fromSF(ctx context.Context, user string) (Grant, error) {
	if f.SF == nil {
		return Grant{}, fmt.Errorf("%w: it cannot be run here", ErrSF)
	}
	if user == "" || strings.HasPrefix(user, "-") {
		return Grant{}, fmt.Errorf("%w: %q is no user or alias", ErrSF, user)
	}
	var org struct {
		AccessToken string `json:"accessToken"`
		InstanceURL string `json:"instanceUrl"`
	}
	if err := f.askSF(ctx, &org, "org", "display", "-o", user, "--json"); err != nil {
		return Grant{}, err
	}
	var shown struct {
		AccessToken string `json:"accessToken"`
	}
	token := org.AccessToken
	if err := f.askSF(ctx, &shown, "org", "auth", "show-access-token", "-o", user, "--json"); err == nil {
		token = shown.AccessToken
	}
	if token == "" || strings.HasPrefix(token, sfRedacted) {
		return Grant{}, fmt.Errorf("%w: it hides that of %s; run `sf org auth show-access-token -o %s` to see why", ErrSF, user, user)
	}
	return Grant{AccessToken: token, InstanceURL: org.InstanceURL}, nil
}

// askSF runs one command. What it prints holds tokens and never goes into an
// error.
func (f Flow) askSF(ctx context.Context, result any, args ...string) error {
	out, runErr := f.SF(ctx, args...)
	reply := struct {
		Status int    `json:"status"`
		Name   string `json:"name"`
		Result any    `json:"result"`
	}{Result: result}
	if err := json.Unmarshal(out, &reply); err != nil {
		if runErr != nil {
			return fmt.Errorf("%w: sf %s: %w", ErrSF, strings.Join(args, " "), runErr)
		}
		return fmt.Errorf("%w: sf %s does not answer in JSON", ErrSF, strings.Join(args, " "))
	}
	if reply.Status != 0 || runErr != nil {
		return fmt.Errorf("%w: sf %s: %s", ErrSF, strings.Join(args, " "), reply.Name)
	}
	return nil
}
