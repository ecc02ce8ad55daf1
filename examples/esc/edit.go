package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/escapement-go/escapement/eval"
)

type editCmd struct {
	Env    string `arg:"" help:"Name of the environment, such as myapp/dev."`
	Editor string `help:"Command of the editor, which must not end before the file is closed; left out, that in $VISUAL or $EDITOR, or vi." placeholder:"COMMAND"`
}

func (c *editCmd) Help() string {
	return `Opens the environment's file in your editor, its secrets decrypted, and saves it when the editor ends: secrets encrypted
again, those that did not change with the same ciphertext. The text for the editor is a file that only you can read, in
memory where the system has such a place, and is removed however esc ends.

A text with errors is not saved: the editor opens it again, with the errors as comments on top. Close it without a change to
give up.

    esc edit myapp/dev
    esc edit myapp/dev --editor "code --wait"`
}

func (c *editCmd) Run(ctx context.Context, g *cli) error {
	// However often somebody interrupts, the text is removed first.
	ctx, stop := signal.NotifyContext(ctx, endingSignals...)
	defer stop()
	editor := c.Editor
	for _, other := range []string{os.Getenv("VISUAL"), os.Getenv("EDITOR"), "vi"} {
		editor = cmp.Or(strings.TrimSpace(editor), other)
	}
	x := &editing{cli: g, evaluator: g.evaluator(), name: c.Env, editor: editor}
	if err := x.load(ctx); err != nil {
		return err
	}
	changed, err := x.inPrivate(ctx)
	if err == nil && !changed {
		fmt.Fprintln(os.Stderr, "nothing was changed")
	}
	return err
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

// editorGrace is how long an editor that was told to end may take.
const editorGrace = 5 * time.Second

// maxRounds is how often a program that takes the place of an editor gets a wrong text back.
const maxRounds = 10

// inPrivate runs the editing in a private directory, of which nothing is left.
func (x *editing) inPrivate(ctx context.Context) (changed bool, err error) {
	if x.dir, err = newPrivateDir(); err != nil {
		return false, err
	}
	defer func() {
		if left := x.dir.clear(); left != nil {
			err = errors.Join(err, left)
		}
	}()
	return x.run(ctx)
}

// file is the name of the text for the editor, which may go by its end.
func (x *editing) file() string { return path.Base(x.name) + ".yaml" }

// run opens the editor until a text is saved or given up.
func (x *editing) run(ctx context.Context) (changed bool, err error) {
	text, wrong := x.plain.Bytes(), error(nil)
	for round := 1; ; round++ {
		next, err := x.edit(ctx, text, wrong)
		switch {
		case err != nil:
			return false, err
		case len(bytes.TrimSpace(next)) == 0 && len(bytes.TrimSpace(x.plain.Bytes())) > 0:
			return false, errors.Join(errors.New("the text is empty"), hint("nothing was saved; remove what is not wanted with esc rm"))
		case bytes.Equal(next, text) && wrong != nil:
			return false, errors.Join(wrong, hint("nothing was saved"))
		case bytes.Equal(next, x.plain.Bytes()):
			return false, nil
		}
		text, wrong = next, x.save(ctx, next)
		if wrong == nil || ctx.Err() != nil {
			return true, wrong
		}
		wrong = x.explain(wrong)
		if round == maxRounds && !term.IsTerminal(int(os.Stdin.Fd())) {
			return false, errors.Join(wrong, hint("nothing was saved"))
		}
	}
}

// edit shows a text in the editor, below what is wrong with it, and returns what became of it.
func (x *editing) edit(ctx context.Context, text []byte, wrong error) ([]byte, error) {
	if err := x.dir.put(x.file(), append(x.commented(wrong), text...)); err != nil {
		return nil, err
	}
	cmd := userCommand(ctx, x.editor, x.dir.file(x.file()))
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = editorGrace
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	switch err := cmd.Run(); {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, errors.Join(
			fmt.Errorf("the editor %q failed: %w", x.editor, err),
			hint("nothing was saved; name another editor with --editor or in EDITOR"))
	}
	edited, err := x.dir.take(x.file())
	if wrong != nil {
		edited = withoutHead(edited)
	}
	return edited, err
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
	newest := *x // as it was before the saving, so that a conflict is not about less than what is in it
	if err := newest.load(ctx); err != nil {
		return err
	}
	_, err = x.evaluator.Save(ctx, next)
	switch {
	case !errors.Is(err, eval.ErrConflict):
		return err
	case isAtPlace(err):
		return errors.Join(err, hint("a rotation has saved a credential there, which your text does not have and would lose; keep a copy of your text, give up, and edit again"))
	}
	x.from, x.plain = newest.from, newest.plain
	return errors.Join(err, hint("below is your text; a change to it, such as a blank line, saves it in the place of the other"))
}

// isAtPlace reports whether a conflict is about a place, and not about the text as a whole.
func isAtPlace(err error) bool {
	ds, _ := errors.AsType[eval.Diagnostics](err)
	return len(ds) > 0 && ds[0].Path != ""
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
const mark = "#esc# "

func (c *cli) commented(err error) []byte {
	if err == nil {
		return nil
	}
	var b, out bytes.Buffer
	c.printError(&b, err)
	for line := range strings.Lines(b.String()) {
		out.WriteString(mark + line)
	}
	out.WriteString(mark + "Correct this and close the editor; close it without a change to give up.\n")
	return out.Bytes()
}

func withoutHead(text []byte) []byte {
	for bytes.HasPrefix(text, []byte(mark)) {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return text
}
