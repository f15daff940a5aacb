package auth_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/auth"
)

func TestWhenATokenEnds(t *testing.T) {
	t.Parallel()
	token := func(claims string) string {
		return "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
	}
	for name, tc := range map[string]struct {
		token string
		want  time.Time
	}{
		"a JWT says it":                  {token(`{"exp":1780000000,"sub":"x"}`), time.Unix(1780000000, 0).UTC()},
		"one without an end does not":    {token(`{"sub":"x"}`), time.Time{}},
		"one that is no JSON does not":   {token(`exp`), time.Time{}},
		"a session id does not":          {"00D000000000001!AQ.abc.def", time.Time{}},
		"what is cut short does not":     {"eyJhbGciOiJSUzI1NiJ9", time.Time{}},
		"what is not in base64 does not": {"eyJhbGciOiJSUzI1NiJ9.%%.c2ln", time.Time{}},
		"nothing does not":               {"", time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := auth.TokenEnds(tc.token)
			if !got.Equal(tc.want) || ok == tc.want.IsZero() {
				t.Errorf("%v, %v", got, ok)
			}
		})
	}
}
