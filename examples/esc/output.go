package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/term"
)

const (
	// outputGrace is how long esc waits for output of processes that the program has left behind.
	outputGrace = 500 * time.Millisecond

	// pipeSize is what a pipe holds at most, in bytes.
	pipeSize = 64 << 10
)

// An output passes on what the program writes, redacted.
type output struct {
	from  *os.File // a pipe
	child *os.File // its other end, for the program
	via   *redactor
	ended chan error
	panic any // what it ended with
}

// connect gives the program the streams of esc, but for those that are to be redacted.
func (p *program) connect(patterns *automaton, redact *bool) error {
	p.command = &exec.Cmd{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	redacted := func(f *os.File) bool {
		switch {
		case patterns == nil:
			return false
		case redact != nil:
			return *redact
		}
		return !term.IsTerminal(int(f.Fd()))
	}
	if redacted(os.Stdout) {
		o, err := newOutput(os.Stdout, patterns)
		if err != nil {
			return err
		}
		p.outputs, p.command.Stdout = append(p.outputs, o), o.child
	}
	switch {
	case !redacted(os.Stderr):
	case len(p.outputs) > 0 && same(os.Stdout, os.Stderr): // which keeps the order
		p.command.Stderr = p.command.Stdout
	default:
		o, err := newOutput(os.Stderr, patterns)
		if err != nil {
			return err
		}
		p.outputs, p.command.Stderr = append(p.outputs, o), o.child
	}
	return nil
}

func same(a, b *os.File) bool {
	x, err := a.Stat()
	if err != nil {
		return false
	}
	y, err := b.Stat()
	return err == nil && os.SameFile(x, y)
}

func newOutput(to *os.File, patterns *automaton) (*output, error) {
	from, child, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	return &output{from: from, child: child, via: newRedactor(to, patterns), ended: make(chan error, 1)}, nil
}

// begin passes on what is written from now on. The program has its end of the pipe.
func (o *output) begin() {
	o.child.Close()
	go func() {
		var err error
		defer func() {
			o.panic = recover()
			o.from.Close() // whoever still writes is told
			o.ended <- err
		}()
		if err = o.pass(); err == nil {
			err = o.via.Close()
		}
	}()
}

func (o *output) pass() error {
	buf := make([]byte, pipeSize)
	for {
		n, err := o.from.Read(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			// What the program itself has written is in the pipe, however long the writing took.
			o.from.SetReadDeadline(time.Now().Add(time.Millisecond))
			if n, err = o.from.Read(buf); err == nil {
				err = io.EOF
			}
		}
		if _, failed := o.via.Write(buf[:n]); failed != nil {
			return failed
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, os.ErrClosed), errors.Is(err, os.ErrDeadlineExceeded):
			return nil
		case err != nil:
			return err
		}
	}
}

// limit bounds how long others may use the pipe when the program has ended.
func (o *output) limit() {
	if err := o.from.SetReadDeadline(time.Now().Add(outputGrace)); err != nil {
		time.AfterFunc(outputGrace, func() { o.from.Close() }) // there are no deadlines here
	}
}

// end waits until all is passed on. The error is nil if the reader of the output has gone, which is its right.
func (o *output) end() error {
	err := <-o.ended
	if o.panic != nil {
		panic(o.panic) // where it is reported, and the files are removed
	}
	if errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return err
}
