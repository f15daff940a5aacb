package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/orgkeep/orgkeep/internal/auth"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// examine looks at one org, as far as it gets.
func (d *doctor) examine(ctx context.Context) {
	login, _, err := d.f.Logins().Load(d.org)
	if err != nil {
		d.failed("sign-in", err)
		return
	}
	d.secrets(login)
	if !d.network(ctx, login) {
		return
	}
	client, info, err := d.opts.Org(ctx, d.org)
	if err != nil {
		d.failed("sign-in", err)
		return
	}
	d.signIn(info)
	d.metadata(ctx, client)
	d.permissions(ctx, client)
	d.budget(ctx, client)
}

func (d *doctor) signIn(info OrgInfo) {
	found := fmt.Sprintf("%s, %s %s, %s, API %s, by %s", info.Username, info.OrgName, info.OrgID, info.Kind(), info.APIVersion, info.Method)
	if !info.Renews() {
		d.add("sign-in", checkWarning, found+"; the token ends and cannot be renewed",
			Hint{"For runs by themselves, sign in another way", "orgkeep auth login --help"}.String())
		return
	}
	d.add("sign-in", checkOK, found, "")
}

// othersMay are the bits of a mode that let anybody but the user in.
const othersMay = 0o077

// secrets looks at who may read them where they lie in a file.
func (d *doctor) secrets(login auth.Login) {
	if login.Secrets != auth.InFile {
		d.add("secrets", checkOK, "in the "+login.Secrets, "")
		return
	}
	dir, err := d.f.Env.UserDir()
	if err != nil {
		d.failed("secrets", err)
		return
	}
	folder := filepath.Join(dir, "secrets")
	file := filepath.Join(folder, d.org+".json")
	for _, name := range []string{folder, file} {
		info, err := os.Stat(name)
		if err != nil {
			d.failed("secrets", err)
			return
		}
		// Windows has no such bits.
		if runtime.GOOS != "windows" && info.Mode().Perm()&othersMay != 0 {
			d.problem("secrets", fmt.Sprintf("others may read %s (mode %o)", name, info.Mode().Perm()), "chmod go= "+name, ExitRefused)
			return
		}
	}
	d.add("secrets", checkOK, "in a file that only you read", "")
}

// probed is a type that every org has, with few components.
const probed = "CustomApplication"

// metadata finds out whether the user may use the Metadata API at all, by using
// it: orgs do not always tell which rights a user has.
func (d *doctor) metadata(ctx context.Context, client *mdapi.Client) {
	_, err := client.ListMetadata(ctx, mdapi.ListQuery{Type: probed})
	var fault *mdapi.Fault
	switch {
	case err == nil:
		d.add("metadata api", checkOK, "answers", "")
	case errors.As(err, &fault) && fault.Code == "INSUFFICIENT_ACCESS":
		d.problem("metadata api", fault.Error(), grantHint(), ExitIncomplete)
	default:
		d.failed("metadata api", err)
	}
}

func grantHint() string {
	return Hint{"Give the user this permission set", "orgkeep doctor --permission-set"}.String()
}

const (
	// wholeRun is about how many calls the first snapshot of a large org takes:
	// each of some 300 types is listed by a call of its own, then come folders,
	// retrieves and their status.
	wholeRun = 600
	// littleLeft is the part of the allocation below which it is told.
	littleLeft = 10 // percent
)

// budget looks at the calls that are left of the last 24 hours' allocation.
func (d *doctor) budget(ctx context.Context, client *mdapi.Client) {
	limits, err := client.Limits(ctx)
	calls, told := limits[callsLimit]
	if err != nil || !told {
		reason := "the org does not tell its limits"
		if err != nil {
			reason += ": " + err.Error()
		}
		d.add("api calls", checkUnknown, reason, "Setup, Company Information, API Requests shows them.")
		return
	}
	found := fmt.Sprintf("%d of %d left", calls.Remaining, calls.Max)
	const fix = "They come back over 24 hours. Who uses them: Setup, API Usage Last 7 Days"
	switch {
	case calls.Remaining < wholeRun:
		d.problem("api calls", fmt.Sprintf("%s; a first snapshot may take %d", found, wholeRun), fix, ExitFailure)
	case calls.Remaining*100 < calls.Max*littleLeft:
		d.add("api calls", checkWarning, found, fix)
	default:
		d.add("api calls", checkOK, found, "")
	}
}
