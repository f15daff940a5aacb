package auth

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// ErrHost is returned for a URL that no token may be sent to.
var ErrHost = errors.New("no token is sent there")

// salesforceDomains are those under which Salesforce serves its API.
func salesforceDomains() []string {
	return []string{"salesforce.com", "force.com", "cloudforce.com", "salesforce.mil", "sfcrmproducts.cn", "salesforce-setup.com"}
}

// CheckURL gives the base of an instance's or login host's URL, without a path
// or final slash. A URL without scheme is https. Plain http is for loopback only,
// and a host that is neither loopback nor Salesforce's must be among trusted.
func CheckURL(raw string, trusted []string) (string, error) {
	text := strings.TrimSpace(raw)
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		return "", fmt.Errorf("%q is not a URL like https://acme.my.salesforce.com", raw)
	}
	host := strings.ToLower(u.Hostname())
	local := Loopback(host)
	known := local || slices.Contains(trusted, host) || slices.ContainsFunc(salesforceDomains(), func(d string) bool {
		return host == d || strings.HasSuffix(host, "."+d)
	})
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !local):
		return "", fmt.Errorf("%w: %s is not https", ErrHost, u.Redacted())
	case strings.HasSuffix(host, ".lightning.force.com"):
		return "", fmt.Errorf("%w: %s serves pages, not the API: use the My Domain host, %s.my.salesforce.com",
			ErrHost, host, strings.TrimSuffix(host, ".lightning.force.com"))
	case !known:
		return "", fmt.Errorf("%w: %s is not a host of Salesforce (name it in ORGKEEP_TRUSTED_HOSTS to allow it)", ErrHost, host)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

// Loopback tells whether a host is this machine.
func Loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// isSandboxHost tells a sandbox by its host: acme--uat.sandbox.my.salesforce.com,
// or acme--uat.my.salesforce.com of old.
func isSandboxHost(host string) bool {
	return strings.Contains(host, ".sandbox.") || strings.Contains(strings.SplitN(host, ".", 2)[0], "--")
}
