//go:build !unix

package normalize_test

import "time"

// started is when this process began, for systems that do not tell how much of
// the processors it has had.
var started = time.Now()

func cpuTime() time.Duration { return time.Since(started) }
