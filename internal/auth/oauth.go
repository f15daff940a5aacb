package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// tokenPath is the token endpoint below a login host or an instance.
// Source: metadata-api guide, OAuth endpoints.
const tokenPath = "/services/oauth2/token"

// Grant is what a token endpoint gives.
type Grant struct {
	AccessToken string
	// RefreshToken is the one to use from now on; empty where the flow has none.
	RefreshToken string
	// InstanceURL is where the token is good for; empty when the server does not
	// say.
	InstanceURL string
}

// Refusal is a token endpoint's "no", in its own words. errors.Is(err,
// ErrRefused) holds.
type Refusal struct {
	Code        string // "invalid_grant"
	Description string
	HTTPStatus  int
}

// Error gives the server's words.
func (r *Refusal) Error() string {
	switch {
	case r.Code == "":
		return fmt.Sprintf("%v (HTTP %d)", ErrRefused, r.HTTPStatus)
	case r.Description == "":
		return fmt.Sprintf("%v (%s)", ErrRefused, r.Code)
	}
	return fmt.Sprintf("%v (%s: %s)", ErrRefused, r.Code, r.Description)
}

// Is makes every Refusal an ErrRefused.
func (r *Refusal) Is(target error) bool { return target == ErrRefused }

// endpoint is a token endpoint as one client calls it.
type endpoint struct {
	http     *http.Client
	base     string // "https://login.salesforce.com"
	clientID string
	secret   string
}

// ask sends one grant. All of Salesforce's flows are a form to the same address,
// with client id and secret in it, so that the library's one serves them all.
func (e endpoint) ask(ctx context.Context, grantType string, more url.Values) (Grant, error) {
	params := url.Values{"grant_type": {grantType}}
	for k, v := range more {
		params[k] = v
	}
	conf := clientcredentials.Config{
		ClientID: e.clientID, ClientSecret: e.secret, TokenURL: e.base + tokenPath,
		EndpointParams: params, AuthStyle: oauth2.AuthStyleInParams,
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, e.http)
	token, err := conf.TokenSource(ctx).Token()
	if err != nil {
		return Grant{}, fmt.Errorf("ask %s for a token: %w", e.base, refusal(err))
	}
	instance, _ := token.Extra("instance_url").(string)
	return Grant{AccessToken: token.AccessToken, RefreshToken: token.RefreshToken, InstanceURL: instance}, nil
}

// unread is an answer that came and could not be read to its end, or is none of a
// token endpoint. The library keeps no cause of it.
type unread struct{ error }

// refusal keeps the server's words and nothing else of the reply: a body that is
// no OAuth error may hold anything.
func refusal(err error) error {
	var said *oauth2.RetrieveError
	var call *url.Error
	switch {
	case errors.As(err, &call):
		return err
	case !errors.As(err, &said):
		return &unread{err}
	}
	r := &Refusal{Code: said.ErrorCode, Description: said.ErrorDescription}
	if said.Response != nil {
		r.HTTPStatus = said.Response.StatusCode
	}
	if r.HTTPStatus >= http.StatusInternalServerError || r.HTTPStatus == http.StatusTooManyRequests {
		// That is no answer to who asks.
		return &unwell{status: r.HTTPStatus}
	}
	return r
}
