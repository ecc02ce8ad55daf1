package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// maxSize keeps a file that was committed by mistake out of memory.
const maxSize = 64 << 20

// loadRevision returns the text of an environment at a revision.
func (s *Store) loadRevision(ctx context.Context, name, rev string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := errors.Join(checkName(name), checkRevision(rev)); err != nil {
		return nil, err
	}
	commit, err := s.resolve(ctx, rev)
	if err != nil {
		return nil, err
	}
	object, err := s.find(ctx, name, rev, commit)
	if err != nil {
		return nil, err
	}
	return s.git(ctx, "cat-file", "blob", object)
}

// resolve returns the id of the commit that a revision names. A tag comes before a branch of the same name.
func (s *Store) resolve(ctx context.Context, rev string) (string, error) {
	out, err := s.git(ctx, "rev-parse", "--quiet", "--verify", rev+"^{commit}")
	if failed, ok := errors.AsType[*failure](err); ok && failed.status == 1 {
		return "", fmt.Errorf("there is no revision %q in the repository of %q, or several begin like that: %w", rev, s.dir(), fs.ErrNotExist)
	}
	return strings.TrimSpace(string(out)), err
}

// find returns the id of the file of an environment in a commit.
func (s *Store) find(ctx context.Context, name, rev, commit string) (string, error) {
	file := name + ".yaml"
	out, err := s.git(ctx, "ls-tree", "-z", "--long", commit, "--", "./"+file)
	if err != nil {
		return "", err
	}
	entry, _, _ := bytes.Cut(out, []byte{0})
	described, _, found := strings.Cut(string(entry), "\t")
	fields := strings.Fields(described) // mode, type, id, size
	if !found || len(fields) != 4 {
		return "", fmt.Errorf("%q at revision %q: %w", file, rev, fs.ErrNotExist)
	}
	size, err := strconv.ParseInt(fields[3], 10, 64)
	switch {
	case fields[0] != "100644" && fields[0] != "100755":
		return "", fmt.Errorf("%q at revision %q: is not a regular file", file, rev)
	case err != nil || size > maxSize:
		return "", fmt.Errorf("%q at revision %q: has more than %d bytes", file, rev, maxSize)
	}
	return fields[2], nil
}
