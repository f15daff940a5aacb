package normalize

import (
	"context"
	"fmt"
	"io"
)

// Stream normalizes what it reads from r to w; path decides as in
// [Normalizer.Bytes]. A file that is passed through is copied as it comes; XML
// is held in memory, with an index of about the same size again, until all of
// it was read, as its last element may be the first to be written. The output is
// not held. Result.Output stays empty. Errors are those of reading and writing;
// input that is refused is written as it is.
func (n *Normalizer) Stream(ctx context.Context, path string, r io.Reader, w io.Writer) (Result, error) {
	r = contextReader{ctx, r}
	if !n.Handles(path) {
		if _, err := io.Copy(w, r); err != nil {
			return Result{}, fmt.Errorf("copy %s: %w", path, err)
		}
		return Result{PassedThrough: true, Unchanged: true}, nil
	}
	input, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return Result{}, fmt.Errorf("read %s: %w", path, err)
	}
	res, err := n.streamXML(input, w)
	if err == nil && len(input) > maxSize {
		_, err = io.Copy(w, r)
	}
	if err != nil {
		return Result{}, fmt.Errorf("write %s: %w", path, err)
	}
	return res, nil
}

func (n *Normalizer) streamXML(input []byte, w io.Writer) (Result, error) {
	d := n.take()
	defer n.give(d)
	res, refusal := n.read(d, input)
	if refusal != nil || d.canonical {
		res.Refused, res.Unchanged = refusal, true
		_, err := w.Write(input)
		return res, err
	}
	out := writer{rawCR: n.rawCR, sink: w, src: input}
	d.writeAll(&out)
	res.Unchanged = out.same == len(input) && out.sent == len(input)
	return res, out.err
}

// contextReader stops reading when the context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}
