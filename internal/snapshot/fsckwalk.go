package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// visit is an object to look at, and how one comes to it.
type visit struct {
	id   ID
	kind kind // 0 for whatever a ref names
	via  string
}

// walk checks all that a ref leads to and that was not seen yet.
func (c *checker) walk(ctx context.Context, ref string, id ID) error {
	for todo := []visit{{id: id, via: ref}}; len(todo) > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if c.seen[v.id] {
			continue
		}
		c.seen[v.id] = true
		next, err := c.look(v)
		if err != nil {
			if !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrCorrupt) {
				return err
			}
			c.damaged(v)
		}
		todo = append(todo, next...)
	}
	return nil
}

// look reads an object and gives those that it leads to.
func (c *checker) look(v visit) ([]visit, error) {
	if v.kind == kindBlob && !c.opts.ReadData {
		there, err := c.store.objects.has(v.id)
		if err == nil && !there {
			err = ErrNotFound
		}
		return nil, err
	}
	k, content, err := c.reader.read(v.id)
	if err != nil {
		return nil, err
	}
	if v.kind != 0 && k != v.kind {
		return nil, fmt.Errorf("%w: it is a %s and should be a %s", ErrCorrupt, k, v.kind)
	}
	switch k {
	case kindCommit:
		return c.commit(v, content)
	case kindTree:
		return c.tree(v, content)
	case kindTag:
		target, err := taggedBy(v.id, content)
		return []visit{{id: target, via: v.via}}, err
	}
	return nil, nil
}

func (c *checker) commit(v visit, content []byte) ([]visit, error) {
	commit, err := parseCommit(v.id, content)
	if err != nil {
		return nil, err
	}
	next := []visit{{commit.TreeID, kindTree, "commit " + v.id.Short()}}
	if !c.shallow[v.id] {
		for _, p := range commit.Parents {
			next = append(next, visit{p, kindCommit, v.via})
		}
	}
	return next, nil
}

func (c *checker) tree(v visit, content []byte) ([]visit, error) {
	entries, err := parseTree(content)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	var next []visit
	for _, e := range entries {
		switch e.mode & modeType {
		case modeDir:
			next = append(next, visit{e.id, kindTree, v.via + ", " + e.name})
		case modeIsFile, modeLink & modeType:
			next = append(next, visit{e.id, kindBlob, v.via + ", " + e.name})
		}
	}
	return next, nil
}

// damaged names the file that holds a damaged object, and a missing one by its id
// or the ref that names it.
func (c *checker) damaged(v visit) {
	what := "the object"
	if v.kind != 0 {
		what = "a " + v.kind.String()
	}
	what += " of " + v.via
	if p, err := c.store.objects.packOf(v.id); err == nil && p != nil {
		c.find(p.name+".pack", what+" is damaged", c.dataRepair())
		return
	}
	if file := c.store.objects.looseFile(v.id); !missing(file) {
		c.find(file, what+" is damaged", c.dataRepair())
		return
	}
	switch p := c.unusable(); {
	case v.kind == kindBlob && c.store.partial(): // it is fetched when it is needed
	case p != "":
		c.find(p+".idx", "the index cannot be read", c.indexRepair(p))
	case v.kind == 0:
		c.find(v.via, "the ref names "+v.id.Short()+", which is not there", first(c.fetchRepair(), brokenRefRepair(v.via)))
	default:
		c.find("object "+v.id.String(), what+" is missing", c.dataRepair())
	}
}

// missing tells whether a file is certainly not there.
func missing(file string) bool {
	_, err := os.Lstat(file)
	return errors.Is(err, fs.ErrNotExist)
}

// dataRepair is what brings lost content back.
func (c *checker) dataRepair() string {
	return first(c.fetchRepair(), "restore the file from a copy of the repository")
}

// fetchRepair fetches everything anew, where there is a remote.
func (c *checker) fetchRepair() string {
	names := c.store.remotes()
	if len(names) == 0 {
		return ""
	}
	return "git fetch --refetch " + names[0]
}

// remotes gives the names of the remotes, origin first.
func (s *Store) remotes() []string {
	var names []string
	for key := range s.config {
		if name, ok := strings.CutPrefix(key, "remote."); ok && strings.HasSuffix(name, ".url") {
			names = append(names, strings.TrimSuffix(name, ".url"))
		}
	}
	slices.Sort(names)
	if i := slices.Index(names, "origin"); i > 0 {
		names = append([]string{"origin"}, slices.Delete(names, i, i+1)...)
	}
	return names
}
