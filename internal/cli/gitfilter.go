package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// serveGit is the other end of Git's filter.<driver>.process: one process for
// all files of a git add, where a clean command is started once per file.
// Source: git's gitattributes(5), long running filter process, version 2.
func (w *fileNormalizer) serveGit(ctx context.Context, in io.Reader, out io.Writer) error {
	p := packets{r: bufio.NewReaderSize(in, maxPacket), w: bufio.NewWriterSize(out, maxPacket)}
	if err := p.greet(); err != nil {
		return fmt.Errorf("greet git: %w", err)
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		request, err := p.list()
		if errors.Is(err, io.EOF) {
			return nil // git is done
		}
		if err != nil {
			return fmt.Errorf("read what git asks: %w", err)
		}
		if err := w.answer(p, request); err != nil {
			return fmt.Errorf("answer git: %w", err)
		}
	}
}

// answer cleans one file. What is no clean is answered by the content as it is.
func (w *fileNormalizer) answer(p packets, request []string) error {
	content, err := p.content()
	if err != nil {
		return err
	}
	if slices.Contains(request, "command=clean") {
		name := valueOf(request, "pathname")
		res := w.norm.Bytes(name, content)
		if res.Refused != nil {
			w.factory.IO.Note("%s", refusedWarning(name, res.Refused))
		}
		content = res.Output
	}
	// The list behind the content is empty: the status stays.
	return errors.Join(p.send("status=success"), p.sendContent(content), p.send(), p.end())
}

func valueOf(list []string, key string) string {
	for _, line := range list {
		if value, ok := strings.CutPrefix(line, key+"="); ok {
			return value
		}
	}
	return ""
}

// maxPacket is the longest packet, its length included; a length of 0 ends a
// list. Source: git's gitprotocol-common(5), pkt-line.
const (
	maxPacket  = 65520
	lengthSize = 4
)

// packets reads and writes pkt-lines.
type packets struct {
	r *bufio.Reader
	w *bufio.Writer
}

// greet agrees on the version, and on clean as all that is offered.
func (p packets) greet() error {
	hello, err := p.list()
	if err != nil {
		return err
	}
	if !slices.Contains(hello, "git-filter-client") || !slices.Contains(hello, "version=2") {
		return errors.New("this is no git that speaks version 2 of the filter protocol")
	}
	if err := errors.Join(p.send("git-filter-server", "version=2"), p.end()); err != nil {
		return err
	}
	can, err := p.list()
	if err != nil {
		return err
	}
	if !slices.Contains(can, "capability=clean") {
		return errors.New("git does not offer to clean")
	}
	return errors.Join(p.send("capability=clean"), p.end())
}

// list reads lines up to the end of a list. The end of input before the first
// one is io.EOF.
func (p packets) list() ([]string, error) {
	var lines []string
	for {
		packet, err := p.read()
		if err != nil && len(lines) > 0 {
			return nil, noEOF(err)
		}
		if err != nil {
			return nil, err
		}
		if packet == nil {
			return lines, nil
		}
		lines = append(lines, strings.TrimSuffix(string(packet), "\n"))
	}
}

// content reads what packets hold up to the end of their list.
func (p packets) content() ([]byte, error) {
	var content []byte
	for {
		packet, err := p.read()
		if err != nil {
			return nil, noEOF(err)
		}
		if packet == nil {
			return content, nil
		}
		content = append(content, packet...)
	}
}

// read gives one packet, nil for the end of a list. The end of input between
// packets is io.EOF.
func (p packets) read() ([]byte, error) {
	var head [lengthSize]byte
	if _, err := io.ReadFull(p.r, head[:]); err != nil {
		return nil, err
	}
	length, err := strconv.ParseUint(string(head[:]), 16, 16)
	switch {
	case err == nil && length == 0:
		return nil, nil
	case err != nil || length < lengthSize || length > maxPacket:
		return nil, fmt.Errorf("%q is no length of a packet", head)
	}
	packet := make([]byte, length-lengthSize)
	if _, err := io.ReadFull(p.r, packet); err != nil {
		return nil, fmt.Errorf("read a packet: %w", noEOF(err))
	}
	return packet, nil
}

// noEOF: the end of input within a packet is no end.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// send writes lines and ends their list.
func (p packets) send(lines ...string) error {
	for _, l := range lines {
		if err := p.write([]byte(l + "\n")); err != nil {
			return err
		}
	}
	_, err := p.w.WriteString("0000")
	return err
}

// sendContent cuts content into packets.
func (p packets) sendContent(content []byte) error {
	for part := range slices.Chunk(content, maxPacket-lengthSize) {
		if err := p.write(part); err != nil {
			return err
		}
	}
	return p.send()
}

func (p packets) write(packet []byte) error {
	if _, err := fmt.Fprintf(p.w, "%04x", len(packet)+lengthSize); err != nil {
		return err
	}
	_, err := p.w.Write(packet)
	return err
}

// end hands over what was written.
func (p packets) end() error { return p.w.Flush() }
