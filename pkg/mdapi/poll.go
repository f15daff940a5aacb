package mdapi

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// AsyncID names a job: 09S... for a retrieve, 0Af... for a deploy.
type AsyncID string

// Small jobs are done in a fraction of a second, and the service counts what is
// asked: so the waits begin short and grow with the job's age.
const (
	firstPoll = 100 * time.Millisecond
	maxPoll   = 10 * time.Second
)

// lostFor is how many answers in a row may say that there is no such job: one
// that leaves the queue is not found for a moment. Source: a comment in
// source-deploy-retrieve.
const lostFor = 3

// poll asks until done says so, with waits in between and one before.
func (c *Client) poll(ctx context.Context, id AsyncID, ask func(context.Context) (done bool, err error)) error {
	waits := growing(firstPoll, maxPoll)
	waits.Multiplier = 1.6
	for lost := 0; ; {
		if err := c.cfg.Sleep(ctx, waits.NextBackOff()); err != nil {
			return fmt.Errorf("wait for %s: %w", id, err)
		}
		done, err := ask(ctx)
		var fault *Fault
		switch {
		case errors.As(err, &fault) && fault.Code == "INVALID_CROSS_REFERENCE_KEY" && lost < lostFor:
			lost++
		case done || err != nil:
			return err
		default:
			lost = 0
		}
	}
}

// startReply is the AsyncResult of calls that start a job.
type startReply struct {
	ID         AsyncID `xml:"id"`
	Done       bool    `xml:"done"`
	State      string  `xml:"state"`
	Message    string  `xml:"message"`
	StatusCode string  `xml:"statusCode"`
}
