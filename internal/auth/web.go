package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/oauth2"
)

// callbackPath is what the sf CLI's app is registered with.
const callbackPath = "/OauthRedirect"

// webTimeout is how long the user has in the browser.
const webTimeout = 10 * time.Minute

// errCallback is returned when the browser comes back without a code.
var errCallback = errors.New("the browser came back without a sign-in")

// Web signs a user in with the browser: web server flow with PKCE and a callback
// on loopback.
type Web struct {
	HTTP *http.Client
	// Port of the callback; zero takes any, which an app must allow.
	Port int
	// Show is given the page to open.
	Show func(url string)
}

// SignIn waits until the user has signed in, ctx is done, or ten minutes are
// over. The grant has a refresh token if the app may give one.
func (w Web) SignIn(ctx context.Context, login Login, secrets Secrets) (Grant, error) {
	ctx, cancel := context.WithTimeout(ctx, webTimeout)
	defer cancel()
	// 127.0.0.1 and not "localhost", which may be an address others can reach.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(w.Port)))
	if err != nil {
		return Grant{}, fmt.Errorf("listen for the browser: %w", err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	conf := oauth2.Config{
		ClientID: login.ClientID, ClientSecret: secrets.ClientSecret,
		RedirectURL: fmt.Sprintf("http://localhost:%d%s", port, callbackPath),
		Endpoint: oauth2.Endpoint{
			AuthURL: login.TokenURL() + "/services/oauth2/authorize", TokenURL: login.TokenURL() + tokenPath,
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	state, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	back := make(chan url.Values, 1)
	server := &http.Server{Handler: callback(state, back), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	w.Show(conf.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("prompt", "login")))
	select {
	case <-ctx.Done():
		return Grant{}, fmt.Errorf("wait for the browser: %w", ctx.Err())
	case answer := <-back:
		return w.exchange(ctx, conf, answer, verifier)
	}
}

func (w Web) exchange(ctx context.Context, conf oauth2.Config, answer url.Values, verifier string) (Grant, error) {
	if code := answer.Get("error"); code != "" {
		return Grant{}, &Refusal{Code: code, Description: answer.Get("error_description")}
	}
	if answer.Get("code") == "" {
		return Grant{}, errCallback
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, w.HTTP)
	token, err := conf.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return Grant{}, fmt.Errorf("exchange the code for a token: %w", refusal(err))
	}
	instance, _ := token.Extra("instance_url").(string)
	return Grant{AccessToken: token.AccessToken, RefreshToken: token.RefreshToken, InstanceURL: instance}, nil
}

// callback takes the browser's answer once, if it carries the state that was
// sent: any page could make the browser come here.
func callback(state string, back chan<- url.Values) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+callbackPath, func(rw http.ResponseWriter, r *http.Request) {
		answer := r.URL.Query()
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(state)) != 1 {
			http.Error(rw, "This page was not asked for by orgkeep.", http.StatusBadRequest)
			return
		}
		_, _ = fmt.Fprintln(rw, "orgkeep has its answer. You can close this page.")
		select {
		case back <- answer:
		default:
		}
	})
	return mux
}
