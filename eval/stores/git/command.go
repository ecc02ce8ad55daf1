package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A failure is how a git command ended, with what it said.
type failure struct {
	command string
	status  int // its exit code; -1 if it has none
	said    string
	err     error
}

func (f *failure) Error() string {
	if f.said == "" {
		return fmt.Sprintf("git %s: %v", f.command, f.err)
	}
	return fmt.Sprintf("git %s: %s", f.command, f.said)
}

func (f *failure) Unwrap() error { return f.err }

// git runs a command in the directory of the environments and returns its output.
func (s *Store) git(ctx context.Context, args ...string) ([]byte, error) {
	var out, said bytes.Buffer
	// Pathspecs are plain paths; nothing starts a monitor of files, an editor or a pager.
	cmd := exec.CommandContext(ctx, "git", append([]string{"--literal-pathspecs", "--no-pager", "-c", "core.fsmonitor=false"}, args...)...)
	cmd.Dir, cmd.Env = s.dir(), environment()
	cmd.Stdout, cmd.Stderr = &out, &said
	cmd.WaitDelay = 10 * time.Second // for what a hook leaves running
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("the program git is needed: %w", err)
	case err != nil:
		return nil, &failure{args[0], cmd.ProcessState.ExitCode(), words(said.String()), err}
	}
	return out.Bytes(), nil
}

// words puts what git said on one line of moderate length. A text is never in it unless a hook prints one.
func words(said string) string {
	text := strings.Join(strings.Fields(said), " ")
	if len(text) > 500 {
		text = strings.ToValidUTF8(text[:500], "") + " …"
	}
	return text
}

// environment is that of the process without what says where a repository is, which a hook that runs this program has
// from git, and without what would have git ask somebody.
func environment() []string {
	kept := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(local, name)
	})
	return append(kept, "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_EDITOR=false", "LC_ALL=C")
}

// local are the variables that git rev-parse --local-env-vars lists, and those that change how paths and revisions are read.
var local = []string{
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_OBJECT_DIRECTORY", "GIT_DIR",
	"GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE",
	"GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_INTERNAL_SUPER_PREFIX", "GIT_NAMESPACE", "GIT_LITERAL_PATHSPECS",
	"GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
}
