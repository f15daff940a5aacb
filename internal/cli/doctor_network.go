package cli

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/auth"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
)

const (
	// probeTimeout is how long a host may take to say anything at all.
	probeTimeout = 30 * time.Second
	// clockWarning is how far clocks may be apart before it is told: dates in
	// history and the org's then no longer fit together.
	clockWarning = 30 * time.Second
	// clockProblem is more than an assertion lives that signs in with a key.
	clockProblem = 3 * time.Minute
)

// network looks at the way to the hosts that a sign-in needs. It tells whether
// all can be reached.
func (d *doctor) network(ctx context.Context, login auth.Login) bool {
	client, err := d.f.HTTP()
	if err != nil {
		d.problem("tls", err.Error(), "Correct ORGKEEP_CA_FILE, or unset it.", ExitFailure)
		return false
	}
	hosts := slices.Compact([]string{login.TokenURL(), login.InstanceURL})
	reached := true
	for _, base := range hosts {
		if base != "" && !d.host(ctx, client, login, base) {
			reached = false
		}
	}
	return reached
}

// host asks one host for the versions of its API, which needs no token, and
// looks at how the answer came.
func (d *doctor) host(ctx context.Context, client *http.Client, login auth.Login, base string) bool {
	proxy, ok := d.proxy(base)
	if !ok {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/services/data", nil)
	if err != nil {
		d.failed("tls", err)
		return false
	}
	before := d.f.Now()
	reply, err := client.Do(request)
	after := d.f.Now()
	if err != nil {
		found, fix := unreached(err, proxy)
		d.problem("tls", hostOf(base)+": "+found, fix, ExitFailure)
		return false
	}
	_ = reply.Body.Close()
	d.tls(base, reply)
	if base == login.InstanceURL {
		d.clock(login, reply, before, after)
	}
	return true
}

// proxy says which way a host is reached.
func (d *doctor) proxy(base string) (*url.URL, bool) {
	u, err := url.Parse(base)
	if err != nil {
		d.failed("proxy", err)
		return nil, false
	}
	proxy, err := d.f.proxies().ProxyFunc()(u)
	switch {
	case err != nil, proxy != nil && strings.HasSuffix(proxy.Host, ":"):
		// A scheme is all that was understood of it. The error would quote the variable, which may hold a password.
		d.problem("proxy", "HTTPS_PROXY is no address of a proxy", "Set it to http://HOST:PORT, or unset it.", ExitFailure)
		return nil, false
	case proxy == nil:
		d.add("proxy", checkOK, "none for "+u.Host, "")
		return nil, true
	}
	if password, ok := proxy.User.Password(); ok {
		d.f.IO.Redactor.Add(password)
	}
	d.add("proxy", checkOK, u.Host+" by way of "+proxy.Host, "")
	return proxy, true
}

// unreached says which hop failed, and what helps.
func unreached(err error, proxy *url.URL) (found, fix string) {
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err
	}
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		noTLS     tls.RecordHeaderError
		dns       *net.DNSError
		hop       *net.OpError
	)
	switch {
	case errors.As(err, &authority):
		fix = "Whoever signed it (a proxy that looks into TLS, a CA of your own) has to be named:  ORGKEEP_CA_FILE=ca.pem"
	case errors.As(err, &name):
		fix = "Somebody else answers in this host's name: is the address right, is there a proxy on the way?"
	case errors.As(err, &invalid):
		fix = "Is this machine's clock right? If so, the certificate has to be renewed."
	case errors.As(err, &noTLS):
		fix = "Something on the way does not speak TLS: is the port right, is there a proxy?"
	case proxy != nil && (errors.As(err, &hop) && hop.Op == "proxyconnect" || !errors.As(err, &dns)):
		fix = "The proxy " + proxy.Host + " does not lead there: check HTTPS_PROXY, and NO_PROXY for hosts that need none."
	case errors.As(err, &dns):
		fix = "Is the host's name right? Does this machine need a proxy (HTTPS_PROXY)?"
	default:
		fix = "Is the host reachable from here? Does this machine need a proxy (HTTPS_PROXY)?"
	}
	return err.Error(), fix
}

func (d *doctor) tls(base string, reply *http.Response) {
	host := hostOf(base)
	switch {
	case reply.StatusCode >= http.StatusInternalServerError:
		d.add("tls", checkWarning, fmt.Sprintf("%s answers %s", host, reply.Status), "Try later; the state of the service is at https://status.salesforce.com")
	case reply.TLS == nil:
		d.add("tls", checkOK, host+" is on this machine and needs none", "")
	default:
		found := host + " " + tls.VersionName(reply.TLS.Version)
		if chain := reply.TLS.PeerCertificates; len(chain) > 0 {
			found += fmt.Sprintf(", certificate by %s until %s", cmp.Or(chain[0].Issuer.CommonName, chain[0].Issuer.String()), chain[0].NotAfter.UTC().Format(time.DateOnly))
		}
		d.add("tls", checkOK, found, "")
	}
}

// clock compares the server's with ours. The Date header is cut to seconds, and
// the reply took its time.
func (d *doctor) clock(login auth.Login, reply *http.Response, before, after time.Time) {
	server, err := http.ParseTime(reply.Header.Get("Date"))
	if err != nil {
		d.add("clock", checkUnknown, "the server does not tell its time", "")
		return
	}
	took := after.Sub(before)
	apart := before.Add(took / 2).Sub(server.Add(time.Second / 2))
	if apart.Abs() <= clockWarning+took {
		d.add("clock", checkOK, "as the server's", "")
		return
	}
	way := "behind"
	if apart > 0 {
		way = "ahead of"
	}
	found := fmt.Sprintf("%s %s the server's", iostreams.Took(apart.Abs()), way)
	const fix = "Set this machine's clock, by NTP at best."
	if login.Method == auth.JWT && -apart > clockProblem {
		d.problem("clock", found+"; what a key signs is over when it arrives", fix, ExitFailure)
		return
	}
	d.add("clock", checkWarning, found, fix)
}
