package mdapi

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// logReply writes one line for a request that was answered. What it sent and got
// is not in it.
func (c *Client) logReply(ctx context.Context, r request, resp *http.Response, began time.Time, err error) {
	attrs := append(c.logged(r, began), slog.Int("status", resp.StatusCode))
	if id := requestID(resp.Header); id != "" {
		attrs = append(attrs, slog.String("request_id", id))
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	c.cfg.Log.LogAttrs(ctx, slog.LevelDebug, "request", attrs...)
}

func (c *Client) logFailure(ctx context.Context, r request, began time.Time, err error) {
	c.cfg.Log.LogAttrs(ctx, slog.LevelDebug, "request", append(c.logged(r, began), slog.String("error", err.Error()))...)
}

func (c *Client) logged(r request, began time.Time) []slog.Attr {
	path, _, _ := strings.Cut(r.path, "?")
	return []slog.Attr{
		slog.String("method", r.method), slog.String("path", path), slog.String("call", r.call),
		slog.Duration("duration", c.cfg.Now().Sub(began).Round(time.Millisecond)),
	}
}
