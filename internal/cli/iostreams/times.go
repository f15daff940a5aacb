package iostreams

import (
	"fmt"
	"time"
)

// Time gives a time as stdout wants it: relative to now for a terminal, RFC 3339
// in UTC for a pipe. The zero time is "".
func (s *Streams) Time(now, t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case s.terminal.Out:
		return Relative(now, t)
	}
	return t.UTC().Format(time.RFC3339)
}

const day = 24 * time.Hour

// Relative says how long ago t was, or how soon it will be, in now's time zone:
// "5 min ago", "yesterday 02:00", "12 days ago", "in 9 days".
func Relative(now, t time.Time) string {
	t = t.In(now.Location())
	d := now.Sub(t)
	if d < 0 {
		return ahead(-d)
	}
	days := daysBetween(t, now)
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	case days == 0 || d < 6*time.Hour:
		return fmt.Sprintf("%d h ago", d/time.Hour)
	case days == 1:
		return "yesterday " + t.Format("15:04")
	case days < 60:
		return fmt.Sprintf("%d days ago", days)
	}
	return t.Format(time.DateOnly)
}

func ahead(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("in %d min", d/time.Minute)
	case d < 2*day:
		return fmt.Sprintf("in %d h", d/time.Hour)
	}
	return fmt.Sprintf("in %d days", d/day)
}

// daysBetween counts midnights, as "yesterday" does.
func daysBetween(a, b time.Time) int {
	midnight := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(b).Sub(midnight(a)) / day)
}

// Took gives a duration as a summary wants it: "9 s", "1 min 52 s".
func Took(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
}
