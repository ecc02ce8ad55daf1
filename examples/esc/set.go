package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/schema"
)

type setCmd struct {
	Env       string  `arg:"" help:"Name of the environment, such as myapp/dev."`
	Path      string  `arg:"" help:"Where to write, such as app.port or hosts[0]; imports is the list of imports."`
	Value     *string `arg:"" optional:"" help:"What to write, as a document has it: text, a number, {a: 1}, a reference in quotes."`
	String    bool    `help:"Take VALUE as text, whatever it looks like."`
	Secret    bool    `help:"Write a secret; it is asked for, or read from standard input or --file."`
	File      string  `help:"Read what to write from a file." placeholder:"FILE"`
	Plaintext bool    `help:"Write it even if it looks like a secret."`
}

func (c *setCmd) Help() string {
	return `Changes one value in the environment's file, and no other byte. Missing objects on the way to PATH are added; an index
equal to the length of a list adds an item. What would make an environment wrong that was right is refused.

    esc set myapp/dev app.port 8080
    esc set myapp/dev app.url 'https://${app.host}:${app.port}'
    esc set myapp/dev app.version --string 1.10
    esc set myapp/dev app.offset -- -5
    esc set myapp/dev app.password --secret

VALUE is YAML, so text that begins or ends in a special way, or holds "#" or ": ", is best given with --string. The VALUE
"-" is read from standard input. A PATH is written as references are: a.b, a[0], a["b.c"].

A secret is encrypted before it is written. It is never an argument, which others could see. From standard input and from
a file the line end after a single line is left out.`
}

func (c *setCmd) Run(ctx context.Context, g *cli) error {
	if err := c.checkUsage(); err != nil {
		return err
	}
	e := g.evaluator()
	doc, err := e.Document(ctx, c.Env)
	if err != nil {
		return err
	}
	next, err := c.change(ctx, e, doc)
	if err != nil {
		return err
	}
	before, after, err := checkChange(ctx, e, doc, next)
	if err != nil {
		return err
	}
	if err := refuseValues(before, c.Env, c.Path); err != nil {
		return err
	}
	if !c.Secret && !c.Plaintext {
		if err := c.refusePlaintext(ctx, doc, next); err != nil {
			return err
		}
		if err := refuseLikeness(before, after, c.Path); err != nil {
			return err
		}
	}
	_, err = e.Save(ctx, next)
	return err
}

// refuseValues refuses a path that begins with the document's own "values", below which all paths begin, unless there is a
// property of that name.
func refuseValues(before *eval.Environment, name, path string) error {
	if rest, ok := strings.CutPrefix(path, "values."); ok && rest != "" {
		if _, exists := before.Values.Lookup("values"); !exists {
			return errors.Join(
				usageError{errors.New(`paths begin below "values"; nothing was changed`)},
				hint(fmt.Sprintf("write %s, or make a property with that name first: esc set %s values '{}'", rest, name)))
		}
	}
	return nil
}

// refusePlaintext refuses a value that holds the text of an fn::secret. It would stand in the file, and was perhaps seen on
// the command line.
func (c *setCmd) refusePlaintext(ctx context.Context, from, to *eval.Document) error {
	adds, err := addsPlaintext(ctx, from, to)
	switch {
	case err != nil || !adds:
		return err
	case c.Value != nil:
		err = usageError{errSecretArgument}
	default:
		err = errors.New("the value holds the plain text of a secret; nothing was changed")
	}
	return errors.Join(err, hint("write the text of the secret with --secret, or the whole value with esc edit, which encrypts it"))
}

var errSecretArgument = errors.New("a secret cannot be an argument, which others could see")

func (c *setCmd) checkUsage() error {
	switch {
	case c.Secret && c.Value != nil:
		return errors.Join(usageError{errSecretArgument},
			hint("leave out VALUE: it is asked for, or read from standard input or --file"))
	case c.Secret && c.Plaintext:
		return usageError{errors.New("--secret and --plaintext are both given")}
	case c.Value != nil && c.File != "":
		return usageError{errors.New("VALUE and --file are both given")}
	case c.Value == nil && c.File == "" && !c.Secret:
		return errors.Join(usageError{errors.New("VALUE is missing")}, hint("give a VALUE, --file or --secret"))
	}
	return nil
}

// change makes the change that the command line asks for.
func (c *setCmd) change(ctx context.Context, e *eval.Evaluator, doc *eval.Document) (*eval.Document, error) {
	text, err := c.text(ctx)
	switch {
	case err != nil:
		return nil, err
	case c.Secret:
		return doc.Set(ctx, c.Path, schema.NewSecret(text), e.Crypter)
	case c.String:
		return doc.Set(ctx, c.Path, text, nil)
	}
	return doc.SetText(c.Path, text)
}

// text returns what is to be written.
func (c *setCmd) text(ctx context.Context) (string, error) {
	switch {
	case c.Value != nil && *c.Value == "-", c.File == "-":
		return readText(os.Stdin)
	case c.Value != nil:
		return *c.Value, nil
	case c.File != "":
		f, err := os.Open(c.File)
		if err != nil {
			return "", err
		}
		defer f.Close()
		return readText(f)
	case term.IsTerminal(int(os.Stdin.Fd())):
		return askTwice(ctx, c.Path)
	}
	return readText(os.Stdin)
}

// readText reads all there is, without the line end after a single line.
func readText(r io.Reader) (string, error) {
	data, err := readAll(r)
	if err != nil {
		return "", err
	}
	if line, ok := strings.CutSuffix(string(data), "\n"); ok && !strings.Contains(line, "\n") {
		return strings.TrimSuffix(line, "\r"), nil
	}
	return string(data), nil
}

// askTwice asks for a secret without showing it.
func askTwice(ctx context.Context, path string) (string, error) {
	first, err := ask(ctx, "secret for "+path+": ")
	if err != nil {
		return "", err
	}
	second, err := ask(ctx, "once more: ")
	if err == nil && first != second {
		err = errors.New("the two are not the same; nothing was changed")
	}
	return first, err
}

// ask reads a line from the terminal, which does not show it, but shows what is typed later even if somebody interrupts.
func ask(ctx context.Context, prompt string) (string, error) {
	terminal := int(os.Stdin.Fd())
	state, err := term.GetState(terminal)
	if err != nil {
		return "", err
	}
	fmt.Fprint(os.Stderr, prompt)
	defer fmt.Fprintln(os.Stderr)
	type answer struct {
		text []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(terminal)
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		return string(a.text), a.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(terminal, state))
	}
}
