package cli

import (
	"io"
	"os"
	"time"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/state"
)

// System is everything of the process that commands use.
type System struct {
	// Args are the arguments without the program's name.
	Args           []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Environ holds NAME=value pairs, as os.Environ gives them.
	Environ []string
	// Dir is the working directory, absolute.
	Dir string
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// FS writes what must not be lost; nil is the system's file system.
	FS    state.FS
	Build BuildInfo
	// Interrupts gives the signals that ask the process to end, until stop is
	// called; nil where there are none.
	Interrupts func() (signals <-chan os.Signal, stop func())
	// Terminal overrides what is found out about the streams.
	Terminal *iostreams.Terminal
}

func (s System) withDefaults() System {
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.FS == nil {
		s.FS = state.OS()
	}
	if s.Stdout == nil {
		s.Stdout = io.Discard
	}
	if s.Stderr == nil {
		s.Stderr = io.Discard
	}
	if s.Args == nil {
		// cobra would take the process's arguments.
		s.Args = []string{}
	}
	return s
}

func (s System) env() config.Env { return config.NewEnv(s.Environ) }
