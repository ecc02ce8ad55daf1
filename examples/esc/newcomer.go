package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxListed is how many environments a newcomer is shown.
const maxListed = 5

// orient tells somebody at a terminal who has named no command what to do next. It is false if nobody is looking.
func orient(ctx context.Context, c *cli) bool {
	if !term.IsTerminal(int(os.Stdout.Fd())) {
		return false
	}
	var b strings.Builder
	b.WriteString("esc opens, checks and changes environments: YAML documents of configuration and secrets.\n\n")
	kind := "The directory"
	if c.Store != "" {
		kind = "The store"
	}
	names, err := c.evaluator().List(ctx)
	switch {
	case c.checkDirectory() != nil && c.Store == "":
		fmt.Fprintf(&b, "There is no directory %q.\n\n", c.place())
		b.WriteString("  esc init           makes it, with a first environment, and a key for secrets\n")
		b.WriteString("  esc --dir DIR ls   lists the environments of another directory\n")
	case err != nil:
		fmt.Fprintf(&b, "%s %q cannot be read: %v.\nName another one with --dir or in ESC_DIR.\n", kind, c.place(), err)
	case len(names) == 0 && c.Store != "":
		fmt.Fprintf(&b, "There are none in %q yet.\n\n  esc new NAME   makes a first one\n", c.place())
	case len(names) == 0:
		fmt.Fprintf(&b, "There are none in %q yet.\n\n", c.place())
		b.WriteString("  esc init           makes a first one, and a key for secrets\n")
		b.WriteString("  esc --dir DIR ls   lists those of another directory\n")
	default:
		fmt.Fprintf(&b, "Those in %q:\n\n", c.place())
		for _, name := range names[:min(maxListed, len(names))] {
			fmt.Fprintf(&b, "  %s\n", name)
		}
		if len(names) > maxListed {
			fmt.Fprintf(&b, "  and %d more, which esc ls lists\n", len(names)-maxListed)
		}
		fmt.Fprintf(&b, "\n  esc get %s      shows one, without its secrets\n", names[0])
		fmt.Fprintf(&b, "  esc open %s     shows all of it\n", names[0])
		fmt.Fprintf(&b, "  esc edit %s     changes it\n", names[0])
		fmt.Fprintf(&b, "  esc new NAME%*s  makes another one\n", len(names[0]), "")
	}
	b.WriteString("\nesc --help lists all commands.\n")
	fmt.Print(b.String())
	return true
}
