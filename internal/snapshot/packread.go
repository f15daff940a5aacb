package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zlib"
)

// reader reads objects with the packs' files kept open, until close. It is for
// one goroutine.
type reader struct {
	o     *objects
	files map[*pack]openPack
	// bases are objects that others were written as differences to.
	bases     map[baseKey]base
	baseBytes int
}

type openPack struct {
	*os.File
	size int64
}

type baseKey struct {
	pack   *pack
	offset int64
}

type base struct {
	kind    kind
	content []byte
}

// maxBaseBytes bounds the memory for bases; maxDepth is the longest chain of
// differences that git writes.
const (
	maxBaseBytes = 32 << 20
	maxDepth     = 4096
)

func (o *objects) reader() *reader {
	return &reader{o: o, files: map[*pack]openPack{}, bases: map[baseKey]base{}}
}

func (r *reader) close() {
	for _, f := range r.files {
		_ = f.Close() // only read
	}
	r.files = map[*pack]openPack{}
}

// read gives an object and checks it against its name. A pack that vanished
// meanwhile was replaced by git gc: then it looks again, once.
func (r *reader) read(id ID) (kind, []byte, error) {
	k, content, err := r.lookUp(id)
	if errors.Is(err, ErrNotFound) || errors.Is(err, os.ErrNotExist) {
		r.close()
		r.o.forget()
		k, content, err = r.lookUp(id)
	}
	return k, content, err
}

// lookUp reads from wherever a good copy is: of one that is damaged in a pack
// another may have a whole one.
func (r *reader) lookUp(id ID) (kind, []byte, error) {
	packs, err := r.o.list()
	if err != nil {
		return 0, nil, err
	}
	var wrong error
	for _, p := range packs {
		k, content, err := r.in(p, id)
		if err == nil {
			return k, content, nil
		}
		if wrong == nil && !errors.Is(err, ErrNotFound) {
			wrong = err
		}
	}
	k, content, err := r.o.loose(id)
	if err != nil && wrong != nil {
		return 0, nil, wrong
	}
	return k, content, err
}

// in reads an object of one pack.
func (r *reader) in(p *pack, id ID) (kind, []byte, error) {
	offset, ok, err := p.find(id)
	if err != nil {
		return 0, nil, err
	}
	if !ok {
		return 0, nil, ErrNotFound
	}
	k, content, err := r.at(p, offset, 0)
	if err != nil {
		return 0, nil, fmt.Errorf("read object %s: %w", id, err)
	}
	if idOf(k, content) != id {
		return 0, nil, fmt.Errorf("%w: %s in %s.pack does not match its name", ErrCorrupt, id, p.name)
	}
	return k, content, nil
}

// at reads the object at an offset of a pack.
func (r *reader) at(p *pack, offset int64, depth int) (kind, []byte, error) {
	if b, ok := r.bases[baseKey{p, offset}]; ok {
		return b.kind, bytes.Clone(b.content), nil
	}
	if depth > maxDepth {
		return 0, nil, fmt.Errorf("%w: %s.pack: differences at %d never end", ErrCorrupt, p.name, offset)
	}
	raw, err := r.raw(p, offset)
	if err != nil {
		return 0, nil, err
	}
	h, err := parseHeader(raw)
	if err == nil && h.kind == kindOfsDelta && (h.back <= 0 || h.back >= offset) {
		err = errors.New("a base that lies outside")
	}
	var content []byte
	if err == nil {
		content, _, err = r.o.inflate(raw[h.length:], h.size)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %s.pack at %d: %w", ErrCorrupt, p.name, offset, err)
	}
	if h.kind != kindOfsDelta && h.kind != kindRefDelta {
		return h.kind, content, nil
	}
	return r.undelta(p, offset, h, content, depth)
}

func (r *reader) undelta(p *pack, offset int64, h header, delta []byte, depth int) (kind, []byte, error) {
	var k kind
	var from []byte
	var err error
	if h.kind == kindOfsDelta {
		k, from, err = r.base(p, offset-h.back, depth+1)
	} else {
		var at int64
		var ok bool
		if at, ok, err = p.find(h.baseID); err == nil && ok {
			k, from, err = r.base(p, at, depth+1)
		} else if err == nil {
			k, from, err = r.lookUp(h.baseID)
		}
	}
	if err != nil {
		return 0, nil, err
	}
	content, err := applyDelta(from, delta)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %s.pack at %d: %w", ErrCorrupt, p.name, offset, err)
	}
	return k, content, nil
}

