package auth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const revokePath = "/services/oauth2/revoke"

// Revoke ends a token at the host that gave it. A refresh token takes its access
// tokens with it.
func (f Flow) Revoke(ctx context.Context, login Login, token string) error {
	form := url.Values{"token": {token}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, login.TokenURL()+revokePath, strings.NewReader(form))
	if err != nil {
		return fmt.Errorf("revoke the token: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := f.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("revoke the token: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("revoke the token: HTTP %d", resp.StatusCode)
	}
	return nil
}
