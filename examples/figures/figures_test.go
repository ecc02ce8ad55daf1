package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRows reads outputs in each manner.
func TestRows(t *testing.T) {
	const output = "x 1 of 2\ny 3 of 4\nnoise\nbad\nbad\n"
	line := regexp.MustCompile(`(?m)^(\w) (\d) of (\d)`)
	for _, test := range []struct {
		name string
		read reading
		want []row
	}{
		{"each", reading{what: "a $1", line: line, print: "$2/$3"}, []row{{"a x", "1/2"}, {"a y", "3/4"}}},
		{"joined", reading{what: "a", line: line, print: "$1 $2", how: joined}, []row{{"a", "x 1, y 3"}}},
		{"summed", reading{what: "a", line: line, print: "$n lines, $2 of $3", how: summed}, []row{{"a", "2 lines, 4 of 6"}}},
		{"counted", reading{what: "a", line: line, print: "$count", how: summed, count: regexp.MustCompile("bad")}, []row{{"a", "2"}}},
		{"nothing counted", reading{what: "a", line: line, print: "$count", how: summed, count: regexp.MustCompile("good")}, []row{{"a", "0"}}},
		{"absent", reading{what: "a", line: regexp.MustCompile("absent")}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.read.rows(output), cmp.AllowUnexported(row{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTable prints figures, of which some cannot be had. The table says so, and it is an error.
func TestTable(t *testing.T) {
	line := regexp.MustCompile(`n=(\d+)`)
	all := []figure{
		{name: "good", command: "echo '1|2'", read: []reading{{what: "n", line: line, print: "$1"}}},
		{name: "failing", command: "fails", read: []reading{{what: "n", line: line, print: "$1"}}},
		{name: "silent", command: "silent", full: "silent --full", read: []reading{{what: "n", line: line, print: "$1"}}},
	}
	var ran [][]string
	execute := func(args []string) (string, error) {
		ran = append(ran, args)
		return map[string]string{"echo": "n=1", "fails": "n=2"}[args[0]], map[string]error{"fails": errors.New("exit status 1")}[args[0]]
	}
	var b bytes.Buffer
	err := printTable(&b, all, true, execute)
	const want = "| what | figures | command |\n|---|---|---|\n" +
		"| n | 1 | `echo '1\\|2'` |\n" +
		"| n | 2 | `fails` |\n" +
		"| failing | **failed** | `fails` |\n" +
		"| silent | **failed** | `silent --full` |\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	if err == nil || err.Error() != "2 of 3 commands failed" {
		t.Error(err)
	}
	if diff := cmp.Diff([][]string{{"echo", "1|2"}, {"fails"}, {"silent", "--full"}}, ran); diff != "" {
		t.Error(diff)
	}
	if err := printTable(&b, all[:1], false, execute); err != nil {
		t.Error(err)
	}
}

func TestUnknownName(t *testing.T) {
	err := run(t.Context(), &bytes.Buffer{}, false, "nothing")
	if err == nil || !strings.Contains(err.Error(), "costs") || !strings.Contains(err.Error(), "fuzzing") {
		t.Error(err)
	}
}

// TestCommands makes sure that the commands name directories and tests that there are.
func TestCommands(t *testing.T) {
	const root = "../.."
	all, err := allFigures(root)
	if err != nil {
		t.Fatal(err)
	}
	targets := 0
	for _, f := range all {
		for _, command := range []string{f.command, f.full} {
			dirs, patterns := namedIn(words(command))
			text := testsIn(t, root, dirs)
			for _, p := range patterns {
				if !regexp.MustCompile(`(?m)^func (Test|Fuzz)?\w*` + strings.Trim(p, "^$") + `\w*\(`).MatchString(text) {
					t.Errorf("%s: there is no test %s", command, p)
				}
			}
		}
		if f.name == "fuzzing" {
			targets++
		}
		if len(f.read) == 0 {
			t.Errorf("%s: nothing is read", f.name)
		}
	}
	if targets < 20 {
		t.Errorf("there are only %d fuzz targets", targets)
	}
}

// namedIn returns the directories and the tests that a command of go test names.
func namedIn(args []string) (dirs, patterns []string) {
	for i, arg := range args {
		switch {
		case strings.HasPrefix(arg, "./"):
			dirs = append(dirs, arg)
		case i > 0 && (args[i-1] == "-run" || args[i-1] == "-skip" || args[i-1] == "-fuzz") && arg != "^$":
			patterns = append(patterns, strings.Split(arg, "|")...)
		}
	}
	return dirs, patterns
}

// testsIn returns the tests of directories.
func testsIn(t *testing.T, root string, dirs []string) string {
	t.Helper()
	var all strings.Builder
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
		if err != nil || len(files) == 0 {
			t.Errorf("there are no tests in %s: %v", dir, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
	}
	return all.String()
}