// base reads what others are differences to and keeps it for the next of them.
func (r *reader) base(p *pack, offset int64, depth int) (kind, []byte, error) {
	if b, ok := r.bases[baseKey{p, offset}]; ok {
		return b.kind, b.content, nil
	}
	k, content, err := r.at(p, offset, depth)
	if err != nil {
		return 0, nil, err
	}
	if r.baseBytes += len(content); r.baseBytes > maxBaseBytes {
		clear(r.bases)
		r.baseBytes = len(content)
	}
	r.bases[baseKey{p, offset}] = base{k, content}
	return k, content, nil
}

// The header of a zlib stream, which has no dictionary, and the checksum after it.
// Source: RFC 1950.
const (
	zlibHeader, zlibSum = 2, 4
	zlibDictionary      = 0x20
)

// deflated gives a blob and the deflate stream in its pack entry; nothing where no
// pack holds it as it is. The content is checked against the name, and the stream is
// what it was unpacked from.
func (r *reader) deflated(id ID) (content, stream []byte, err error) {
	packs, err := r.o.list()
	if err != nil {
		return nil, nil, err
	}
	for _, p := range packs {
		offset, ok, err := p.find(id)
		if err != nil || !ok {
			continue
		}
		raw, err := r.raw(p, offset)
		if err != nil {
			continue // another pack may have it whole
		}
		h, err := parseHeader(raw)
		if err != nil || h.kind != kindBlob {
			continue
		}
		packed := raw[h.length:]
		content, after, err := r.o.inflate(packed, h.size)
		if err != nil || after != 0 || len(packed) < zlibHeader+zlibSum || packed[1]&zlibDictionary != 0 || idOf(kindBlob, content) != id {
			continue
		}
		return content, packed[zlibHeader : len(packed)-zlibSum], nil
	}
	return nil, nil, nil
}

// raw gives an object's bytes in the pack.
func (r *reader) raw(p *pack, offset int64) ([]byte, error) {
	f, err := r.file(p)
	if err != nil {
		return nil, err
	}
	end, err := p.end(offset, f.size)
	if err != nil {
		return nil, err
	}
	if end > f.size || end <= offset {
		return nil, fmt.Errorf("%w: %s.pack is shorter than its index says", ErrCorrupt, p.name)
	}
	return r.rawUpTo(p, offset, end-offset)
}

// rawUpTo gives so many bytes of the pack.
func (r *reader) rawUpTo(p *pack, offset, length int64) ([]byte, error) {
	f, err := r.file(p)
	if err != nil {
		return nil, err
	}
	raw := make([]byte, length)
	if _, err := f.ReadAt(raw, offset); err != nil {
		return nil, fmt.Errorf("read %s.pack: %w", p.name, err)
	}
	return raw, nil
}

func (r *reader) file(p *pack) (openPack, error) {
	if f, ok := r.files[p]; ok {
		return f, nil
	}
	f, err := os.Open(p.name + ".pack")
	if err != nil {
		return openPack{}, fmt.Errorf("open a pack: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return openPack{}, errors.Join(fmt.Errorf("look at a pack: %w", err), f.Close())
	}
	r.files[p] = openPack{f, info.Size()}
	return r.files[p], nil
}

// inflate unpacks an object whose size is claimed to be size, and tells how many
// bytes come after it. The claim sets no more memory aside than the packed bytes
// could fill.
func (o *objects) inflate(packed []byte, size int64) (content []byte, after int, err error) {
	const most = 1032 // times that deflate can shrink
	if size < 0 || size > int64(len(packed))*most {
		return nil, 0, fmt.Errorf("%d bytes cannot hold %d", len(packed), size)
	}
	src := bytes.NewReader(packed) // an io.ByteReader, which is never read too far
	z, err := o.zlibReader(src)
	if err != nil {
		return nil, 0, err
	}
	content = make([]byte, size)
	if _, err := io.ReadFull(z, content); err != nil {
		return nil, 0, err
	}
	// Reading to the end is what makes the checksum be compared.
	if n, err := z.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		return nil, 0, errors.Join(errors.New("an object is longer than it says"), err)
	}
	o.inflater.Put(z)
	return content, src.Len(), nil
}

func (o *objects) zlibReader(src *bytes.Reader) (io.ReadCloser, error) {
	if z, ok := o.inflater.Get().(io.ReadCloser); ok {
		if r, ok := z.(zlib.Resetter); ok {
			return z, r.Reset(src, nil)
		}
	}
	return zlib.NewReader(src)
}
