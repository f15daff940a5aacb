package retrieve

// tellEvery is how many bytes come before somebody is told of them.
const tellEvery = 128 << 10

// download counts the bytes of one zip as they come.
type download struct {
	fetcher *fetcher
	// planned is what the zip was taken to have, expected the same or, where more
	// came, that.
	planned, expected, got int64
}

// at takes note of how many bytes there are. A zip that breaks off begins anew.
func (d *download) at(bytes int64) {
	f := d.fetcher
	f.mu.Lock()
	defer f.mu.Unlock()
	d.set(bytes)
	if f.bytes-f.told >= tellEvery {
		f.tell("downloading")
	}
}

// set must be called with the fetcher's lock held, and so must the others.
func (d *download) set(bytes int64) {
	d.fetcher.bytes += bytes - d.got
	d.got = bytes
	d.expect(max(d.expected, bytes))
}

func (d *download) expect(bytes int64) {
	d.fetcher.expected += bytes - d.expected
	d.expected = bytes
}

// over: all has come, so that nothing more is expected.
func (d *download) over(bytes int64) {
	d.set(bytes)
	d.expect(bytes)
}

// lost: what came counts for nothing, and is expected once more.
func (d *download) lost() {
	d.fetcher.bytes -= d.got
	d.fetcher.told = min(d.fetcher.told, d.fetcher.bytes)
	d.got = 0
	d.expect(d.planned)
}
