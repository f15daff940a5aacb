package snapshot

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // Git's checksums are SHA-1
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/orgkeep/orgkeep/internal/state"
)

// packWriter writes one pack into a temporary file. It is for one goroutine. After
// an error it is good for nothing but discard.
type packWriter struct {
	fsys    state.FS
	dir     string
	file    state.File // nil until there is something to write
	buffer  []byte
	flushed int64 // bytes that are in the file
	records []packRecord
	sum     ID // once it is sealed
}

type packRecord struct {
	id     ID
	crc    uint32
	offset int64
	length int64
}

// Parts of a pack.
// Source: Git's gitformat-pack, "pack-*.pack files have the following format".
const (
	packMagic  = "PACK\x00\x00\x00\x02"
	packHeader = int64(len(packMagic) + 4)
	packBuffer = 1 << 18
)

// add appends an object, given its zlib stream.
func (w *packWriter) add(k kind, id ID, size int, stream []byte) error {
	if w.file == nil {
		f, err := state.CreateTemp(w.fsys, w.dir, tempPrefix+"pack_", 0o444)
		if err != nil {
			return fmt.Errorf("begin a pack: %w", err)
		}
		w.file = f
		// The count is filled in at the end.
		w.buffer = append(make([]byte, 0, 2*packBuffer), packMagic+"\x00\x00\x00\x00"...)
	}
	offset := w.flushed + int64(len(w.buffer))
	from := len(w.buffer)
	w.buffer = append(appendHeader(w.buffer, k, size), stream...)
	w.records = append(w.records, packRecord{id, crc32.ChecksumIEEE(w.buffer[from:]), offset, int64(len(w.buffer) - from)})
	if len(w.buffer) < packBuffer {
		return nil
	}
	return w.flush()
}

func (w *packWriter) flush() error {
	n, err := w.file.Write(w.buffer)
	w.flushed += int64(n)
	if err != nil {
		return fmt.Errorf("write a pack: %w", err)
	}
	w.buffer = w.buffer[:0]
	return nil
}

// size is how many bytes were written.
func (w *packWriter) size() int64 { return w.flushed + int64(len(w.buffer)) }

// raw gives the i-th object's bytes back.
func (w *packWriter) raw(i int) ([]byte, error) {
	r := w.records[i]
	if at := r.offset - w.flushed; at >= 0 {
		return bytes.Clone(w.buffer[at : at+r.length]), nil
	}
	raw := make([]byte, r.length)
	if _, err := w.file.ReadAt(raw, r.offset); err != nil {
		return nil, fmt.Errorf("read an unfinished pack: %w", err)
	}
	return raw, nil
}

// seal writes count and checksum and syncs. It gives the path in the git folder
// that the pack shall have, without extension.
func (w *packWriter) seal() (string, error) {
	err := w.flush()
	if err == nil {
		w.sum, err = w.checksum()
	}
	if err == nil {
		_, err = w.file.Write(w.sum[:])
	}
	if err == nil {
		err = w.file.Sync()
	}
	if err != nil {
		return "", fmt.Errorf("finish a pack: %w", err)
	}
	return "objects/pack/pack-" + w.sum.String(), nil
}

// checksum fills in the count and reads everything once more: the checksum begins with
// the count. It leaves the file at its end.
func (w *packWriter) checksum() (ID, error) {
	count := binary.BigEndian.AppendUint32(nil, uint32(len(w.records))) //nolint:gosec // far fewer
	if _, err := w.file.Seek(int64(len(packMagic)), io.SeekStart); err != nil {
		return ID{}, err
	}
	if _, err := w.file.Write(count); err != nil {
		return ID{}, err
	}
	if _, err := w.file.Seek(0, io.SeekStart); err != nil {
		return ID{}, err
	}
	h := sha1.New() //nolint:gosec // see the import
	if _, err := io.Copy(h, w.file); err != nil {
		return ID{}, err
	}
	return ID(h.Sum(nil)), nil
}

// place puts the sealed pack and then its index in their places, durably. Nobody
// sees the pack before its index is there.
func (w *packWriter) place(name string) error {
	index, err := w.writeIndex()
	if err != nil {
		return fmt.Errorf("write a pack's index: %w", err)
	}
	if err := w.rename(w.file, name+".pack"); err != nil {
		return errors.Join(err, w.fsys.Remove(index.Name()))
	}
	w.file = nil
	if err := w.rename(index, name+".idx"); err != nil {
		return err
	}
	if err := w.fsys.SyncDir(w.dir); err != nil {
		return fmt.Errorf("make a pack durable: %w", err)
	}
	return nil
}

// rename finishes a file. One of that name has the same content, as the name is
// made of it, and may be open elsewhere.
func (w *packWriter) rename(f state.File, name string) error {
	err := state.Finish(w.fsys, f, name)
	if err == nil {
		return nil
	}
	if _, there := os.Stat(name); there == nil && errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return fmt.Errorf("put %s in place: %w", filepath.Base(name), err)
}

func (w *packWriter) writeIndex() (state.File, error) {
	f, err := state.CreateTemp(w.fsys, w.dir, tempPrefix+"idx_", 0o444)
	if err != nil {
		return nil, err
	}
	if _, err := f.Write(formatIndex(w.records, w.sum)); err != nil {
		_ = f.Close()
		return nil, errors.Join(err, w.fsys.Remove(f.Name()))
	}
	return f, nil
}

// discard takes the unfinished file away. One that stays is swept by the next run.
func (w *packWriter) discard() {
	if w.file != nil {
		_ = w.file.Close()
		_ = w.fsys.Remove(w.file.Name())
		w.file = nil
	}
}

// formatIndex writes an index of version 2.
// Source: Git's gitformat-pack, "Version 2 pack-*.idx files".
func formatIndex(records []packRecord, pack ID) []byte {
	sorted := slices.Clone(records)
	slices.SortFunc(sorted, func(a, b packRecord) int { return bytes.Compare(a.id[:], b.id[:]) })
	out := make([]byte, 0, idxNames+len(sorted)*(idSize+8)+idxTrailer)
	out = append(out, idxMagic...)
	at := 0
	for first := range 256 {
		for at < len(sorted) && int(sorted[at].id[0]) <= first {
			at++
		}
		out = binary.BigEndian.AppendUint32(out, uint32(at)) //nolint:gosec // as many as there are records
	}
	for _, r := range sorted {
		out = append(out, r.id[:]...)
	}
	for _, r := range sorted {
		out = binary.BigEndian.AppendUint32(out, r.crc)
	}
	var large []byte
	for _, r := range sorted {
		offset := uint32(r.offset) //nolint:gosec // see the next line
		if r.offset >= idxLarge {
			offset = idxLarge | uint32(len(large)/8)                       //nolint:gosec // as above
			large = binary.BigEndian.AppendUint64(large, uint64(r.offset)) //nolint:gosec // never negative
		}
		out = binary.BigEndian.AppendUint32(out, offset)
	}
	out = append(append(out, large...), pack[:]...)
	sum := sha1.Sum(out) //nolint:gosec // see the import
	return append(out, sum[:]...)
}
