package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
)

// reportDefect asks to report a panic and returns the exit code. It shows the type and the place of the panic but not its
// text, which may hold a secret.
func reportDefect(w io.Writer, v any) int {
	fmt.Fprintf(w, "error: esc has a defect: %T in %s\n", v, panicPlace())
	fmt.Fprintln(w, "hint: please report this message, with a document that shows it but holds no secret, at")
	fmt.Fprintln(w, "      https://github.com/escapement-go/escapement/issues")
	return exitDefect
}

// panicPlace returns the function and line of the panic that is being recovered from.
func panicPlace() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	panicking := false
	for {
		f, more := frames.Next()
		switch {
		case panicking && !strings.HasPrefix(f.Function, "runtime."):
			return fmt.Sprintf("%s, line %d", f.Function, f.Line)
		case !more:
			return "an unknown place"
		}
		panicking = panicking || f.Function == "runtime.gopanic"
	}
}
