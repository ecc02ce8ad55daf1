package main

import (
	"bytes"
	"context"
	"errors"
	"os"

	"github.com/escapement-go/escapement/eval"
)

type encryptCmd struct {
	many
	Rekey bool `help:"Encrypt anew what is encrypted already, so that no key but the first is needed for it."`
}

func (c *encryptCmd) Help() string {
	return `Encrypts the text of every fn::secret in the environment's file with the first key, and changes no other byte. What is
encrypted already stays as it is. With --all that is done to the files of all environments, or of those at or below each
PREFIX, one after the other, and one that cannot be encrypted does not stop the others.

With --rekey everything is encrypted anew. To change keys, put the line of a new key first into the file of keys, encrypt
anew, and take the line of the old key away when nothing older is to be read any more, such as a former revision.

    esc encrypt myapp/dev
    esc encrypt --all myapp
    esc encrypt --all --rekey`
}

func (c *encryptCmd) Run(ctx context.Context, g *cli) error {
	e := g.evaluator()
	names, err := c.names(ctx, g, e)
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		if errs = append(errs, c.encrypt(ctx, e, name)); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return errors.Join(errs...)
}

// encrypt encrypts the secrets of one environment.
func (c *encryptCmd) encrypt(ctx context.Context, e *eval.Evaluator, name string) error {
	doc, err := e.Document(ctx, name)
	if err != nil {
		return err
	}
	encrypt := doc.Encrypt
	if c.Rekey {
		encrypt = doc.Rekey
	}
	for {
		encrypted, err := encrypt(ctx, e.Crypter)
		if err != nil || bytes.Equal(encrypted.Bytes(), doc.Bytes()) {
			return err
		}
		if doc, err = e.Save(ctx, encrypted); err != nil {
			return err
		}
		encrypt = doc.Encrypt // what somebody else has saved meanwhile may hold further secrets
	}
}

type decryptCmd struct {
	Env   string `arg:"" help:"Name of the environment, such as myapp/dev."`
	Write bool   `help:"Write the plain text to the environment's file instead of printing it."`
}

func (c *decryptCmd) Help() string {
	return `Prints the environment's file with the plain text of its secrets. What cannot be decrypted stays and is reported.

    esc decrypt myapp/dev
    esc decrypt myapp/dev --write`
}

func (c *decryptCmd) Run(ctx context.Context, g *cli) error {
	e := g.evaluator()
	doc, err := e.Document(ctx, c.Env)
	if err != nil {
		return err
	}
	decrypted, err := doc.Decrypt(ctx, e.Crypter)
	if decrypted == nil {
		return err
	}
	if writeErr := c.put(ctx, e, decrypted); writeErr != nil {
		return writeErr
	}
	return err
}

func (c *decryptCmd) put(ctx context.Context, e *eval.Evaluator, decrypted *eval.Document) (err error) {
	if c.Write {
		_, err = e.Save(ctx, decrypted)
	} else {
		_, err = os.Stdout.Write(decrypted.Bytes())
	}
	return err
}
