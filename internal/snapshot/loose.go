package snapshot

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zlib"
)

func (o *objects) looseFile(id ID) string {
	hex := id.String()
	return filepath.Join(o.dir, hex[:2], hex[2:])
}

// loose reads an object from its own file, or from the repositories that this one
// borrows from.
func (o *objects) loose(id ID) (kind, []byte, error) {
	f, err := os.Open(o.looseFile(id))
	if errors.Is(err, fs.ErrNotExist) {
		return o.borrowed(id)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("read object %s: %w", id, err)
	}
	defer func() { _ = f.Close() }() // only read
	k, content, err := readLoose(f)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: object %s: %w", ErrCorrupt, id, err)
	}
	if idOf(k, content) != id {
		return 0, nil, fmt.Errorf("%w: object %s does not match its name", ErrCorrupt, id)
	}
	return k, content, nil
}

// readLoose reads "kind size\x00content", deflated.
// Source: Git's gitformat-loose.
func readLoose(r io.Reader) (kind, []byte, error) {
	z, err := zlib.NewReader(bufio.NewReader(r))
	if err != nil {
		return 0, nil, err
	}
	plain := bufio.NewReader(z)
	const longest = len("commit 18446744073709551615") + 1
	head, err := plain.Peek(longest)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, nil, err
	}
	head, _, ended := bytes.Cut(head, []byte{0})
	name, size, _ := strings.Cut(string(head), " ")
	k := kindNamed(name)
	n, err := strconv.ParseInt(size, 10, 64)
	if !ended || k == 0 || err != nil || n < 0 {
		return 0, nil, errHeader
	}
	if _, err := plain.Discard(len(head) + 1); err != nil {
		return 0, nil, err
	}
	// The size is a claim: memory is set aside for what comes. One byte more shows
	// that there is more, and the end that the checksum is right.
	content, err := io.ReadAll(io.LimitReader(plain, n+1))
	if err != nil {
		return 0, nil, err
	}
	if int64(len(content)) != n {
		return 0, nil, fmt.Errorf("it is not %d bytes long, as it says", n)
	}
	return k, content, nil
}

func kindNamed(name string) kind {
	for _, k := range []kind{kindCommit, kindTree, kindBlob, kindTag} {
		if k.String() == name {
			return k
		}
	}
	return 0
}

// maxBorrowed is how many repositories may borrow from each other in a row, as in
// git.
const maxBorrowed = 5

// lenders gives the repositories that this one borrows objects from.
func (o *objects) lenders() ([]*objects, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.borrows != nil || o.depth >= maxBorrowed {
		return o.borrows, nil
	}
	text, err := os.ReadFile(filepath.Join(o.dir, "info", "alternates"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read which repositories objects are borrowed from: %w", err)
	}
	o.borrows = []*objects{}
	for line := range strings.Lines(string(text)) {
		dir := strings.TrimRight(line, "\r\n")
		if dir == "" || dir[0] == '#' {
			continue
		}
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(o.dir, dir)
		}
		o.borrows = append(o.borrows, &objects{dir: dir, depth: o.depth + 1})
	}
	return o.borrows, nil
}

func (o *objects) borrowed(id ID) (kind, []byte, error) {
	lenders, err := o.lenders()
	if err != nil {
		return 0, nil, err
	}
	for _, l := range lenders {
		k, content, err := l.read(id)
		if !errors.Is(err, ErrNotFound) {
			return k, content, err
		}
	}
	return 0, nil, fmt.Errorf("object %s: %w", id, ErrNotFound)
}
