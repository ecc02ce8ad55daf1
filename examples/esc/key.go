package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/escapement-go/escapement/eval"
)

type keyCmd struct {
	New newKeyCmd `cmd:"" help:"Write a new key to a new file."`
}

type newKeyCmd struct {
	File string `arg:"" optional:"" help:"File to write; where it is left out, that of --key."`
}

func (c *newKeyCmd) Help() string {
	return `Only you can read the file. One that exists is never touched.

    esc key new ~/escapement.key

A file may hold several keys, a line each: the first one encrypts, all of them decrypt. To change keys, put the line of a new
one first, and have everything encrypted anew:

    esc encrypt --all --rekey`
}

func (c *newKeyCmd) Run(g *cli) error {
	file := cmp.Or(c.File, g.KeyFile)
	if file == "" {
		return errors.Join(usageError{errors.New("no file is named for the key")}, hint("write esc key new FILE"))
	}
	key, err := eval.NewKey("")
	if err != nil {
		return err
	}
	switch err := eval.WriteKeyFile(file, eval.KeyRing{key}); {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%q exists and stays as it is; choose another name", file)
	case err != nil:
		return fmt.Errorf("cannot write the key file %w", err)
	}
	fmt.Fprintf(os.Stderr, `wrote the key %q to %q

Keep a copy in a safe place: without the key, what it encrypts is lost. Do not commit it.
Name the file with --key, or in the environment variable ESC_KEY_FILE.
`, key.ID(), file)
	return nil
}

// keys reads the key file.
func (c *cli) keys() (eval.KeyRing, error) {
	if c.KeyFile == "" {
		return nil, errors.New("a key is needed to encrypt and decrypt secrets; name its file with --key or in ESC_KEY_FILE (esc key new makes a first one)")
	}
	keys, err := eval.ReadKeyFile(c.KeyFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("cannot use the key file %w; name another one with --key or in ESC_KEY_FILE (esc key new makes a first one)", err)
	case err != nil:
		return nil, fmt.Errorf("cannot use the key file %w", err)
	}
	return keys, nil
}
