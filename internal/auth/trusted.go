package auth

import (
	"strings"

	"github.com/orgkeep/orgkeep/internal/config"
)

// TrustedHosts reads ORGKEEP_TRUSTED_HOSTS: host names, separated by commas or
// blanks, that tokens may be sent to besides Salesforce's.
func TrustedHosts(env config.Env) []string {
	return strings.FieldsFunc(strings.ToLower(env.Get("ORGKEEP_TRUSTED_HOSTS")), func(r rune) bool { return r == ',' || r == ' ' })
}
