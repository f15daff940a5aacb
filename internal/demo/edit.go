package demo

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// rewrite makes new text of old text. It fails where the text is not what it
// was written for, so that a change never does nothing in silence.
type rewrite func(string) (string, error)

// edit rewrites one file of the org.
func edit(e Editor, path string, steps ...rewrite) error {
	content, err := e.Get(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	text := string(content)
	for _, step := range steps {
		if text, err = step(text); err != nil {
			return fmt.Errorf("edit %s: %w", path, err)
		}
	}
	return e.Put(path, []byte(text))
}

// swap puts text in the place of a text that occurs exactly once.
func swap(was, is string) rewrite {
	return func(text string) (string, error) {
		if n := strings.Count(text, was); n != 1 {
			return "", fmt.Errorf("%q occurs %d times, not once", was, n)
		}
		return strings.Replace(text, was, is, 1), nil
	}
}

// inside rewrites one direct child of the root: the element of that tag in
// which key has the value.
func inside(tag, key, value string, step rewrite) rewrite {
	return func(text string) (string, error) {
		start, end, err := find(text, tag, key, value)
		if err != nil {
			return "", err
		}
		changed, err := step(text[start:end])
		return text[:start] + changed + text[end:], err
	}
}

// before puts text in front of a direct child of the root.
func before(tag, key, value, text string) rewrite {
	return inside(tag, key, value, func(old string) (string, error) { return text + old, nil })
}

// drop takes a direct child of the root away.
func drop(tag, key, value string) rewrite {
	return inside(tag, key, value, func(string) (string, error) { return "", nil })
}

// reverse turns the order of all direct children of one tag round.
func reverse(tag string) rewrite {
	return func(text string) (string, error) {
		open, closing := tags(tag)
		start, end := strings.Index(text, open), strings.LastIndex(text, closing)
		if start < 0 || end < 0 {
			return "", fmt.Errorf("no element %s", tag)
		}
		end += len(closing)
		parts := strings.SplitAfter(text[start:end], closing)
		slices.Reverse(parts)
		return text[:start] + strings.Join(parts, "") + text[end:], nil
	}
}

// tags gives the lines between which a direct child of the root stands: four
// blanks deep, as everything in the sample org.
func tags(tag string) (open, closing string) {
	return "    <" + tag + ">\n", "\n    </" + tag + ">\n"
}

func find(text, tag, key, value string) (start, end int, err error) {
	open, closing := tags(tag)
	wanted := "<" + key + ">" + value + "</" + key + ">"
	for {
		next := strings.Index(text[end:], "\n"+open)
		if next < 0 {
			return 0, 0, fmt.Errorf("no %s with %s", tag, wanted)
		}
		start = end + next + 1
		end = start + strings.Index(text[start:], closing) + len(closing)
		if strings.Contains(text[start:end], wanted) {
			return start, end, nil
		}
		end-- // the line feed that the next one begins with
	}
}

// swapInZip puts text in the place of one file's content in a zip.
func swapInZip(content []byte, name, text string) ([]byte, error) {
	in, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("open the zip: %w", err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range in.File {
		// The header alone: the sizes are written anew, the date stays.
		h := zip.FileHeader{Name: f.Name, Method: f.Method, Modified: f.Modified}
		if err := copyEntry(w, &h, f, name, text); err != nil {
			return nil, fmt.Errorf("write %s: %w", f.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("close the zip: %w", err)
	}
	return out.Bytes(), nil
}

func copyEntry(w *zip.Writer, h *zip.FileHeader, f *zip.File, name, text string) error {
	to, err := w.CreateHeader(h)
	if err != nil {
		return err
	}
	if f.Name == name {
		_, err = io.WriteString(to, text)
		return err
	}
	from, err := f.Open()
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, from.Close())
}
