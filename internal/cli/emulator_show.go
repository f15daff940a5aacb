package cli

import (
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// emulatorLine is the bare line of --json, for other programs to read. The one
// document of --jq and other commands is not for a server, which goes on.
type emulatorLine struct {
	URL          string `json:"url"`
	AccessToken  string `json:"access_token"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Username     string `json:"username"`
	OrgID        string `json:"org_id"`
}

func (f *Factory) announce(server *emulator.Server) error {
	c := server.Credentials()
	if f.JSON() {
		if err := encode(f.IO.Out, emulatorLine{c.URL, c.AccessToken, c.ClientID, c.ClientSecret, c.Username, c.OrgID}); err != nil {
			return err
		}
		return f.IO.Out.Flush()
	}
	fmt.Fprintf(f.IO.Out, "An org listens at %s  (%s, %s)\n\n", c.URL, c.OrgID, c.Username)
	fmt.Fprintf(f.IO.Out, `Sign in and take a first snapshot, in another terminal:
  orgkeep init acme
  cd acme
  printf %%s '%s' |
    orgkeep auth login acme --access-token-file - --instance-url %s
  orgkeep snapshot acme

or, as a server does, with client credentials:
  printf %%s '%s' |
    orgkeep auth login acme --client-credentials --client-id '%s' \
      --client-secret-file - --instance-url %s

`, c.AccessToken, c.URL, c.ClientSecret, c.ClientID, c.URL)
	f.IO.Note("Stop it with Ctrl-C.")
	return f.IO.Flush()
}

func (f *Factory) listBehaviours() error {
	all := emulator.Behaviours()
	if f.JSON() {
		return f.WriteJSON("emulator", all)
	}
	t := f.IO.NewTable("name", "default", "others", "meaning")
	for _, b := range all {
		t.Row(b.Name, b.Default, strings.Join(b.Alternatives, ", "), b.Meaning)
	}
	return t.Write()
}
