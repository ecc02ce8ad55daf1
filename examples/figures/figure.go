package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// A figure is a command and what is to be read from its output.
type figure struct {
	name    string // what --only calls it
	command string // its words are those of a shell, with quotes around what needs them
	full    string // the command of --full; empty: the same
	read    []reading
}

// A reading finds figures in the lines of an output.
type reading struct {
	what  string
	line  *regexp.Regexp
	print string // $1 and so on are the groups of the line, $n is the number of lines
	how   manner
	count *regexp.Regexp // $count is how often it is found; may be nil
}

// A manner says what becomes of several lines.
type manner int

const (
	each   manner = iota // each has a row; the groups may stand in the text of what, too
	joined               // one row lists them
	summed               // one row adds up the numbers of the groups
)

// A row is a line of the table.
type row struct{ what, figures string }

// printTable runs the commands of figures and prints what they say. It goes on after one that fails.
func printTable(w io.Writer, figures []figure, full bool, execute func(args []string) (string, error)) error {
	fmt.Fprint(w, "| what | figures | command |\n|---|---|---|\n")
	failed := 0
	for _, f := range figures {
		command := f.command
		if full && f.full != "" {
			command = f.full
		}
		rows, err := f.rows(execute(words(command)))
		for _, r := range rows {
			fmt.Fprintf(w, "| %s | %s | `%s` |\n", cell(r.what), cell(r.figures), cell(command))
		}
		if err != nil {
			failed++
			fmt.Fprintf(w, "| %s | **failed** | `%s` |\n", f.name, cell(command))
			fmt.Fprintf(os.Stderr, "%s: %v\n", command, err)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d commands failed", failed, len(figures))
	}
	return nil
}

// rows returns what the output of a command says. The error is why the command failed, or what its output lacks.
func (f figure) rows(output string, failure error) ([]row, error) {
	var rows []row
	var missing []error
	for _, r := range f.read {
		found := r.rows(output)
		if len(found) == 0 {
			missing = append(missing, fmt.Errorf("prints no figure for %q", r.what))
		}
		rows = append(rows, found...)
	}
	if failure != nil {
		return rows, fmt.Errorf("%w\n%s", failure, tail(output, 30))
	}
	return rows, errors.Join(missing...)
}

func (r reading) rows(output string) (rows []row) {
	matches := r.line.FindAllStringSubmatch(output, -1)
	if len(matches) == 0 {
		return nil
	}
	counts := map[string]int{"n": len(matches)}
	if r.count != nil {
		counts["count"] = len(r.count.FindAllString(output, -1))
	}
	if r.how == summed {
		return []row{{r.what, expand(r.print, sum(matches), counts)}}
	}
	for _, m := range matches {
		rows = append(rows, row{expand(r.what, m, counts), expand(r.print, m, counts)})
	}
	if r.how == each {
		return rows
	}
	var list []string
	for _, r := range rows {
		list = append(list, r.figures)
	}
	return []row{{r.what, strings.Join(list, ", ")}}
}

// sum adds up the numbers of the groups of lines.
func sum(matches [][]string) []string {
	total := make([]string, len(matches[0]))
	for i := range total {
		n := 0
		for _, m := range matches {
			k, _ := strconv.Atoi(m[i]) // a group that is no number is not printed
			n += k
		}
		total[i] = strconv.Itoa(n)
	}
	return total
}

func expand(text string, groups []string, counts map[string]int) string {
	return os.Expand(text, func(name string) string {
		if n, ok := counts[name]; ok {
			return strconv.Itoa(n)
		}
		if i, err := strconv.Atoi(name); err == nil && i < len(groups) {
			return strings.Join(strings.Fields(groups[i]), " ")
		}
		return "$" + name
	})
}

// words splits a command as a shell does that knows single quotes.
func words(command string) (all []string) {
	for _, m := range regexp.MustCompile(`'([^']*)'|\S+`).FindAllStringSubmatch(command, -1) {
		if strings.HasPrefix(m[0], "'") {
			all = append(all, m[1])
		} else {
			all = append(all, m[0])
		}
	}
	return all
}

// cell escapes what ends a cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// tail returns the last lines of a text.
func tail(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
