package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/auth"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

type authLoginOptions struct {
	Factory *Factory
	Alias   string

	AccessTokenFile   string
	ClientCredentials bool
	JWT               bool
	Web               bool
	SFDXURLFile       string
	FromSF            string

	InstanceURL      string
	LoginURL         string
	ClientID         string
	ClientSecretFile string
	KeyFile          string
	Username         string
	APIVersion       string
	CallbackPort     int
}

func newAuthLoginCommand(f *Factory, runF func(context.Context, authLoginOptions) error) *cobra.Command {
	opts := authLoginOptions{Factory: f}
	c := &cobra.Command{
		Use:   "login ALIAS",
		Short: "Sign in to an org and keep the sign-in",
		Long: `Signs in to an org under the alias ALIAS, asks it who you are and which org it
is, pins the highest API version that both sides speak, and keeps the sign-in.
One way of:

  --web                  in the browser, with your user
  --jwt                  with a private key, for servers: --client-id,
                         --key-file and --username
  --client-credentials   with a client secret, for servers: --client-id and
                         --client-secret-file
  --access-token-file    with a token that you have; it ends and is not renewed
  --sfdx-url-file        with a force:// URL
  --from-sf USER         with a login of the sf CLI, asked each time

Without one of them: --web. Secrets come from files or stdin ("-"), never from
flags, as other users of the machine can read the list of processes.

SOAP login() with a password is not offered: Salesforce retires it.` + exitStatus("signed in", ExitSignIn, ExitRefused),
		Example: `  orgkeep auth login prod --web --instance-url https://acme.my.salesforce.com
  orgkeep auth login prod --access-token-file - \
      --instance-url https://acme.my.salesforce.com
  orgkeep auth login ci --client-credentials --client-id 3MVG9... \
      --client-secret-file s.txt --instance-url https://acme.my.salesforce.com`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: f.completeAlias(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Alias = args[0]
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runAuthLogin(c.Context(), opts)
		},
	}
	opts.addFlags(c.Flags())
	c.MarkFlagsMutuallyExclusive("web", "jwt", "client-credentials", "access-token-file", "sfdx-url-file", "from-sf")
	return c
}

func (o *authLoginOptions) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&o.Web, "web", false, "sign in with the browser")
	flags.BoolVar(&o.JWT, "jwt", false, "sign in with a signed assertion")
	flags.BoolVar(&o.ClientCredentials, "client-credentials", false, "sign in with a client secret")
	flags.StringVar(&o.AccessTokenFile, "access-token-file", "", "use the access token in `FILE` (- is stdin)")
	flags.StringVar(&o.SFDXURLFile, "sfdx-url-file", "", "use the force:// URL in `FILE` (- is stdin)")
	flags.StringVar(&o.FromSF, "from-sf", "", "use the sf CLI's login of `USER` or alias")
	flags.StringVar(&o.InstanceURL, "instance-url", "", "the org's own `URL`, https://acme.my.salesforce.com")
	flags.StringVar(&o.LoginURL, "login-url", "", "the `URL` that gives tokens, where it is another one")
	flags.StringVar(&o.ClientID, "client-id", "", "consumer key of the app `ID`")
	flags.StringVar(&o.ClientSecretFile, "client-secret-file", "", "the app's secret is in `FILE` (- is stdin)")
	flags.StringVar(&o.KeyFile, "key-file", "", "the private key is in `FILE` (- is stdin), in PEM")
	flags.StringVar(&o.Username, "username", "", "sign in as this `USER`, with --jwt")
	flags.StringVar(&o.APIVersion, "api-version", "", "use this API `VERSION` (default: the highest)")
	flags.IntVar(&o.CallbackPort, "callback-port", defaultCallbackPort, "the browser comes back to this `PORT`, with --web")
}

func runAuthLogin(ctx context.Context, opts authLoginOptions) error {
	f := opts.Factory
	if err := config.CheckAlias(opts.Alias); err != nil {
		return err
	}
	login, secrets, err := opts.gather(ctx)
	if err != nil {
		return ForOrg(opts.Alias, err)
	}
	f.IO.Redactor.Add(secrets.All()...)
	login, note, err := f.signIn(ctx, login, secrets)
	if err != nil {
		return ForOrg(opts.Alias, err)
	}
	if note != "" {
		f.IO.Note("note: %s", note)
	}
	if name := f.Env.NamedBy(opts.Alias); name != "" {
		f.IO.Note("note: %s is set and wins over this sign-in", name)
	}
	return f.showLogin(login)
}

