package auth

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// ErrToken is returned for a text that cannot be an access token.
var ErrToken = errors.New("that is no access token")

// CheckToken refuses what would only be found out by a call: a placeholder of
// the sf CLI, or a text with blanks, such as its whole JSON output. The text
// itself is in no error.
func CheckToken(token string) error {
	switch {
	case strings.HasPrefix(token, sfRedacted):
		return fmt.Errorf("%w: the sf CLI hides it; use `sf org auth show-access-token -o USER --json`, or --from-sf USER", ErrToken)
	case strings.ContainsAny(token, " \t\r\n{}\"<>"):
		return fmt.Errorf("%w: it has blanks or brackets in it", ErrToken)
	}
	return nil
}

// sfdxURL is the form of the sf CLI. Source: the guide's section on other flows;
// the scheme is always https.
var sfdxURL = regexp.MustCompile(`^force://([a-zA-Z0-9._-]+={0,2}):([a-zA-Z0-9._-]*={0,2}):([a-zA-Z0-9._-]+={0,2})@([a-zA-Z0-9:._-]+)$`)

// ErrSFDXURL is returned for a text that is no force:// URL. The text itself is
// in no error.
var ErrSFDXURL = errors.New("not of the form force://CLIENT_ID:CLIENT_SECRET:REFRESH_TOKEN@HOST")

// ParseSFDXURL reads a force:// URL, in which the client secret may be empty.
func ParseSFDXURL(text string, trusted []string) (Login, Secrets, error) {
	m := sfdxURL.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return Login{}, Secrets{}, ErrSFDXURL
	}
	instance, err := CheckURL("https://"+m[4], trusted)
	if err != nil {
		return Login{}, Secrets{}, err
	}
	return Login{Method: RefreshToken, ClientID: m[1], InstanceURL: instance}, Secrets{ClientSecret: m[2], RefreshToken: m[3]}, nil
}
