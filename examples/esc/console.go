package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/term"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/examples/notify"
	"github.com/escapement-go/escapement/rotators"
)

// A reporter is told of everything that happens to credentials, as it does.
type reporter func(environment, path string, event rotators.Event)

// reporter returns what all events of a command go through, one at a time: to those who are to be told, and to the screen.
func (c *rotateCmd) reporter(screen *console, notifier *notify.Notifier) reporter {
	return func(environment, path string, event rotators.Event) {
		notifier.Report(environment)(path, event)
		where := path
		if c.All {
			where = environment + ": " + path
		}
		if screen.live && event.Kind != rotators.EventFailed || event.Kind == rotators.EventWarning && !c.All {
			screen.print(func() { printEvent(screen.w, where, event) })
		}
	}
}

func printEvent(w io.Writer, where string, event rotators.Event) {
	fmt.Fprintf(w, "%s: %s\n", where, joined(event.Kind, event.Code, event.KeyID, event.Text))
}

// printWarnings prints what the rotators of one of many environments warned of, when it is its turn: as it happens the
// order would be another one each time.
func printWarnings(w io.Writer, rotation *eval.Rotation) {
	for _, r := range rotation.Results {
		for _, event := range r.Events {
			if event.Kind == rotators.EventWarning {
				printEvent(w, rotation.Environment.Name+": "+r.Path, event)
			}
		}
	}
}

// A console is where a command says what it is doing. On a terminal a line below everything else says how far it has
// come.
type console struct {
	w    io.Writer
	live bool // somebody is looking

	mu    sync.Mutex
	of    int // what there is to do; no line is shown of what is not many
	done  int
	where string
}

func newConsole(f *os.File, of int) *console {
	return &console{w: f, live: term.IsTerminal(int(f.Fd())), of: of}
}

// print has something printed above the line.
func (c *console) print(text func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erase()
	text()
	c.draw()
}

// step tells that one more is done.
func (c *console) step(name string, text func()) {
	c.print(func() {
		text()
		c.done++
		c.where = name
	})
}

// close takes the line away.
func (c *console) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erase()
	c.of = 0
}

func (c *console) shows() bool { return c.live && c.of > 0 && os.Getenv("TERM") != "dumb" }

func (c *console) erase() {
	if c.shows() {
		fmt.Fprint(c.w, "\r\x1b[K")
	}
}

func (c *console) draw() {
	if c.shows() {
		fmt.Fprintf(c.w, "%d of %d  %.60s", c.done, c.of, c.where)
	}
}
