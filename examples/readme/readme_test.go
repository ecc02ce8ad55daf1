// Package readme_test does what README and the pages in examples/docs say, and compares what comes out with what stands
// there.
package readme_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the directory of README, in which the commands of all pages are run.
const root = "../.."

// A block is a fenced part of a page.
type block struct {
	language string
	line     int
	text     string
}

// TestBlocks goes through the blocks of each page:
//
//   - yaml is a document; its first line names its file in the directory of environments. It opens without an error unless
//     the page shows what is wrong with it.
//   - go is a program; its first line names the file of the repository that holds the rest of the block, or else a file in
//     the home directory.
//   - console is a session in the root of the repository.
//   - mermaid is a picture; its first line, a comment, is the command that draws it.
//   - sh holds commands that take too long for a test. They stand in .ci/run as well.
//
// Every file that a block names is used by a command. A page begins with an empty home directory.
func TestBlocks(t *testing.T) {
	visitAll(t)
	programs := install(t)
	seen := map[string]bool{}
	for _, page := range pages(t) {
		all := blocks(t, page)
		for _, b := range all {
			seen[b.language] = true
		}
		t.Run(strings.TrimSuffix(filepath.Base(page), ".md"), func(t *testing.T) {
			r := newReader(t, page, programs)
			for _, b := range all {
				r.block(b)
			}
			r.finish()
		})
	}
	for _, language := range []string{"yaml", "go", "console", "mermaid", "sh"} {
		if !seen[language] {
			t.Errorf("no page has a block in %s", language)
		}
	}
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

// pages returns the files of README and of the pages that it leads to, by their names from the root.
func pages(t *testing.T) []string {
	t.Helper()
	found, err := fs.Glob(os.DirFS(root), "examples/docs/*.md")
	if err != nil || len(found) == 0 {
		t.Fatalf("found %d pages: %v", len(found), err)
	}
	return append([]string{"README.md"}, found...)
}

// blocks returns the fenced parts of a page.
func blocks(t *testing.T, page string) []block {
	t.Helper()
	var all []block
	inside := false
	number := 0
	for line := range strings.Lines(read(t, filepath.Join(root, page))) {
		number++
		language, fence := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "```")
		switch {
		case !fence && inside:
			all[len(all)-1].text += line
		case fence && inside:
			inside = false
		case fence:
			all = append(all, block{language: language, line: number})
			inside = true
		}
	}
	return all
}

// everything returns the text of all pages.
func everything(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, page := range pages(t) {
		b.WriteString(read(t, filepath.Join(root, page)))
	}
	return b.String()
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var link = regexp.MustCompile(`\]\(([^)#]*)(?:#([^)]+))?\)`)

// TestLinks makes sure that what the pages link to is there, and that README leads to every page.
func TestLinks(t *testing.T) {
	linked := map[string]bool{}
	for _, page := range pages(t) {
		for _, l := range link.FindAllStringSubmatch(read(t, filepath.Join(root, page)), -1) {
			if strings.Contains(l[1], "://") {
				continue // nobody asks the network
			}
			target := filepath.Join(filepath.Dir(page), l[1])
			if l[1] == "" {
				target = page
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: %v", page, err)
			} else if l[2] != "" && !hasHeading(read(t, filepath.Join(root, target)), l[2]) {
				t.Errorf("%s: %s has no heading for #%s", page, target, l[2])
			}
			linked[filepath.ToSlash(target)] = linked[filepath.ToSlash(target)] || page == "README.md"
		}
	}
	for _, page := range pages(t)[1:] {
		if !linked[page] {
			t.Errorf("README has no link to %s", page)
		}
	}
}

// hasHeading tells whether a page has a heading to which a fragment leads.
func hasHeading(text, fragment string) bool {
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && line[0] == '#' {
			words := regexp.MustCompile(`[^\w -]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			if strings.ReplaceAll(words, " ", "-") == fragment {
				return true
			}
		}
	}
	return false
}
