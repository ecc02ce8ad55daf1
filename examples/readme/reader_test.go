package readme_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A reader follows a page: it makes the files that the page shows and enters the commands, as if into one shell. The home
// directory of each page is a temporary one.
type reader struct {
	t     *testing.T
	page  string
	home  string
	env   []string
	named map[string]block // by what a command calls a file that a block names
	typed []string         // all commands
	wrong []string         // those that failed, as the page says
	set   []step           // those that set variables and aliases, which hold for the rest of the page
}

// newReader makes a reader whose shell finds the programs in a directory.
func newReader(t *testing.T, page, programs string) *reader {
	t.Helper()
	home := t.TempDir()
	path := programs + string(filepath.ListSeparator) + os.Getenv("PATH")
	return &reader{
		t: t, page: page, home: home, named: map[string]block{},
		env: append(os.Environ(), "PATH="+path, "ESC_DIR="+filepath.Join(home, "environments"), "ESC_KEY_FILE="),
	}
}

// install builds the programs that the pages use, and returns their directory.
func install(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("the commands of the pages need a POSIX shell")
	}
	programs := filepath.Join(t.TempDir(), "bin")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", programs+"/", "./examples/esc", "./examples/awssim", "./examples/notify-mail", "./examples/notify-sns")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return programs
}

// block does what a block says.
func (r *reader) block(b block) {
	switch b.language {
	case "yaml":
		r.document(b)
	case "go":
		r.program(b)
	case "console":
		r.session(b)
	case "mermaid":
		r.picture(b)
	case "sh":
		r.longCommands(b)
	default:
		r.t.Errorf("%s:%d: nothing is known about blocks in %q", r.page, b.line, b.language)
	}
}

// document writes a document into the directory of environments.
func (r *reader) document(b block) {
	name, _ := r.fileName(b, "# ")
	r.write(filepath.Join("environments", name), b.text)
	r.named[strings.TrimSuffix(name, ".yaml")] = b
}

// program compares a program with the file that has it, or writes it into the home directory.
func (r *reader) program(b block) {
	name, text := r.fileName(b, "// ")
	file := filepath.Join(root, name)
	if _, err := os.Stat(file); err != nil {
		r.write(name, b.text)
		r.named["~/"+name] = b
		return
	}
	if whole := read(r.t, file); !strings.Contains(whole, text) {
		r.t.Errorf("%s:%d: the file does not hold this: -block +file\n%s", r.page, b.line, cmp.Diff(text, whole))
	}
	r.named["./"+filepath.ToSlash(filepath.Dir(name))] = b
}

// fileName cuts the line that names the file off a block.
func (r *reader) fileName(b block, comment string) (name, rest string) {
	line, rest, _ := strings.Cut(b.text, "\n")
	name, ok := strings.CutPrefix(line, comment)
	if !ok || !filepath.IsLocal(name) {
		r.t.Fatalf("%s:%d: %q does not name a file", r.page, b.line, line)
	}
	return name, rest
}

func (r *reader) write(name, text string) {
	file := filepath.Join(r.home, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		r.t.Fatal(err)
	}
}

// longCommands compares commands with those that .ci/run runs, which fuzz for a number of runs.
func (r *reader) longCommands(b block) {
	script := read(r.t, filepath.Join(root, ".ci/run"))
	for line := range strings.Lines(b.text) {
		line = strings.Replace(strings.TrimSpace(line), "-fuzztime 10m", "-fuzztime 2000x -fuzzminimizetime 10x", 1)
		if !strings.Contains(script, line) {
			r.t.Errorf("%s:%d: .ci/run does not run %q", r.page, b.line, line)
		}
	}
}

// A step is a command of a session and what it writes.
type step struct {
	command, output string
	status          string // its exit code
}

// session enters the commands of a session into a shell and compares what they write with what stands there.
func (r *reader) session(b block) {
	want := r.script(b)
	got := r.run(append(slices.Clone(r.set), want...))[len(r.set):]
	for i, w := range want {
		if word, _, _ := strings.Cut(w.command, " "); word == "export" || word == "alias" {
			r.set = append(r.set, w)
		}
		if !matches(w.output, got[i].output) {
			r.t.Errorf("%s:%d: %s: -page +output\n%s", r.page, b.line, w.command, cmp.Diff(w.output, got[i].output))
		}
		shown := i+1 < len(want) && want[i+1].command == "echo $?"
		if got[i].status != "0" && !shown {
			r.t.Errorf("%s:%d: %s: the exit code is %s", r.page, b.line, w.command, got[i].status)
		}
		r.typed = append(r.typed, w.command)
		if got[i].status != "0" {
			r.wrong = append(r.wrong, w.command)
		}
	}
}

