package main

import (
	"context"
	"os/exec"
	"runtime"
	"strings"
)

// userCommand has a shell, where there is one, read a command as others do, with quotes and variables, and adds arguments
// to it. The command is not blank.
func userCommand(ctx context.Context, command string, args ...string) *exec.Cmd {
	if runtime.GOOS == "windows" {
		args = append(strings.Fields(command), args...)
		return exec.CommandContext(ctx, args[0], args[1:]...)
	}
	return exec.CommandContext(ctx, "sh", append([]string{"-c", "exec " + command + ` "$@"`, "esc"}, args...)...)
}
