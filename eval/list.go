package eval

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// A Lister is a Loader that can tell which environments there are. Those of [FS] and [Dir] and a [Memory] are Listers.
type Lister interface {
	Loader

	// List returns the canonical names of all environments, in ascending order and each once. Versions are left out:
	// they are no environments of their own. An environment that is listed need not be one that can be loaded. Like
	// Load it is called by several goroutines at once.
	List(ctx context.Context) ([]string, error)
}

// List returns the names of all environments, in ascending order. The Loader must be a [Lister]; its errors are passed on.
func (e *Evaluator) List(ctx context.Context) ([]string, error) {
	lister, ok := e.Loader.(Lister)
	if !ok {
		return nil, errors.New("nothing is configured that can list environments; name them")
	}
	return lister.List(ctx)
}

func (l fsLoader) List(ctx context.Context) ([]string, error) {
	names, err := listEnvironments(ctx, l.fsys)
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, fileError(failed.Path, err)
	}
	return names, err
}

func (d directory) List(ctx context.Context) ([]string, error) {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return nil, fileError(d.path, err)
	}
	defer root.Close()
	names, err := listEnvironments(ctx, root.FS())
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, d.fileError(root, failed.Path, err)
	}
	return names, err
}

// maxEntries bounds how many entries of directories are looked at. A few links can lead to any number of them.
const maxEntries = 200_000

// A listing is a walk through the directories of environments.
type listing struct {
	ctx   context.Context
	fsys  fs.FS
	seen  int // entries
	names []string
}

// listEnvironments finds the files that hold environments. What has a name that no environment can have is passed over,
// and so is whatever begins with a dot, since that is how programs name what is their own.
func listEnvironments(ctx context.Context, fsys fs.FS) ([]string, error) {
	l := listing{ctx: ctx, fsys: fsys}
	if err := l.directory(".", nil); err != nil {
		return nil, err
	}
	slices.Sort(l.names)
	return l.names, nil
}

// directory looks through one directory. Those above it are known, since a link may lead back to one.
func (l *listing) directory(dir string, above []fs.FileInfo) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	info, err := fs.Stat(l.fsys, dir)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(above, func(other fs.FileInfo) bool { return os.SameFile(other, info) }) {
		return nil
	}
	entries, err := fs.ReadDir(l.fsys, dir)
	if err != nil {
		return err
	}
	above = append(slices.Clip(above), info)
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if l.seen++; l.seen > maxEntries {
			return fmt.Errorf("there are more than %d files and directories; remove links to directories, or name the environments", maxEntries)
		}
		if err := l.entry(path.Join(dir, entry.Name()), entry.Type(), above); err != nil {
			return err
		}
	}
	return nil
}

// entry takes what a directory holds. A link counts as what it leads to; a broken one that has the name of an environment
// is listed, so that loading says what is wrong with it.
func (l *listing) entry(file string, mode fs.FileMode, above []fs.FileInfo) error {
	name, isYAML := strings.CutSuffix(file, ".yaml")
	broken := false
	if mode&fs.ModeSymlink != 0 {
		info, err := fs.Stat(l.fsys, file)
		switch broken = err != nil; {
		case broken && !isYAML && !errors.Is(err, fs.ErrNotExist):
			return err
		case !broken:
			mode = info.Mode()
		}
	}
	if _, isName := syntax.CanonicalName(file); mode.IsDir() && isName {
		return l.directory(file, above)
	}
	_, version := syntax.SplitVersion(name)
	if isYAML && syntax.IsCanonical(name) && version == "" && (broken || mode.IsRegular()) {
		l.names = append(l.names, name)
	}
	return nil
}
