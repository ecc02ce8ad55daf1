package readme_test

import (
	stdcmp "cmp"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDifferences compares the table of differences with the directory that has a case for each.
func TestDifferences(t *testing.T) {
	cases, err := filepath.Glob(filepath.Join(root, "eval/testdata/differences/D*.txtar"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("found %d cases: %v", len(cases), err)
	}
	var want []string
	for _, file := range cases {
		number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(file), "D"), "-")
		want = append(want, "D"+strings.TrimLeft(number, "0"))
	}
	want = append(want, "D32", "D52") // in Go
	slices.SortFunc(want, func(a, b string) int { return stdcmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	var got []string
	for _, row := range rows(t, `D\d+`) {
		got = append(got, row[0])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differences: -cases +pages\n%s", diff)
	}
}

// TestDependencies compares the table of dependencies with what go.mod requires and with what the packages link.
func TestDependencies(t *testing.T) {
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(command(t, "go", "mod", "edit", "-json"), &mod); err != nil {
		t.Fatal(err)
	}
	const format = "{{with .Module}}{{.Path}}{{end}}"
	library := strings.Fields(string(command(t, "go", "list", "-deps", "-f", format, "./eval/...", "./providers/...", "./rotators/...", "./schema/...")))
	esc := strings.Fields(string(command(t, "go", "list", "-deps", "-f", format, "./examples/esc")))
	all := strings.Fields(string(command(t, "go", "list", "-deps", "-f", format, "./...")))
	want := map[string]string{}
	for _, m := range mod.Require {
		switch {
		case m.Indirect:
		case slices.Contains(library, m.Path):
			want[m.Path] = "library"
		case slices.Contains(esc, m.Path):
			want[m.Path] = "`esc`"
		case slices.Contains(all, m.Path):
			want[m.Path] = "examples"
		default:
			want[m.Path] = "tests"
		}
	}
	got := map[string]string{}
	for _, row := range rows(t, "`"+`[\w.]+/\S+`+"`") {
		got[strings.Trim(row[0], "`")] = row[1]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("dependencies: -go.mod +pages\n%s", diff)
	}
}

// TestPackages compares the table of packages with those that programs of others can import.
func TestPackages(t *testing.T) {
	list := strings.Fields(string(command(t, "go", "list", "-f", "{{.Dir}}", "./eval/...", "./providers/...", "./rotators/...", "./schema/...")))
	home := strings.TrimSpace(string(command(t, "go", "list", "-m", "-f", "{{.Dir}}")))
	var want, got []string
	for _, dir := range list {
		name, err := filepath.Rel(home, dir)
		if err != nil {
			t.Fatal(err)
		}
		if name = filepath.ToSlash(name); !strings.Contains(name, "internal") {
			want = append(want, name)
		}
	}
	for _, row := range rows(t, `\[(eval|providers|rotators|schema)[\w/]*\]\(.*\)`) {
		name, _, _ := strings.Cut(strings.TrimPrefix(row[0], "["), "]")
		got = append(got, name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages: -go list +pages\n%s", diff)
	}
}

// TestFunctions compares the table of functions with those that the example documents call. None of these rotates.
func TestFunctions(t *testing.T) {
	documents, err := filepath.Glob(filepath.Join(root, "examples/environments/functions/*.yaml"))
	if err != nil || len(documents) == 0 {
		t.Fatalf("found %d documents: %v", len(documents), err)
	}
	function := regexp.MustCompile(`fn::\w+`)
	want := map[string]bool{"fn::rotate": true}
	for _, file := range documents {
		for _, name := range function.FindAllString(read(t, file), -1) {
			want[name] = true
		}
	}
	got := map[string]bool{}
	for _, row := range rows(t, "`fn::.*") {
		for _, name := range function.FindAllString(row[0], -1) {
			got[name] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("functions: -documents +pages\n%s", diff)
	}
}

// rows returns the cells of the rows of all pages whose first cell is of the pattern.
func rows(t *testing.T, pattern string) [][]string {
	t.Helper()
	var found [][]string
	first := regexp.MustCompile(`^(?:` + pattern + `)$`)
	for line := range strings.Lines(everything(t)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if strings.HasPrefix(line, "| ") && first.MatchString(cells[0]) {
			found = append(found, cells)
		}
	}
	if len(found) == 0 {
		t.Fatalf("no page has a row that begins with %s", pattern)
	}
	return found
}

// command returns what a command prints that is run in the root of the repository.
func command(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	c := exec.Command(name, args...)
	c.Dir = root
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %q: %v", name, args, err)
	}
	return out
}
