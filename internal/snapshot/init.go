package snapshot

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/orgkeep/orgkeep/internal/state"
)

// defaultBranch is what HEAD names in a new repository unless the user's Git
// settings say otherwise.
const defaultBranch = "main"

// Init makes a repository with a work tree in dir, which is made when it is not
// there. A repository that is there is opened. HEAD names a branch that does not
// exist yet, as after git init.
func Init(ctx context.Context, dir string, opts Options) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	opts = opts.withDefaults()
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("make a repository: %w", err)
	}
	l, there, err := at(root)
	if err != nil {
		return nil, err
	}
	if there {
		return open(l, opts)
	}
	l = layout{dir: root, gitDir: filepath.Join(root, ".git")}
	if err := l.make(opts); err != nil {
		return nil, fmt.Errorf("make a repository: %w", err)
	}
	return open(l, opts)
}

// make writes HEAD last: before it is there nobody takes the folder for a
// repository, and making it can be tried again.
func (l layout) make(opts Options) error {
	branch, err := initialBranch(opts)
	if err != nil {
		return err
	}
	for _, name := range []string{"objects/info", "objects/pack", "refs/heads", "refs/tags"} {
		if err := state.MakeDir(opts.FS, filepath.Join(l.gitDir, filepath.FromSlash(name)), 0o777); err != nil {
			return err
		}
	}
	config := "[core]\n\trepositoryformatversion = 0\n\tfilemode = " + strconv.FormatBool(runtime.GOOS != "windows") +
		"\n\tbare = false\n\tlogallrefupdates = true\n"
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		config += "\tignorecase = true\n"
	}
	if err := state.WriteFile(opts.FS, filepath.Join(l.gitDir, "config"), []byte(config), 0o666); err != nil {
		return err
	}
	return state.WriteFile(opts.FS, filepath.Join(l.gitDir, "HEAD"), []byte("ref: refs/heads/"+branch+"\n"), 0o666)
}

func initialBranch(opts Options) (string, error) {
	c, err := userConfig(opts, "")
	if err != nil {
		return "", err
	}
	name := first(c.get("init.defaultbranch"), defaultBranch)
	if plumbing.NewBranchReferenceName(name).Validate() != nil {
		return defaultBranch, nil
	}
	return name, nil
}
