package state

import "os"

// alive tells whether a process of this host exists: on Windows only such a one
// can be found.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	_ = p.Release()
	return true
}
