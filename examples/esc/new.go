package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/escapement-go/escapement/eval"
)

type newCmd struct {
	Env  string `arg:"" help:"Name of the environment, such as myapp/dev."`
	File string `help:"Read its document from a file; - is standard input." placeholder:"FILE"`
}

func (c *newCmd) Help() string {
	return `Makes an environment, in which there is next to nothing, or what --file holds: that is checked first, and what it has of
secrets in plain text is encrypted. One that is there already stays as it is.

    esc new myapp/prod
    esc new myapp/prod --file prod.yaml
    esc decrypt myapp/dev | esc new myapp/prod --file -

The file of myapp/prod is myapp/prod.yaml; directories on the way to it are made.`
}

// emptyDocument is an environment without values, in whose file the first ones get lines of their own.
const emptyDocument = "imports: []\n"

func (c *newCmd) Run(ctx context.Context, g *cli) error {
	from, err := eval.Parse(c.Env, nil)
	if err != nil {
		return err
	}
	text, err := c.text()
	if err != nil {
		return err
	}
	e := g.evaluator()
	doc, err := c.document(ctx, g, e, from, text)
	if err != nil {
		return err
	}
	_, err = e.Create(ctx, doc)
	switch {
	case errors.Is(err, fs.ErrExist):
		return errors.Join(err, hint("esc edit "+doc.Name()+" changes it"))
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(os.Stderr, "made the environment %q in %q\n", doc.Name(), g.place())
	return err
}

// document is what becomes of a text, with its secrets encrypted.
func (c *newCmd) document(ctx context.Context, g *cli, e *eval.Evaluator, from *eval.Document, text []byte) (*eval.Document, error) {
	doc, err := from.Replace(text)
	if err != nil {
		return nil, err
	}
	if doc, err = doc.Encrypt(ctx, e.Crypter); err != nil {
		return nil, err
	}
	_, after, err := checkChange(ctx, e, from, doc)
	if err == nil {
		g.printDiagnostics(os.Stderr, after.Diagnostics)
	}
	return doc, err
}

// text returns what the environment is to hold.
func (c *newCmd) text() ([]byte, error) {
	var text []byte
	var err error
	switch c.File {
	case "":
		return []byte(emptyDocument), nil
	case "-":
		text, err = readAll(os.Stdin)
	default:
		var f *os.File
		if f, err = os.Open(c.File); err != nil {
			return nil, err
		}
		defer f.Close()
		text, err = readAll(f)
	}
	if err == nil && len(bytes.TrimSpace(text)) == 0 { // such as from a program that has failed
		err = errors.Join(errors.New("the text is empty"), hint("nothing was made; leave out --file for an environment to begin with"))
	}
	return text, err
}

// maxText bounds what is read for a value or a document, in bytes. It is above what a document may hold.
const maxText = 4 << 20

func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err == nil && len(data) > maxText {
		err = fmt.Errorf("the text has more than %d bytes", maxText)
	}
	return data, err
}
