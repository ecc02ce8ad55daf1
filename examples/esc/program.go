package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// The exit codes of shells for a program that they cannot run.
const (
	exitNotRunnable = 126
	exitNotFound    = 127
	exitSignal      = 128 // and the number of the signal
)

// A program is run with the variables and files of an environment.
type program struct {
	args    []string
	environ []string
	files   *privateDir // nil: there are none
	signals chan os.Signal
	command *exec.Cmd
	outputs []*output
}

// putFile writes a file that the program can read, and returns its path.
func (p *program) putFile(name, text string) (path string, err error) {
	if p.files == nil {
		if p.files, err = newPrivateDir(); err != nil {
			return "", err
		}
	}
	return p.files.file(name), p.files.put(name, []byte(text))
}

// clear removes the files.
func (p *program) clear() error {
	if p.files == nil {
		return nil
	}
	files := p.files
	p.files = nil
	return files.clear()
}

// ignored are the signals that whoever started esc had it ignore, as nohup does.
var ignored = slices.DeleteFunc(slices.Clone(forwarded), func(s os.Signal) bool { return !signal.Ignored(s) })

// catchSignals keeps signals from ending esc, which would leave the files behind. Those that come before the program has
// started end it otherwise: they cancel the context.
func (p *program) catchSignals() {
	p.signals = make(chan os.Signal, 16)
	signal.Notify(p.signals, forwarded...)
	for _, s := range ignored {
		signal.Ignore(s) // here and in the program
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // the reader of the output may go
}

// start starts the program.
func (p *program) start(ctx context.Context) error {
	file, err := p.find()
	if err != nil {
		return p.notRunnable(err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	p.command.Path, p.command.Args, p.command.Env = file, p.args, p.environ
	if err := p.command.Start(); err != nil {
		return p.notRunnable(err)
	}
	for _, o := range p.outputs {
		o.begin()
	}
	go func() {
		for s := range p.signals {
			if !knowsOf(s) {
				p.command.Process.Signal(s) // an error means that it has ended
			}
		}
	}()
	return nil
}

func (p *program) notRunnable(err error) error {
	if of, ok := errors.AsType[*exec.Error](err); ok {
		err = of.Err
	} else if of, ok := errors.AsType[*fs.PathError](err); ok {
		err = of.Err
	}
	code := exitNotRunnable
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
		code, err = exitNotFound, errors.New("there is no such program")
	}
	return exitError{fmt.Errorf("cannot run %q: %w", p.args[0], err), code}
}

// find returns the path of the program, which is looked for where the program itself would look for others.
func (p *program) find() (file string, err error) {
	name := p.args[0]
	if strings.ContainsRune(name, '/') || strings.ContainsRune(name, filepath.Separator) {
		return exec.LookPath(name)
	}
	failed := exec.ErrNotFound
	for _, dir := range filepath.SplitList(p.variable("PATH")) {
		if dir, err = filepath.Abs(dir); err != nil {
			return "", err
		}
		if file, err = exec.LookPath(filepath.Join(dir, name)); err == nil {
			return file, nil
		}
		if errors.Is(err, fs.ErrPermission) {
			failed = err
		}
	}
	return "", failed
}

// variable is the value of a variable of the program.
func (p *program) variable(name string) string {
	for _, v := range slices.Backward(p.environ) {
		key, value, _ := strings.Cut(v, "=")
		if key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// wait waits until the program has ended and its output is passed on. The error has its exit code.
func (p *program) wait() error {
	err := p.command.Wait()
	for _, o := range p.outputs {
		o.limit()
	}
	var failed []error
	for _, o := range p.outputs {
		failed = append(failed, o.end())
	}
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		return errors.Join(append(failed, err)...)
	}
	code := p.command.ProcessState.ExitCode()
	if status, ok := p.command.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		code = exitSignal + int(status.Signal())
	}
	if err = errors.Join(failed...); code == exitDone {
		return err
	}
	return exitError{err, code}
}
