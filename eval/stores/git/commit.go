package git

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"
)

// commit commits the file of an environment, whose text it knows, as it is by now. A [*CommitError] says why it is not
// committed.
func (s *Store) commit(ctx context.Context, name string, text []byte) error {
	s.committing.Lock()
	defer s.committing.Unlock()
	file, err := s.real(name)
	for wait := 10 * time.Millisecond; err == nil; wait *= 2 {
		err = s.commitOnce(ctx, name, file)
		if err == nil {
			return nil
		}
		if locked(err) && wait <= lockPatience {
			time.Sleep(wait)
			err = nil
		}
	}
	if failed, ok := errors.AsType[*failure](err); ok && quotes(failed.said, text) {
		failed.said = "what it said holds a part of the text, and is left out"
	}
	return &CommitError{name, err}
}

// real returns the path of the file itself: what is saved through a symbolic link changes the file that it leads to.
func (s *Store) real(name string) (string, error) {
	dir, err := filepath.EvalSymlinks(s.dir())
	if err != nil {
		return "", err
	}
	file, err := filepath.EvalSymlinks(filepath.Join(dir, filepath.FromSlash(name)+".yaml"))
	if err != nil {
		return "", err
	}
	path, err := filepath.Rel(dir, file)
	return "./" + filepath.ToSlash(path), err
}

// quotes tells whether a line of the text, or the end of one, is in what a command said, such as a hook that shows what it
// does not like.
func quotes(said string, text []byte) bool {
	const least = 6
	for line := range strings.Lines(string(text)) {
		for words := strings.Fields(line); len(words) > 0; words = words[1:] {
			if rest := strings.Join(words, " "); len(rest) >= least && strings.Contains(said, rest) {
				return true
			}
		}
	}
	return false
}

// lockPatience is the longest wait for another git command to give up its lock.
const lockPatience = 2 * time.Second

// locked tells whether another git command was at work.
func locked(err error) bool {
	failed, ok := errors.AsType[*failure](err)
	return ok && (strings.Contains(failed.said, ".lock") || strings.Contains(failed.said, "cannot lock ref"))
}

func (s *Store) commitOnce(ctx context.Context, name, file string) error {
	if s.committed(ctx, file) {
		return nil // by another, or nothing had changed
	}
	tracked, err := s.git(ctx, "ls-files", "-z", "--", file)
	if err != nil {
		return err
	}
	verb := "Change"
	if len(tracked) == 0 { // git commits only what it knows; this stages the name, not the text
		if _, err := s.git(ctx, "add", "--intent-to-add", "--", file); err != nil {
			return err
		}
		verb = "Add"
	}
	_, err = s.git(ctx, "commit", "--quiet", "--message="+verb+" the environment "+name, "--only", "--", file)
	switch {
	case err != nil && s.committed(ctx, file):
		return nil
	case err != nil && len(tracked) == 0:
		_, undone := s.git(ctx, "rm", "--quiet", "--cached", "--", file)
		return errors.Join(err, undone)
	}
	return err
}

// committed tells whether HEAD has the file as it is.
func (s *Store) committed(ctx context.Context, file string) bool {
	if _, err := s.git(ctx, "cat-file", "-e", "HEAD:"+file); err != nil {
		return false
	}
	_, err := s.git(ctx, "diff", "--quiet", "--no-ext-diff", "--no-textconv", "HEAD", "--", file)
	return err == nil
}
