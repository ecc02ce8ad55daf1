package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

const (
	execTime  = 30 * time.Second // that a command may take for one notice
	execGrace = time.Second      // in which what a command has left behind must let go of its standard input
)

// An Exec runs a command for each notice, which finds it on its standard input as one line of JSON. What the command prints
// goes to standard error.
type Exec struct {
	Name    string                              // what the command is called in warnings
	Command func(ctx context.Context) *exec.Cmd // makes the command, killed when the context ends
	Timeout time.Duration                       // zero: 30 seconds
}

func (e *Exec) String() string { return fmt.Sprintf("the command %q", e.Name) }

// Send runs the command.
func (e *Exec) Send(ctx context.Context, n Notice) error {
	timeout := e.Timeout
	if timeout <= 0 {
		timeout = execTime
	}
	text, err := json.Marshal(n)
	if err != nil {
		return err
	}
	running, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := e.Command(running)
	cmd.Stdin = bytes.NewReader(append(text, '\n'))
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	cmd.WaitDelay = execGrace
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case running.Err() != nil:
		return fmt.Errorf("it took longer than %v; make it faster", timeout)
	case errors.Is(err, exec.ErrWaitDelay):
		return nil // it has ended well, and another program that it began goes on
	}
	return err
}