// signIn proves the sign-in on the org before it keeps it.
func (f *Factory) signIn(ctx context.Context, login auth.Login, secrets auth.Secrets) (auth.Login, string, error) {
	logins := f.Logins()
	conn, err := f.connection()
	if err != nil {
		return login, "", err
	}
	// Not stored yet: a token that rotates now must not be written either.
	login.Secrets = auth.InEnvironment
	// An alias stays with its org: history and settings go by it.
	if before, err := logins.Stored(login.Alias); err == nil {
		login.OrgID = before.OrgID
	}
	source := auth.NewSource(conn.Flow, logins, login, secrets)
	client, err := conn.Open(ctx, source, login.APIVersion)
	if err != nil {
		return login, "", err
	}
	if login, err = auth.Identify(ctx, client, source.Login()); err != nil {
		return login, "", err
	}
	login.APIVersion, login.SignedIn = client.Version(), f.Now().UTC()
	return logins.Save(login, source.Secrets())
}

// gather reads what the flags name and says which method it makes.
func (o authLoginOptions) gather(ctx context.Context) (auth.Login, auth.Secrets, error) {
	login := auth.Login{Alias: o.Alias, ClientID: o.ClientID, Username: o.Username}
	if err := o.urls(&login); err != nil {
		return login, auth.Secrets{}, err
	}
	if o.APIVersion != "" {
		v, err := metadata.ParseVersion(o.APIVersion)
		if err != nil {
			return login, auth.Secrets{}, usagef("--api-version: %v", err)
		}
		if !v.Supported() {
			return login, auth.Secrets{}, usagef("--api-version: %s is not between %s and %s", v, metadata.MinVersion, metadata.MaxVersion)
		}
		login.APIVersion = v
	}
	switch {
	case o.AccessTokenFile != "":
		return o.withToken(login)
	case o.ClientCredentials:
		return o.withSecret(login)
	case o.JWT:
		return o.withKey(login)
	case o.SFDXURLFile != "":
		return o.withSFDXURL(login)
	case o.FromSF != "":
		login.Method, login.SFUser = auth.FromSF, o.FromSF
		return login, auth.Secrets{}, nil
	}
	return o.withBrowser(ctx, login)
}

func (o authLoginOptions) urls(login *auth.Login) (err error) {
	trusted := auth.TrustedHosts(o.Factory.Env)
	if o.InstanceURL != "" {
		if login.InstanceURL, err = auth.CheckURL(o.InstanceURL, trusted); err != nil {
			return fmt.Errorf("--instance-url: %w", err)
		}
	}
	if o.LoginURL != "" {
		if login.LoginURL, err = auth.CheckURL(o.LoginURL, trusted); err != nil {
			return fmt.Errorf("--login-url: %w", err)
		}
	}
	return nil
}

// needs is a usage error that names the flags which are missing.
func needs(way string, given map[string]string, flags ...string) error {
	var missing []string
	for _, flag := range flags {
		if given[flag] == "" {
			missing = append(missing, "--"+flag)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return usagef("--%s needs %s", way, strings.Join(missing, " and "))
}

func (o authLoginOptions) given() map[string]string {
	return map[string]string{
		"instance-url": o.InstanceURL, "client-id": o.ClientID, "client-secret-file": o.ClientSecretFile,
		"key-file": o.KeyFile, "username": o.Username,
	}
}

type loginResult struct {
	Alias       string `json:"alias"`
	Method      string `json:"method"`
	InstanceURL string `json:"instance_url"`
	Username    string `json:"username"`
	OrgID       string `json:"org_id"`
	OrgName     string `json:"org_name"`
	Kind        string `json:"kind"`
	APIVersion  string `json:"api_version,omitempty"`
	Secrets     string `json:"secrets"`
}

func loginResultOf(l auth.Login) loginResult {
	r := loginResult{
		Alias: l.Alias, Method: string(l.Method), InstanceURL: l.InstanceURL, Username: l.Username,
		OrgID: l.OrgID, OrgName: l.OrgName, Secrets: l.Secrets,
	}
	if l.OrgName != "" || l.OrgID != "" {
		r.Kind = l.Kind()
	}
	if l.APIVersion != 0 {
		r.APIVersion = l.APIVersion.String()
	}
	return r
}

func (f *Factory) showLogin(l auth.Login) error {
	if f.JSON() {
		return f.WriteJSON("auth login", loginResultOf(l))
	}
	style := f.IO.OutStyle()
	fmt.Fprintf(f.IO.Out, "%s  signed in as %s\n", style.Bold(l.Alias), iostreams.Clean(l.Username))
	fmt.Fprintf(f.IO.Out, "  org       %s  %s  %s\n", iostreams.Clean(l.OrgName), iostreams.Clean(l.OrgID), style.Bold(l.Kind()))
	fmt.Fprintf(f.IO.Out, "  instance  %s  API %s\n", l.InstanceURL, l.APIVersion)
	if !l.Renews() {
		fmt.Fprintln(f.IO.Out, "  The token will end and cannot be renewed; then sign in again.")
	}
	f.IO.Note("Next:  orgkeep snapshot %s", l.Alias)
	return nil
}
