package eval_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
)

// childJob is the variable that makes the test binary do a job instead of running tests.
const childJob = "EVAL_TEST_CHILD"

// children are the jobs by name. What one returns is printed, and makes the process fail.
var children = map[string]func(args []string) error{
	"save":  saveAndDie,
	"ready": saveWhenTold,
	"edit":  editLine,
	"rival": saveAsRival,
	"hold":  holdLock,

	"create": createAndDie,

	"rotate":          rotateAndDie,
	"rotate and wait": rotateAndWait,
}

func runChild(job string, args []string) int {
	do := children[job]
	if do == nil {
		fmt.Println("there is no job", job)
		return 2
	}
	if err := do(args); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// A child is a process of this test binary that does a job, killed at the end of the test at the latest.
type child struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func newChild(t testing.TB, job string, args ...string) *child {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{Cmd: exec.Command(path, args...)}
	c.Env = append(os.Environ(), childJob+"="+job)
	if c.in, err = c.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out, c.Stderr = bufio.NewReader(out), os.Stderr
	return c
}

func startChild(t testing.TB, job string, args ...string) *child {
	t.Helper()
	c := newChild(t, job, args...)
	c.start(t)
	return c
}

func (c *child) start(t testing.TB) {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
}

func (c *child) kill() {
	c.Process.Kill()
	c.Wait()
}

// tell writes a line to the child. A child that has died does not read it.
func (c *child) tell(line string) { io.WriteString(c.in, line+"\n") }

// line returns the next line that the child prints, "" after the last.
func (c *child) line() string {
	line, _ := c.out.ReadString('\n')
	return strings.TrimSuffix(line, "\n")
}

// version is a document that is long enough to take a while to write, and that shows a mixture with any other.
func version(n string) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "# version %s of the document\n", n), 4000)
}

// saveAndDie saves version "new" over "old" in a directory, and kills itself before a step.
func saveAndDie(args []string) error {
	saver := eval.DirStepping(args[0], func(step string) error {
		if step == args[1] {
			return killSelf()
		}
		return nil
	})
	if err := saver.Save(context.Background(), "dev", version("old"), version("new")); err != nil {
		return err
	}
	return errors.New("survived")
}

// createAndDie makes the environment team/dev, and kills itself before a step.
func createAndDie(args []string) error {
	creator := eval.DirStepping(args[0], func(step string) error {
		if step == args[1] {
			return killSelf()
		}
		return nil
	})
	if err := creator.Create(context.Background(), "team/dev", version("new")); err != nil {
		return err
	}
	return errors.New("survived")
}

func killSelf() error {
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	if err := self.Kill(); err != nil {
		return err
	}
	select {}
}

// saveWhenTold saves version "new" over "old" as soon as it reads a line, for others to kill it meanwhile.
func saveWhenTold(args []string) error {
	saver := eval.Dir(args[0])
	old, new := version("old"), version("new")
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	if err := saver.Save(context.Background(), "dev", old, new); err != nil {
		return err
	}
	fmt.Println("saved")
	return nil
}

// editLine sets line args[1] of a document to 1, 2, 3 and so on up to args[2], each in a save of its own, whatever happens
// to other lines. It prints how many conflicts it met.
func editLine(args []string) error {
	saver := eval.Dir(args[0])
	line, _ := strconv.Atoi(args[1])
	count, _ := strconv.Atoi(args[2])
	conflicts := 0
	for i := 1; i <= count; {
		old, err := saver.Load(context.Background(), "dev")
		if err != nil {
			return err
		}
		lines := strings.SplitAfter(string(old), "\n")
		lines[line] = fmt.Sprintf("%s%d\n", lines[line][:strings.Index(lines[line], ":")+1], i)
		switch err := saver.Save(context.Background(), "dev", old, []byte(strings.Join(lines, ""))); {
		case err == nil:
			i++
		case errors.Is(err, eval.ErrConflict):
			conflicts++
		default:
			return err
		}
	}
	fmt.Println(conflicts)
	return nil
}

// saveAsRival reads old texts, one per line, and saves its own name instead. It prints what came of it.
func saveAsRival(args []string) error {
	saver := eval.Dir(args[0])
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		err := saver.Save(context.Background(), "dev", lines.Bytes(), []byte(args[1]))
		switch {
		case err == nil:
			fmt.Println("saved")
		case errors.Is(err, eval.ErrConflict):
			fmt.Println("conflict")
		default:
			return err
		}
	}
	return nil
}

// holdLock stops in the middle of a save.
func holdLock(args []string) error {
	saver := eval.DirStepping(args[0], func(step string) error {
		if step == "write a temporary file" {
			fmt.Println("held")
			io.Copy(io.Discard, os.Stdin)
		}
		return nil
	})
	return saver.Save(context.Background(), "dev", version("old"), version("new"))
}
