package auth

import (
	"errors"
	"testing"
)

func TestTokensGoToKnownHostsAlone(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://acme.my.salesforce.com":          "https://acme.my.salesforce.com",
		"https://ACME.my.salesforce.com/":         "https://acme.my.salesforce.com",
		"acme--uat.sandbox.my.salesforce.com":     "https://acme--uat.sandbox.my.salesforce.com",
		"https://acme.my.salesforce.com/services": "https://acme.my.salesforce.com",
		"http://127.0.0.1:8080":                   "http://127.0.0.1:8080",
		"http://localhost:8080":                   "http://localhost:8080",
		"http://[::1]:8080":                       "http://[::1]:8080",
		"https://sf.proxy.example":                "https://sf.proxy.example",

		"http://acme.my.salesforce.com":               "",
		"http://sf.proxy.example":                     "",
		"https://evil.example":                        "",
		"https://salesforce.com.evil.example":         "",
		"https://notsalesforce.com":                   "",
		"https://acme.my.salesforce.com@evil.example": "",
		"https://user:pw@acme.my.salesforce.com":      "",
		"https://acme.lightning.force.com":            "",
		"http://127.0.0.1.evil.example":               "",
		"ftp://127.0.0.1":                             "",
		"https://":                                    "",
		"":                                            "",
	} {
		got, err := CheckURL(raw, []string{"sf.proxy.example"})
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", raw, got, err, want)
		}
	}
	if _, err := CheckURL("https://evil.example", nil); !errors.Is(err, ErrHost) {
		t.Errorf("got %v", err)
	}
}
