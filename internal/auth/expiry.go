package auth

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// TokenEnds tells when an access token ends, where the token itself says so: those
// in the form of a JWT do, the others end when the session does, which nobody can
// ask for beforehand. Nothing is verified: the org decides.
func TokenEnds(token string) (time.Time, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || !strings.HasPrefix(token, "eyJ") {
		return time.Time{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return time.Time{}, false
	}
	var claims struct {
		Expires int64 `json:"exp"`
	}
	if json.Unmarshal(payload, &claims) != nil || claims.Expires <= 0 {
		return time.Time{}, false
	}
	return time.Unix(claims.Expires, 0).UTC(), true
}
