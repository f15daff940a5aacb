package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// mostDays keeps a span within what a duration holds.
const mostDays = 36_500

// parseSpan reads a span of time: "7d", or what Go takes, "36h".
func parseSpan(text string) (time.Duration, error) {
	span, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, bad := strconv.Atoi(days)
		if n > mostDays {
			return 0, fmt.Errorf("%q is more than %d days", text, mostDays)
		}
		span, err = time.Duration(n)*24*time.Hour, bad
	}
	if err != nil || span <= 0 {
		return 0, fmt.Errorf("%q is no span of time like 7d or 36h", text)
	}
	return span, nil
}
