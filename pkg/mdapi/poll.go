package mdapi

import (
	"context"
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

// poll asks until done says so, with waits in between and one before.
func (c *Client) poll(ctx context.Context, ask func(context.Context) (done bool, err error)) error {
	waits := growing(firstPoll, maxPoll)
	waits.Multiplier = 1.6
	for {
		if err := c.cfg.Sleep(ctx, waits.NextBackOff()); err != nil {
			return err
		}
		if done, err := ask(ctx); done || err != nil {
			return err
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