// picture compares a picture with what the command in its first line prints.
func (r *reader) picture(b block) {
	line, picture, _ := strings.Cut(b.text, "\n")
	command, ok := strings.CutPrefix(line, "%% ")
	if !ok {
		r.t.Fatalf("%s:%d: %q does not name a command", r.page, b.line, line)
	}
	if got := r.run([]step{{command: command}})[0]; got.status != "0" || got.output != picture {
		r.t.Errorf("%s:%d: %s: -page +output\n%s", r.page, b.line, command, cmp.Diff(picture, got.output))
	}
}

// script returns the commands of a session, which follow "$ ", with the lines below them.
func (r *reader) script(b block) []step {
	var steps []step
	for line := range strings.Lines(b.text) {
		command, ok := strings.CutPrefix(line, "$ ")
		switch {
		case ok:
			steps = append(steps, step{command: strings.TrimSpace(command)})
		case len(steps) == 0:
			r.t.Fatalf("%s:%d: the session does not begin with a command", r.page, b.line)
		default:
			steps[len(steps)-1].output += line
		}
	}
	if len(steps) == 0 {
		r.t.Fatalf("%s:%d: the session is empty", r.page, b.line)
	}
	return steps
}

// run runs commands in one shell, which writes a mark and the exit code after each.
func (r *reader) run(commands []step) []step {
	const mark = "\x1e"
	var script strings.Builder
	for _, c := range commands {
		command := strings.ReplaceAll(c.command, "~/", r.home+"/")
		fmt.Fprintf(&script, "%s\nstatus=$?; printf '\\036%%d\\036' $status; (exit $status)\n", command)
	}
	shell := exec.Command("sh", "-c", script.String())
	shell.Dir, shell.Env = root, r.env
	out, _ := shell.CombinedOutput() // the exit code is that of the last command
	parts := strings.Split(string(out), mark)
	if len(parts) != 2*len(commands)+1 {
		r.t.Fatalf("the shell does not run %q:\n%s", commands, out)
	}
	ran := slices.Clone(commands)
	for i := range ran {
		ran[i].output, ran[i].status = parts[2*i], parts[2*i+1]
	}
	return ran
}

// matches compares a text with one in which "…" stands for any text within a line, and a line of its own for any lines.
func matches(want, got string) bool {
	pattern := regexp.QuoteMeta(want)
	pattern = regexp.MustCompile(`(?m)^…\n`).ReplaceAllString(pattern, `(?s:.*)`)
	pattern = strings.ReplaceAll(pattern, "…", `[^\n]*`)
	return regexp.MustCompile(`\A` + pattern + `\z`).MatchString(got)
}

// finish opens the documents, with the key that the page has made, and makes sure that no file was shown in vain.
func (r *reader) finish() {
	const key = "[ ! -e ~/escapement.key ] || export ESC_KEY_FILE=~/escapement.key"
	for name, b := range r.named {
		using := func(command string) bool { return slices.Contains(strings.Fields(command), name) }
		if b.language == "yaml" {
			opened := r.run([]step{{command: key}, {command: "esc open " + name}})[1]
			if opened.status != "0" && !slices.ContainsFunc(r.wrong, using) {
				r.t.Errorf("%s:%d: %s", r.page, b.line, opened.output)
			}
		} else if !slices.ContainsFunc(r.typed, using) {
			r.t.Errorf("%s:%d: no command of the page runs this", r.page, b.line)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, test := range []struct {
		want, got string
		match     bool
	}{
		{"a.b\n", "a.b\n", true},
		{"a.b\n", "a+b\n", false},
		{"a.b\n", "a.b\nc\n", false},
		{"a …\n", "a b c\n", true},
		{"a …\n", "a b\nc\n", false},
		{"a\n…\nb\n", "a\nx\ny\nb\n", true},
		{"a\n…\nb\n", "a\nb\n", true},
		{"a\n…\nb\n", "a\nx\n", false},
	} {
		if got := matches(test.want, test.got); got != test.match {
			t.Errorf("%q, %q: %v", test.want, test.got, got)
		}
	}
}
