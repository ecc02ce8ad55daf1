package yamltext

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sample is one document of the corpus in testdata.
//
// An archive begins with a comment. A document begins with a line "-- name flags --". The flags bom,
// crlf, cr and chomp (no final line end) change its text, escape means that backslashes begin
// escapes of Go and that the line end before the next document is not part of the text. The flag
// !code says which error reading gives; misfit says that tokens and tree disagree.
type sample struct {
	name   string
	text   string
	code   string // of the error that reading gives
	misfit bool
}

// corpus reads all samples of testdata.
func corpus(t testing.TB) []sample {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var samples []sample
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		kind := strings.TrimSuffix(filepath.Base(file), ".txtar")
		for _, part := range strings.Split("\n"+strings.TrimSuffix(string(data), "\n"), "\n-- ")[1:] {
			header, text, _ := strings.Cut(part+"\n", "\n")
			header, ok := strings.CutSuffix(header, " --")
			if !ok {
				t.Fatalf("%s: bad header %q", file, header)
			}
			samples = append(samples, newSample(t, kind, strings.Fields(header), text))
		}
	}
	return samples
}

// newSample makes a sample of its header and its text.
func newSample(t testing.TB, kind string, header []string, text string) sample {
	t.Helper()
	s := sample{name: kind + "/" + header[0], text: strings.TrimSuffix(text, "\n")}
	flags := header[1:]
	if !slices.Contains(flags, "escape") && !slices.Contains(flags, "chomp") && s.text != "" {
		s.text += "\n"
	}
	for _, flag := range flags {
		switch {
		case flag == "bom":
			s.text = byteOrderMark + s.text
		case flag == "crlf":
			s.text = strings.ReplaceAll(s.text, "\n", "\r\n")
		case flag == "cr":
			s.text = strings.ReplaceAll(s.text, "\n", "\r")
		case flag == "escape":
			s.text = unescape(t, s.text)
		case flag == "chomp":
			s.text = strings.TrimSuffix(s.text, "\n")
		case flag == "misfit":
			s.misfit = true
		case flag[0] == '!':
			s.code = flag[1:]
		default:
			t.Fatalf("%s: unknown flag %q", s.name, flag)
		}
	}
	return s
}

func unescape(t testing.TB, s string) string {
	t.Helper()
	var b strings.Builder
	for s != "" {
		r, multibyte, tail, err := strconv.UnquoteChar(s, 0)
		if err != nil {
			t.Fatalf("bad escape in %q", s)
		}
		if multibyte || r < 0x80 {
			b.WriteRune(r)
		} else {
			b.WriteByte(byte(r))
		}
		s = tail
	}
	return b.String()
}

// mustParse reads a sample that must have no error.
func mustParse(t testing.TB, text string) *Document {
	t.Helper()
	d, issues := Parse([]byte(text), Limits{})
	for _, i := range issues {
		if !i.Warning {
			t.Fatalf("%q: %s: %s", text, i.Code, i.Message)
		}
	}
	return d
}

// TestCorpus reads every sample and compares the error with the expected one.
func TestCorpus(t *testing.T) {
	samples := corpus(t)
	if len(samples) < 200 {
		t.Fatalf("the corpus has only %d documents", len(samples))
	}
	kinds := map[string]int{}
	for _, s := range samples {
		kinds[strings.Split(s.name, "/")[0]]++
		t.Run(s.name, func(t *testing.T) {
			d, issues := Parse([]byte(s.text), Limits{})
			got := ""
			if len(issues) > 0 {
				got = issues[0].Code
			}
			if got != s.code {
				t.Fatalf("got issue %q, want %q in %q: %v", got, s.code, s.text, issues)
			}
			if d == nil {
				t.Fatal("no document")
			}
			if s.code != "" {
				return
			}
			if _, err := d.layout(); (err != nil) != s.misfit {
				t.Errorf("layout of %q: %v", s.text, err)
			}
		})
	}
	for kind, n := range kinds {
		if n < 2 {
			t.Errorf("kind %q has only %d documents", kind, n)
		}
	}
}
