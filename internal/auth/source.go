package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// Source gives the token of one sign-in and renews it. It is an
// mdapi.TokenSource, safe for concurrent use: of several that find the same token
// stale, one renews it and the others get the new one.
type Source struct {
	flow  Flow
	store *Store
	login Login

	mu      sync.Mutex
	secrets Secrets
	token   string
}

// NewSource gives a source for a login that store.Load gave.
func NewSource(flow Flow, store *Store, login Login, secrets Secrets) *Source {
	return &Source{flow: flow, store: store, login: login, secrets: secrets}
}

// Token gives the current token, and gets the first one.
func (s *Source) Token(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == "" {
		if err := s.renew(ctx); err != nil {
			return "", err
		}
	}
	return s.token, nil
}

// Refresh gives another token than stale. It returns mdapi.ErrNoRefresh when the
// sign-in holds a bare access token.
func (s *Source) Refresh(ctx context.Context, stale string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token != "" && s.token != stale {
		return s.token, nil
	}
	if !s.login.Renews() {
		return "", fmt.Errorf("%s: %w", s.login.Alias, mdapi.ErrNoRefresh)
	}
	if err := s.renew(ctx); err != nil {
		return "", err
	}
	return s.token, nil
}

func (s *Source) renew(ctx context.Context) error {
	grant, err := s.flow.Grant(ctx, s.login, s.secrets)
	if errors.Is(err, ErrRefused) && s.rotatedElsewhere() {
		grant, err = s.flow.Grant(ctx, s.login, s.secrets)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.login.Alias, err)
	}
	s.store.tell(Secrets{AccessToken: grant.AccessToken, RefreshToken: grant.RefreshToken})
	s.token = grant.AccessToken
	if grant.InstanceURL != "" {
		s.login.InstanceURL = grant.InstanceURL
	}
	if grant.RefreshToken == "" || grant.RefreshToken == s.secrets.RefreshToken {
		return nil
	}
	// Rotation: the old one is worthless from now on.
	s.secrets.RefreshToken = grant.RefreshToken
	if s.login.Secrets == InEnvironment {
		return nil
	}
	if _, _, err := s.store.Save(s.login, s.secrets); err != nil {
		return fmt.Errorf("%s: keep the new refresh token: %w", s.login.Alias, err)
	}
	return nil
}

// rotatedElsewhere tells whether another process has got a new refresh token since
// and stored it; it is then ours too.
func (s *Source) rotatedElsewhere() bool {
	if s.login.Method != RefreshToken || s.login.Secrets == InEnvironment {
		return false
	}
	_, stored, err := s.store.Load(s.login.Alias)
	if err != nil || stored.RefreshToken == "" || stored.RefreshToken == s.secrets.RefreshToken {
		return false
	}
	s.secrets = stored
	return true
}

// Login gives the sign-in with what was learnt since, its instance above all.
func (s *Source) Login() Login {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.login
}

// Secrets gives what has to be stored to get tokens again.
func (s *Source) Secrets() Secrets {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.secrets
}
