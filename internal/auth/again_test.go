package auth

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"
)

// flaky spoils the first answers of a token server.
func flaky(t *testing.T, spoilt int, spoil func(http.ResponseWriter)) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	asked := new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if int(asked.Add(1)) <= spoilt {
			spoil(w)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"x","token_type":"Bearer"}`))
	}))
	t.Cleanup(server.Close)
	return server, asked
}

func TestATokenIsAskedForAgainWhereThatDoesNoHarm(t *testing.T) {
	t.Parallel()
	unwell := func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) }
	busy := func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }
	lost := func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	no := func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadRequest) }
	cut := func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", "50")
		_, _ = w.Write([]byte(`{"access_`))
	}
	head := func(w http.ResponseWriter) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Ty"))
		_ = conn.Close()
	}
	ended := func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"access_`)) }
	page := func(w http.ResponseWriter) { _, _ = w.Write([]byte(`<!DOCTYPE html><html></html>`)) }
	for name, tc := range map[string]struct {
		method Method
		spoilt int
		spoil  func(http.ResponseWriter)
		asked  int
		ok     bool
	}{
		"a server that is unwell":                      {ClientCredentials, 3, unwell, 4, true},
		"a server that is unwell and a refresh token":  {RefreshToken, 3, unwell, 4, true},
		"a server that has too much to do":             {ClientCredentials, 1, busy, 2, true},
		"a server that stays unwell":                   {ClientCredentials, 100, unwell, 4, false},
		"an answer that is lost":                       {ClientCredentials, 1, lost, 2, true},
		"an answer to a refresh token that is lost":    {RefreshToken, 1, lost, 1, false},
		"an answer that breaks off in its head":        {ClientCredentials, 2, head, 3, true},
		"an answer that breaks off":                    {ClientCredentials, 2, cut, 3, true},
		"an answer without its end":                    {ClientCredentials, 2, ended, 3, true},
		"an answer to a refresh token without its end": {RefreshToken, 1, ended, 1, false},
		"a page for people":                            {ClientCredentials, 1, page, 2, true},
		"pages for people and nothing else":            {ClientCredentials, 100, page, 4, false},
		"a refusal":                                    {ClientCredentials, 1, no, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, asked := flaky(t, tc.spoilt, tc.spoil)
			_, err := flow(server).Grant(t.Context(), Login{Method: tc.method, InstanceURL: server.URL}, Secrets{})
			if (err == nil) != tc.ok || int(asked.Load()) != tc.asked {
				t.Errorf("asked %d times, want %d; %v", asked.Load(), tc.asked, err)
			}
		})
	}
}

func TestAnInterruptEndsTheAsking(t *testing.T) {
	t.Parallel()
	server, asked := flaky(t, 100, func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) })
	ctx, cancel := context.WithCancel(t.Context())
	f := flow(server)
	f.Sleep = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
	if _, err := f.Grant(ctx, Login{Method: ClientCredentials, InstanceURL: server.URL}, Secrets{}); !errors.Is(err, context.Canceled) || asked.Load() != 1 {
		t.Errorf("asked %d times, %v", asked.Load(), err)
	}
}

func TestATokenThatAnotherProcessRotatedIsTakenOver(t *testing.T) {
	t.Parallel()
	server := tokenServer(t, func(form url.Values) (int, map[string]string) {
		if form.Get("refresh_token") != "new" {
			return 400, map[string]string{"error": "invalid_grant", "error_description": "expired access/refresh token"}
		}
		return 200, map[string]string{"access_token": "x"}
	})
	store, _ := newStore(t, nil)
	login := Login{Alias: "prod", Method: RefreshToken, ClientID: "c", InstanceURL: server.URL}
	if _, _, err := store.Save(login, Secrets{RefreshToken: "old"}); err != nil {
		t.Fatal(err)
	}
	login, secrets, err := store.Load("prod")
	if err != nil {
		t.Fatal(err)
	}
	source := NewSource(flow(server), store, login, secrets)
	if _, err := source.Token(t.Context()); !errors.Is(err, ErrRefused) {
		t.Fatalf("before the other process: %v", err)
	}
	if _, _, err := store.Save(login, Secrets{RefreshToken: "new"}); err != nil {
		t.Fatal(err)
	}
	if got, err := source.Token(t.Context()); got != "x" || err != nil {
		t.Errorf("after it: %q, %v", got, err)
	}
}
