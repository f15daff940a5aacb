package config

import (
	"errors"
	"fmt"
	"strings"
)

// ErrAlias is returned for an org's alias that cannot be one.
var ErrAlias = errors.New("an alias is made of lower-case letters, digits, - and _, and begins with a letter or digit")

// maxAlias keeps refs and file names made of an alias short.
const maxAlias = 64

// CheckAlias tells whether a name can be an org's alias. It becomes part of a
// ref and of a file's name and, in capitals, of a variable's.
func CheckAlias(alias string) error {
	if alias == "" || len(alias) > maxAlias || !alphanumeric(rune(alias[0])) {
		return fmt.Errorf("%q: %w", alias, ErrAlias)
	}
	for _, r := range alias {
		if !alphanumeric(r) && r != '-' && r != '_' {
			return fmt.Errorf("%q: %w", alias, ErrAlias)
		}
	}
	return nil
}

func alphanumeric(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }

// VariableOf names the environment variable that sets something of one org:
// VariableOf("prod-eu", "ACCESS_TOKEN") is ORGKEEP_ORG_PROD_EU_ACCESS_TOKEN.
func VariableOf(alias, what string) string {
	return "ORGKEEP_ORG_" + strings.ToUpper(strings.ReplaceAll(alias, "-", "_")) + "_" + what
}
