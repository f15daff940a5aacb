package mdapi_test

import (
	"context"
	"time"
)

// noSleep waits for nothing but a cancelled context.
func noSleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }
