//go:build !windows

package state

import (
	"errors"
	"syscall"
)

// alive tells whether a process of this host exists, whoever owns it.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
