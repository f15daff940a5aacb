package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
)

// page shows what a function prints through a pager, where people read it on a
// terminal: $ORGKEEP_PAGER, $PAGER or less. "cat" and the empty string mean none,
// as for git, and where a pager cannot be started all is printed as it is.
func (f *Factory) page(ctx context.Context, show func() error) error {
	words := f.pager()
	if len(words) == 0 {
		return show()
	}
	var text bytes.Buffer
	terminal := f.IO.Out
	f.IO.Out = f.IO.Redactor.Writer(&text)
	err := show()
	_ = f.IO.Out.Flush()
	f.IO.Out = terminal
	if err != nil || text.Len() == 0 {
		return err
	}
	// Notes stand above, not amid, what the pager draws.
	_ = f.IO.Err.Flush()
	// The pager has the keyboard: what ends it is up to who reads.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), words[0], words[1:]...)
	cmd.Stdin = bytes.NewReader(text.Bytes())
	cmd.Stdout, cmd.Stderr = f.Sys.Stdout, f.Sys.Stderr
	cmd.Env = append([]string{"LESS=FRX"}, f.Sys.Environ...)
	if cmd.Start() != nil {
		_, err = terminal.Write(text.Bytes())
		return err
	}
	_ = cmd.Wait() // it may be left early, which is no error
	return nil
}

// pager gives the words of the pager's command line, none where there is none.
func (f *Factory) pager() []string {
	if !f.IO.OutIsTerminal() || f.JSON() {
		return nil
	}
	command, said := "", false
	for _, name := range []string{"ORGKEEP_PAGER", "PAGER"} {
		if command, said = f.Env.Lookup(name); said {
			break
		}
	}
	if !said {
		// Unasked, only where there is a terminal to draw on.
		if _, file := f.Sys.Stdout.(*os.File); !file {
			return nil
		}
		command = "less"
	}
	if words := strings.Fields(command); len(words) > 0 && words[0] != "cat" {
		return words
	}
	return nil
}
