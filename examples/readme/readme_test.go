// Package readme_test does what README says and compares what comes out with what stands there.
package readme_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the directory of README, in which its commands are run.
const root = "../.."

// A block is a fenced part of README.
type block struct {
	language string
	line     int
	text     string
}

// TestBlocks goes through the blocks of README:
//
//   - yaml is a document; its first line names its file in the directory of environments. It opens without an error unless
//     README shows what is wrong with it.
//   - go is a program; its first line names the file of the repository that holds the rest of the block, or else a file in
//     the home directory.
//   - console is a session in the root of the repository.
//   - mermaid is a picture; its first line, a comment, is the command that draws it.
//   - sh holds commands that take too long for a test. They stand in .ci/run as well.
//
// Every file that a block names is used by a command.
func TestBlocks(t *testing.T) {
	visitAll(t)
	r := newReader(t)
	for _, b := range blocks(t) {
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
			t.Errorf("README.md:%d: nothing is known about blocks in %q", b.line, b.language)
		}
	}
	r.finish()
}

// visitAll looks at every file of the repository, so that go test does not answer from its cache after a change of what
// the commands read.
func visitAll(t *testing.T) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.Name() == ".git" {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// blocks returns the fenced parts of README, of which there are some in each language.
func blocks(t *testing.T) []block {
	t.Helper()
	var all []block
	seen := map[string]bool{}
	inside := false
	number := 0
	for line := range strings.Lines(readme(t)) {
		number++
		language, fence := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "```")
		switch {
		case !fence && inside:
			all[len(all)-1].text += line
		case fence && inside:
			inside = false
		case fence:
			all = append(all, block{language: language, line: number})
			seen[language], inside = true, true
		}
	}
	for _, language := range []string{"yaml", "go", "console", "mermaid", "sh"} {
		if !seen[language] {
			t.Errorf("README has no block in %s", language)
		}
	}
	return all
}

func readme(t *testing.T) string {
	t.Helper()
	return read(t, filepath.Join(root, "README.md"))
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var link = regexp.MustCompile(`\]\(([^)]+)\)`)

// TestLinks makes sure that what README links to is there.
func TestLinks(t *testing.T) {
	links := link.FindAllStringSubmatch(readme(t), -1)
	if len(links) == 0 {
		t.Error("README has no links")
	}
	for _, l := range links {
		if _, err := os.Stat(filepath.Join(root, l[1])); err != nil {
			t.Error(err)
		}
	}
}
