package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"testing"
)

// browse opens the callback as a browser would after the page that it was shown.
func browse(t *testing.T, page string, answer func(asked url.Values) url.Values) {
	t.Helper()
	u, err := url.Parse(page)
	if err != nil {
		t.Error(err)
		return
	}
	asked := u.Query()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, asked.Get("redirect_uri")+"?"+answer(asked).Encode(), nil)
	if err != nil {
		t.Error(err)
		return
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
}

func TestTheBrowserSignsIn(t *testing.T) {
	t.Parallel()
	var challenge string
	server := tokenServer(t, func(form url.Values) (int, map[string]string) {
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		if form.Get("code") != "the-code" || base64.RawURLEncoding.EncodeToString(sum[:]) != challenge {
			return 400, map[string]string{"error": "invalid_grant"}
		}
		return 200, map[string]string{"access_token": "00D!x", "refresh_token": "r", "instance_url": "https://acme.my.salesforce.com"}
	})
	web := Web{HTTP: server.Client(), Show: func(page string) {
		go func() {
			// A page that somebody else made comes first and changes nothing.
			browse(t, page, func(url.Values) url.Values { return url.Values{"code": {"stolen"}, "state": {"guessed"}} })
			browse(t, page, func(asked url.Values) url.Values {
				challenge = asked.Get("code_challenge")
				return url.Values{"code": {"the-code"}, "state": {asked.Get("state")}}
			})
		}()
	}}
	grant, err := web.SignIn(t.Context(), Login{ClientID: "c", LoginURL: server.URL}, Secrets{})
	if err != nil || grant.RefreshToken != "r" || grant.AccessToken != "00D!x" {
		t.Errorf("%+v, %v", grant, err)
	}
}

func TestTheUserMaySayNo(t *testing.T) {
	t.Parallel()
	server := tokenServer(t, func(url.Values) (int, map[string]string) { return 500, nil })
	web := Web{HTTP: server.Client(), Show: func(page string) {
		go browse(t, page, func(asked url.Values) url.Values {
			return url.Values{"error": {"access_denied"}, "error_description": {"end-user denied authorization"}, "state": {asked.Get("state")}}
		})
	}}
	if _, err := web.SignIn(t.Context(), Login{ClientID: "c", LoginURL: server.URL}, Secrets{}); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v", err)
	}
}

func TestAnInterruptEndsTheWait(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	web := Web{HTTP: http.DefaultClient, Show: func(string) { cancel() }}
	if _, err := web.SignIn(ctx, Login{ClientID: "c", LoginURL: "http://127.0.0.1:1"}, Secrets{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
