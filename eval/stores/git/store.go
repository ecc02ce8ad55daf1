package git

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// A Store is an [eval.Creator] of the environments in a work tree, and an [eval.Pinner] of their revisions. The zero value
// is that of the working directory. Its fields must not change while it is in use; its methods may be called concurrently,
// and other processes may use the same repository.
type Store struct {
	// Dir is the directory of the environments: the root of a work tree or below it. Empty means the working directory.
	Dir string

	// Commit says that each save, and each environment that is made, is committed: the file of the environment and nothing
	// else, whatever is staged. Hooks run as usual. Nothing is pushed.
	Commit bool

	// CommitFailed, if not nil, is told of the commits that failed, each an error that is a [*CommitError]. The text is
	// saved all the same, and so Save succeeds; the next save of the environment commits it, too. It may be called by
	// several goroutines at once. If it is nil, Save returns the error, which a rotation takes for an uncertain save.
	CommitFailed func(error)

	committing sync.Mutex // git itself lets only one at a time
}

var (
	_ eval.Creator = (*Store)(nil)
	_ eval.Lister  = (*Store)(nil)
	_ eval.Pinner  = (*Store)(nil)
)

// Pin pins what the document of a revision names to that revision.
func (s *Store) Pin(document, name string) string {
	_, rev, pinned := strings.Cut(document, "@")
	if !pinned || strings.Contains(name, "@") {
		return name
	}
	return name + "@" + rev
}

// Load returns the file of an environment, or what it was at a revision.
func (s *Store) Load(ctx context.Context, name string) ([]byte, error) {
	if env, rev, pinned := strings.Cut(name, "@"); pinned {
		return s.loadRevision(ctx, env, rev)
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	return s.files().Load(ctx, name)
}

// Save replaces the file of an environment as that of [eval.Dir] does, and then commits it if the Store is to. Revisions
// are not replaced.
func (s *Store) Save(ctx context.Context, name string, old, new []byte) error {
	if env, rev, pinned := strings.Cut(name, "@"); pinned {
		if _, err := s.loadRevision(ctx, env, rev); err != nil {
			return err
		}
		return fmt.Errorf("%q is a revision, which does not change; save %q", name, env)
	}
	if err := checkName(name); err != nil {
		return err
	}
	if err := s.files().Save(ctx, name, old, new); err != nil {
		return err
	}
	return s.saved(ctx, name, new)
}

// Create makes the file of an environment as that of [eval.Dir] does, and then commits it if the Store is to. Revisions are not
// made.
func (s *Store) Create(ctx context.Context, name string, text []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := s.files().Create(ctx, name, text); err != nil {
		return err
	}
	return s.saved(ctx, name, text)
}

// saved commits what has been saved, if the Store is to.
func (s *Store) saved(ctx context.Context, name string, text []byte) error {
	if !s.Commit {
		return nil
	}
	// The text is durable. A commit that has begun is brought to its end: an interrupted one would leave its lock.
	err := s.commit(context.WithoutCancel(ctx), name, text)
	if err != nil && s.CommitFailed != nil {
		s.CommitFailed(err)
		return nil
	}
	return err
}

// List returns the names of the environments that are files now.
func (s *Store) List(ctx context.Context) ([]string, error) {
	return (&eval.Evaluator{Loader: s.files()}).List(ctx)
}

func (s *Store) files() eval.Creator { return eval.Dir(s.dir()) }

func (s *Store) dir() string {
	if s.Dir == "" {
		return "."
	}
	return s.Dir
}

// A CommitError says that an environment was saved, durably, but not committed.
type CommitError struct {
	Name string // of the environment
	Err  error  // what git said
}

// Error says so, and what to do.
func (e *CommitError) Error() string {
	return fmt.Sprintf("environment %q is saved but not committed: %v; commit it by hand", e.Name, e.Err)
}

// Unwrap returns what git said.
func (e *CommitError) Unwrap() error { return e.Err }

// checkName refuses what is not the name of an environment without a version. What is none of the letters of such names
// could be read otherwise by git.
func checkName(name string) error {
	if !syntax.IsCanonical(name) || strings.Contains(name, "@") {
		return fmt.Errorf("no environment can have the name %q: %w", name, fs.ErrInvalid)
	}
	return nil
}

// checkRevision refuses what is no version of a name, and what is an option, a range or a hidden name to git.
func checkRevision(rev string) error {
	if _, ok := syntax.CanonicalName("x@" + rev); !ok || rev[0] == '-' || rev[0] == '.' || strings.Contains(rev, "..") {
		return fmt.Errorf("%q is not the name of a revision; use a tag, a branch or the id of a commit: %w", rev, fs.ErrInvalid)
	}
	return nil
}
