package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

type editCmd struct {
	Env    string `arg:"" help:"Name of the environment, such as myapp/dev."`
	Editor string `help:"The editor, with its arguments; it must not return before the file is closed." env:"VISUAL,EDITOR" default:"vi"`
}

func (c *editCmd) Help() string {
	return `Opens the environment's file in your editor, its secrets decrypted, and saves it when the editor ends: secrets encrypted
again, those that did not change with the same ciphertext. The text for the editor is a file that only you can read, in
memory where the system has such a place, and is removed however esc ends.

A text with errors is not saved: the editor opens it again, with the errors as comments on top. Close it without a change to
give up.`
}

func (c *editCmd) Run(ctx context.Context, g *cli) error {
	// However often somebody interrupts, the text is removed first.
	ctx, stop := signal.NotifyContext(ctx, endingSignals...)
	defer stop()
	x := &editing{cli: g, evaluator: g.evaluator(), name: c.Env, editor: c.Editor}
	if err := x.load(ctx); err != nil {
		return err
	}
	var err error
	if x.dir, err = newPrivateDir(path.Base(x.from.Name()) + ".yaml"); err != nil {
		return err
	}
	defer x.dir.clear()
	return x.run(ctx)
}

// An editing is one run of the command, in which the editor may be opened several times.
type editing struct {
	*cli
	evaluator *eval.Evaluator
	name      string
	editor    string
	dir       *privateDir
	from      *eval.Document // as it was loaded
	plain     *eval.Document // its secrets decrypted
}

func (x *editing) run(ctx context.Context) error {
	text, wrong := x.plain.Bytes(), error(nil)
	for {
		next, err := x.edit(ctx, text, wrong)
		switch {
		case err != nil:
			return err
		case bytes.Equal(next, text) && wrong != nil:
			return errors.Join(wrong, hint("nothing was saved"))
		case bytes.Equal(next, x.plain.Bytes()):
			fmt.Fprintln(os.Stderr, "nothing was changed")
			return nil
		}
		text, wrong = next, x.save(ctx, next)
		if wrong == nil || ctx.Err() != nil {
			return wrong
		}
		wrong = x.explain(wrong)
	}
}

// edit shows a text in the editor, below what is wrong with it, and returns what became of it.
func (x *editing) edit(ctx context.Context, text []byte, wrong error) ([]byte, error) {
	if err := x.dir.put(append(commented(wrong), text...)); err != nil {
		return nil, err
	}
	args := append(strings.Fields(x.editor), x.dir.file())
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = editorGrace
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	switch err := cmd.Run(); {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, errors.Join(fmt.Errorf("the editor %q failed: %w", args[0], err), hint("nothing was saved; name another editor with --editor or in EDITOR"))
	}
	edited, err := x.dir.take()
	return withoutComments(edited), err
}

// save encrypts, checks and saves an edited text.
func (x *editing) save(ctx context.Context, text []byte) error {
	next, err := x.plain.Replace(text)
	if err != nil {
		return err
	}
	if next, err = next.Encrypt(ctx, x.evaluator.Crypter); err != nil {
		return err
	}
	if _, _, err := checkChange(ctx, x.evaluator, x.from, next); err != nil {
		return err
	}
	if _, err = x.evaluator.Save(ctx, next); !errors.Is(err, eval.ErrConflict) {
		return err
	}
	if err := x.load(ctx); err != nil {
		return err
	}
	return errors.Join(err, hint("what you close the editor with takes the place of the new text"))
}

// load begins with the environment as it is now.
func (x *editing) load(ctx context.Context) (err error) {
	if x.from, err = x.evaluator.Document(ctx, x.name); err != nil {
		return err
	}
	x.plain, err = x.from.Decrypt(ctx, x.evaluator.Crypter)
	return err
}

// mark begins the lines that esc writes on top of a text and takes off again.
const mark = "#! "

func commented(err error) []byte {
	if err == nil {
		return nil
	}
	var b bytes.Buffer
	printError(&b, err)
	var out []byte
	for line := range strings.Lines(b.String()) {
		out = append(append(append(out, mark...), strings.TrimSuffix(line, "\n")...), '\n')
	}
	return append(out, mark+"Correct this and close the editor; close it without a change to give up.\n"...)
}

func withoutComments(text []byte) []byte {
	for bytes.HasPrefix(text, []byte(mark)) {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return text
}
