package state

// syncDir does nothing: Windows has no sync of a folder, and NTFS journals
// names.
func syncDir(string) error { return nil }
