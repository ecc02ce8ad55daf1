package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// pseudoTerminal makes a terminal: what is written to keys is typed, and what the terminal shows can be read from there.
func pseudoTerminal(t *testing.T) (keys, terminal *os.File) {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { keys.Close() })
	number, err := unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return keys, terminal
}

// TestInterruptedOnce types what interrupts a program, again and again. The terminal tells the program, and esc does not
// tell it once more.
func TestInterruptedOnce(t *testing.T) {
	dir, private := runDirs(t)
	keys, terminal := pseudoTerminal(t)
	const script = `n=0; trap 'n=$((n+1)); echo interrupted $n' INT; stty -echo; echo "ready $WORD"; while [ "$line" != done ]; do read line; done; echo "$line $n"; exit 9`
	cmd := exec.Command("esc", "--dir", dir, "run", "app", "--", "sh", "-c", script)
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+private, "GORACE=atexit_sleep_ms=0")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	screen := bufio.NewReader(keys)
	exchange := func(shown, typed string) {
		line, err := screen.ReadString('\n')
		if line = strings.TrimRight(line, "\r\n"); err != nil || line != shown {
			t.Fatalf("the terminal shows %q, %v, want %q", line, err, shown)
		}
		keys.WriteString(typed)
	}
	const times = 50
	// A shell that is about to read learns of a signal only when it has read a line.
	exchange("ready hunter2", "\x03\n")
	for n := 1; n < times; n++ {
		exchange(fmt.Sprintf("interrupted %d", n), "\x03\n")
	}
	exchange(fmt.Sprintf("interrupted %d", times), "done\n")
	exchange(fmt.Sprintf("done %d", times), "")
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 9 {
		t.Errorf("the exit code is %d", code)
	}
}
