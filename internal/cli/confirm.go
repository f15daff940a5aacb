package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"
)

// Confirm asks for the word yes. It returns a refusal when the answer is another
// one, and a usage error that names --yes where nobody can answer.
func (f *Factory) Confirm(ctx context.Context, question string, yes bool) error {
	if yes {
		return nil
	}
	if !f.IO.CanPrompt() {
		return usagef("%s: nobody is here to answer; add --yes to go on", strings.TrimRight(question, ": "))
	}
	fmt.Fprint(f.IO.Err, question, " ")
	if err := f.IO.Err.Flush(); err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	answer := make(chan string, 1)
	go func() {
		// A read cannot be cancelled; after an interrupt the process ends.
		line, _ := bufio.NewReader(f.IO.In).ReadString('\n')
		answer <- strings.TrimSpace(line)
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case said := <-answer:
		if said != "yes" {
			return errDeclined
		}
		return nil
	}
}
