package snapshot

import "io/fs"

func plainStat(info fs.FileInfo) fileStat {
	t := info.ModTime()
	return fileStat{
		MtimeSeconds: uint32(t.Unix()),       //nolint:gosec // git cuts it too
		MtimeNanos:   uint32(t.Nanosecond()), //nolint:gosec // below 1e9
		Size:         uint32(info.Size()),    //nolint:gosec // git cuts it too
	}
}
