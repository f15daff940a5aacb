package cli

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

type emulatorOptions struct {
	Factory        *Factory
	Org            string
	Listen         string
	Save           bool
	Latency        time.Duration
	Faults         string
	Behaviours     []string
	ListBehaviours bool
	Sandbox        bool
	OrgID          string
	Username       string
	Generate       int
	Seed           int64
}

func newEmulatorCommand(f *Factory, runF func(context.Context, emulatorOptions) error) *cobra.Command {
	opts := emulatorOptions{Factory: f}
	c := &cobra.Command{
		Use:   "emulator",
		Short: "Serve an org from a folder",
		Long: `Speaks the Metadata API over HTTP for an org that lies in a folder in metadata
format, with or without package.xml; without --org, for a sample org. It is
there to try orgkeep, and to test other programs, without an account: deploys
change the org it serves, in memory unless --save is given.

With --generate it makes an org of that many components up, children counted,
beside what --org holds: the same number and --seed give the same org. It takes
some 6 KB of memory for each component.

With --json it prints one bare line when it listens:
  {"url":...,"access_token":...,"client_id":...,"client_secret":...,
   "username":...,"org_id":...}
(in one line). Its tokens are no secrets. It stops at an interrupt.` + exitStatus("stopped"),
		Example: `  orgkeep emulator --listen 127.0.0.1:8080
  orgkeep emulator --org ./acme --save --sandbox --json
  orgkeep emulator --generate 10000 --seed 7`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runEmulator(c.Context(), opts)
		},
	}
	opts.addFlags(c.Flags())
	return c
}

func (o *emulatorOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.Org, "org", "", "serve the org in `DIR` (default: a sample org)")
	flags.StringVar(&o.Listen, "listen", "127.0.0.1:0", "listen on `ADDRESS`; port 0 takes a free one")
	flags.BoolVar(&o.Save, "save", false, "write the org back to --org when it stops")
	flags.DurationVar(&o.Latency, "latency", 0, "take this `TIME` for each retrieve and deploy")
	flags.StringVar(&o.Faults, "faults", "", "fail as `FILE` says")
	flags.StringArrayVar(&o.Behaviours, "behaviour", nil, "behave as `NAME=VALUE` where orgs differ; may be repeated")
	flags.BoolVar(&o.ListBehaviours, "list-behaviours", false, "list the names and values for --behaviour")
	flags.BoolVar(&o.Sandbox, "sandbox", false, "be a sandbox (default: production)")
	flags.StringVar(&o.OrgID, "org-id", "", "be the org with this `ID`")
	flags.StringVar(&o.Username, "username", "", "the user who signs in is `NAME`")
	flags.IntVar(&o.Generate, "generate", 0, "make an org of `N` components up")
	flags.Int64Var(&o.Seed, "seed", 1, "make it up from `NUMBER`")
}

func runEmulator(ctx context.Context, opts emulatorOptions) error {
	if opts.ListBehaviours {
		return opts.Factory.listBehaviours()
	}
	if opts.Save && opts.Org == "" {
		return usagef("--save needs --org: there is no folder to write to")
	}
	with, err := opts.server()
	if err != nil {
		return err
	}
	server, err := emulator.New(with...)
	if err != nil {
		return fmt.Errorf("load the org: %w", err)
	}
	if err := server.Start(ctx, opts.Listen); err != nil {
		return fmt.Errorf("listen on %s: %w", opts.Listen, err)
	}
	if err := opts.Factory.announce(server); err != nil {
		return err
	}
	<-ctx.Done()
	if err := server.Close(); err != nil {
		return fmt.Errorf("stop the emulator: %w", err)
	}
	if opts.Save {
		if err := server.SaveTo(opts.Factory.Path(opts.Org)); err != nil {
			return fmt.Errorf("save the org: %w", err)
		}
	}
	return nil
}

// server turns flags into the emulator's options.
func (o emulatorOptions) server() ([]emulator.Option, error) {
	f := o.Factory
	org, err := o.folder()
	if err != nil {
		return nil, err
	}
	with := []emulator.Option{emulator.WithOrg(org), emulator.WithSandbox(o.Sandbox), emulator.WithClock(f.Now)}
	if o.Generate != 0 {
		with = append(with, emulator.WithGenerated(o.Generate, o.Seed))
	}
	if o.Latency > 0 {
		with = append(with, emulator.WithLatency(o.Latency))
	}
	if o.OrgID != "" {
		with = append(with, emulator.WithOrgID(o.OrgID))
	}
	if o.Username != "" {
		with = append(with, emulator.WithUsername(o.Username))
	}
	for _, pair := range o.Behaviours {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, usagef("--behaviour: %q is not of the form NAME=VALUE", pair)
		}
		with = append(with, emulator.WithBehaviour(name, value))
	}
	if o.Faults != "" {
		data, err := os.ReadFile(f.Path(o.Faults))
		if err != nil {
			return nil, fmt.Errorf("--faults: %w", err)
		}
		faults, err := emulator.ParseFaults(data)
		if err != nil {
			return nil, fmt.Errorf("--faults: %s: %w", o.Faults, err)
		}
		with = append(with, emulator.WithFaults(faults...))
	}
	return with, nil
}

func (o emulatorOptions) folder() (fs.FS, error) {
	switch {
	case o.Org == "" && o.Generate != 0:
		return embed.FS{}, nil // what is made up is all
	case o.Org == "":
		return demo.Org(), nil
	}
	dir := o.Factory.Path(o.Org)
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("--org: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("--org: %s is no folder", dir)
	}
	return os.DirFS(dir), nil
}
