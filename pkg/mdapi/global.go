package mdapi

import (
	"context"
	"net/http"
	"time"
)

// GlobalResult is what describe global tells of the org's objects.
type GlobalResult struct {
	// Unchanged: no object was changed since the time that was given, so that the
	// objects are not told.
	Unchanged bool
	Objects   []Object
}

// Object is one object of an org.
type Object struct {
	Name   string `json:"name"`
	Custom bool   `json:"custom"`
	// PartOf is the object to which this one belongs as its history, feed or the
	// like. Versions below 50.0 do not tell.
	PartOf string `json:"associateParentEntity"`
}

// DescribeGlobal gives the org's objects, or tells that none was changed since a
// time on the org's clock; the zero time asks for them in any case. Times are cut
// to seconds. By the documentation permissions, profiles and labels count too.
// Source: REST API Developer Guide, describe global.
func (c *Client) DescribeGlobal(ctx context.Context, since time.Time) (GlobalResult, error) {
	var got struct {
		Objects []Object `json:"sobjects"`
	}
	unchanged := false
	r := c.rest(http.MethodGet, c.dataPath("sobjects"), "describe global", &got)
	if !since.IsZero() {
		r.header.Set("If-Modified-Since", since.UTC().Format(http.TimeFormat))
		r.unchanged = func() { unchanged = true }
	}
	if err := c.do(ctx, r); err != nil {
		return GlobalResult{}, err
	}
	return GlobalResult{Unchanged: unchanged, Objects: got.Objects}, nil
}
