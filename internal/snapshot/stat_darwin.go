package snapshot

import (
	"io/fs"
	"syscall"
)

// statOf gives what git remembers of a file: the lower 32 bits of everything.
func statOf(info fs.FileInfo) fileStat {
	out := plainStat(info)
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		out.CtimeSeconds, out.CtimeNanos = uint32(st.Ctimespec.Sec), uint32(st.Ctimespec.Nsec)
		out.Dev, out.Ino, out.UID, out.GID = uint32(st.Dev), uint32(st.Ino), st.Uid, st.Gid
	}
	return out
}
