package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/orgkeep/orgkeep/internal/auth"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/spf13/cobra"
)

type authStatusOptions struct {
	Factory *Factory
	Org     func(context.Context, string) (*mdapi.Client, OrgInfo, error)
	Alias   string
}

func newAuthStatusCommand(f *Factory, runF func(context.Context, authStatusOptions) error) *cobra.Command {
	opts := authStatusOptions{Factory: f, Org: f.OpenOrg}
	return &cobra.Command{
		Use:     "status ALIAS",
		Short:   "Ask an org who is signed in",
		Example: "  orgkeep auth status prod",
		Long: `Asks the org who is signed in, which org it is, production or sandbox, and how
many API calls are left today. An alias that answers as another org than
before is refused.` +
			exitStatus("signed in", ExitSignIn, ExitRefused),
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: f.completeAlias(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Alias = args[0]
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runAuthStatus(c.Context(), opts)
		},
	}
}

// callsLimit is the name of the daily API calls among an org's limits.
const callsLimit = "DailyApiRequests"

type statusResult struct {
	loginResult
	Renews bool `json:"renews"`
	// Expires is when a token that is not renewed ends, where it says so.
	Expires       *time.Time `json:"expires,omitempty"`
	CallsMax      int        `json:"api_calls_max,omitempty"`
	CallsLeft     int        `json:"api_calls_left,omitempty"`
	LimitsUnknown bool       `json:"limits_unknown,omitempty"`
}

func runAuthStatus(ctx context.Context, opts authStatusOptions) error {
	f := opts.Factory
	client, info, err := opts.Org(ctx, opts.Alias)
	if err != nil {
		return err
	}
	result := statusResult{loginResult: loginResultOf(info.Login), Renews: info.Renews()}
	if ends, ok := f.tokenEnds(opts.Alias); ok && !result.Renews {
		result.Expires = &ends
	}
	var warnings []string
	// Users without the right to see limits are signed in all the same.
	if limits, err := client.Limits(ctx); err != nil {
		result.LimitsUnknown = true
		warnings = append(warnings, fmt.Sprintf("the org does not tell its limits: %v", err))
	} else {
		result.CallsMax, result.CallsLeft = limits[callsLimit].Max, limits[callsLimit].Remaining
	}
	if f.JSON() {
		return f.WriteJSON("auth status", result, warnings...)
	}
	f.showStatus(result)
	for _, w := range warnings {
		f.IO.Note("note: %s", w)
	}
	return nil
}

// tokenEnds tells when the token that is kept for an alias ends.
func (f *Factory) tokenEnds(alias string) (time.Time, bool) {
	_, secrets, err := f.Logins().Load(alias)
	if err != nil {
		return time.Time{}, false
	}
	return auth.TokenEnds(secrets.AccessToken)
}

func (f *Factory) showStatus(r statusResult) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(f.IO.Out, "  %-10s%s\n", name, iostreams.Clean(fmt.Sprintf(format, args...)))
	}
	fmt.Fprintf(f.IO.Out, "%s  signed in\n", f.IO.OutStyle().Bold(r.Alias))
	line("user", "%s", r.Username)
	line("org", "%s  %s  %s", r.OrgName, r.OrgID, r.Kind)
	line("instance", "%s  API %s", r.InstanceURL, r.APIVersion)
	line("method", "%s, secrets in the %s", r.Method, r.Secrets)
	switch {
	case r.Renews:
		line("ends", "never; a new token is asked for when needed")
	case r.Expires != nil:
		line("ends", "%s; it cannot be renewed", f.IO.Time(f.Now(), *r.Expires))
	default:
		line("ends", "when the session does; it cannot be renewed")
	}
	if !r.LimitsUnknown {
		line("API calls", "%d of %d left today", r.CallsLeft, r.CallsMax)
	}
}
