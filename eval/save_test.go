package eval_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/schema"
)

// A memoryStore is a Saver of one environment, "dev", in memory.
type memoryStore struct {
	text   []byte
	before func() error // called before each save
	saves  int          // that succeeded
}

func (s *memoryStore) Load(_ context.Context, name string) ([]byte, error) {
	if name != "dev" {
		return nil, fs.ErrNotExist
	}
	return s.text, nil
}

func (s *memoryStore) Save(_ context.Context, _ string, old, new []byte) error {
	if s.before != nil {
		if err := s.before(); err != nil {
			return err
		}
	}
	if !bytes.Equal(s.text, old) {
		return fmt.Errorf("the text is another one: %w", eval.ErrConflict)
	}
	s.text, s.saves = new, s.saves+1
	return nil
}

func load(t testing.TB, s eval.Saver) (*eval.Evaluator, *eval.Document) {
	t.Helper()
	e := &eval.Evaluator{Loader: s}
	d, err := e.Document(t.Context(), "dev")
	if err != nil {
		t.Fatal(err)
	}
	return e, d
}

// An edit is the text of a value at a path, "-" to delete what is there.
type edit struct{ path, text string }

func apply(t testing.TB, d *eval.Document, edits []edit) *eval.Document {
	t.Helper()
	for _, e := range edits {
		var err error
		if e.text == "-" {
			d, err = d.Delete(e.path)
		} else {
			d, err = d.SetText(e.path, e.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return d
}

const shared = `# about
imports: [base]

values:
  a: 1 # first
  o: {x: 1, y: 2}
  hosts:
    - {name: p, port: 80}
    - {name: q, port: 80}
  l: [1, 2, 3]
  n: null
`

// TestMerge saves an edit after somebody else has saved another text.
func TestMerge(t *testing.T) {
	for _, tt := range []struct {
		name     string
		edits    []edit
		old, new string // what somebody else changed
		want     string // of what they saved, "" for a conflict
		wantNew  string
	}{
		{"another value", []edit{{"a", "5"}}, "x: 1", "x: 7", "a: 1", "a: 5"},
		{"comments and blank lines", []edit{{"a", "5"}}, "# about\n", "# new\n\n\n", "a: 1", "a: 5"},
		{"a comment at the place", []edit{{"a", "5"}}, "# first", "# changed", "a: 1", "a: 5"},
		{"quotes at the place", []edit{{"o", "5"}}, "{x: 1, y: 2}", "{ x: 1, y: 2 } # c", "{ x: 1, y: 2 } # c", "5 # c"},
		{"siblings", []edit{{"o.x", "5"}}, "y: 2", "y: 7", "x: 1", "x: 5"},
		{"new siblings", []edit{{"o.z", "5"}}, "y: 2", "y: 2, w: 1", "w: 1", "w: 1, z: 5"},
		{"both delete siblings", []edit{{"o.x", "-"}}, "{x: 1, y: 2}", "{x: 1}", "{x: 1}", "{}"},
		{"into an empty value", []edit{{"n.x", "5"}}, "n: null", "n: {y: 1}", "{y: 1}", "{y: 1, x: 5}"},
		{"several edits", []edit{{"a", "5"}, {"a", "6"}, {"b", "7"}, {"b", "-"}}, "x: 1", "x: 7", "a: 1", "a: 6"},
		{"added by both alike", []edit{{"b", "5"}}, "  n: null\n", "  b: 5\n  n: null\n", "5", "5"},
		{"changed by both alike", []edit{{"a", "5"}, {"o.x", "9"}}, "a: 1", "a: 5", "x: 1", "x: 9"},
		{"deleted by both", []edit{{"a", "-"}}, "  a: 1 # first\n", "", "5", "5"},
		{"appended by both alike", []edit{{"l[3]", "4"}}, "3]", "3, 4]", "5", "5"},
		{"elsewhere than a list", []edit{{"hosts[1].port", "5"}, {"l[0]", "-"}}, "a: 1", "a: 7",
			"    - {name: q, port: 80}\n  l: [1, 2, 3]", "    - {name: q, port: 5}\n  l: [2, 3]"},

		{"changed", []edit{{"a", "5"}}, "a: 1", "a: 2", "", ""},
		{"quoted", []edit{{"a", "5"}}, "a: 1", "a: '1'", "", ""},
		{"deleted there", []edit{{"a", "5"}}, "  a: 1 # first\n", "", "", ""},
		{"deleted here", []edit{{"a", "-"}}, "a: 1", "a: 2", "", ""},
		{"changed below", []edit{{"o", "5"}}, "y: 2", "y: 7", "", ""},
		{"deleted below", []edit{{"o", "-"}}, "y: 2", "y: 7", "", ""},
		{"added by both", []edit{{"b", "5"}}, "  n: null\n", "  b: 6\n", "", ""},
		{"the parent is gone", []edit{{"o.z", "5"}}, "  o: {x: 1, y: 2}\n", "", "", ""},
		{"the parent is a list", []edit{{"o.z", "5"}}, "{x: 1, y: 2}", "[1]", "", ""},
		{"the parent is a scalar", []edit{{"n.x", "5"}}, "n: null", "n: 5", "", ""},
		{"the parent is an alias", []edit{{"o.z", "5"}}, "  o: {x: 1, y: 2}\n", "  w: &w {x: 1}\n  o: *w\n", "", ""},
		{"an item before", []edit{{"hosts[1].port", "5"}}, "    - {name: p", "    - {name: o, port: 80}\n    - {name: p", "", ""},
		{"no item before", []edit{{"hosts[1].port", "5"}}, "    - {name: p, port: 80}\n", "", "", ""},
		{"appended by both", []edit{{"l[3]", "4"}}, "3]", "3, 5]", "", ""},
		{"appended to less", []edit{{"l[3]", "4"}}, ", 3]", "]", "", ""},
		{"two items that are one", []edit{{"l[0]", "-"}, {"l[0]", "-"}}, "[1, 2, 3]", "[1, 7, 3]", "", ""},
		{"an item deleted that is now another", []edit{{"l[0]", "-"}}, "[1, 2, 3]", "[2, 2, 3]", "", ""},
		{"one of several", []edit{{"b", "5"}, {"a", "5"}}, "a: 1", "a: 2", "", ""},
		{"an edit undone", []edit{{"a", "5"}, {"a", "1"}, {"b", "1"}}, "a: 1", "a: 2", "", ""},
		{"imports", []edit{{"imports[0]", "other"}}, "[base]", "[first]", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &memoryStore{text: []byte(shared)}
			e, d := load(t, s)
			d = apply(t, d, tt.edits)
			theirs := strings.Replace(shared, tt.old, tt.new, 1)
			if theirs == shared {
				t.Fatal("nobody else has saved")
			}
			s.text = []byte(theirs)
			saved, err := e.Save(t.Context(), d)
			want := theirs
			if tt.want == "" {
				if saved != nil || !errors.Is(err, eval.ErrConflict) {
					t.Errorf("got %v, want a conflict", err)
				}
				wantCodes(t, err, "save-conflict")
			} else {
				want = strings.Replace(theirs, tt.want, tt.wantNew, 1)
				wantBytes(t, saved, err, want)
			}
			if string(s.text) != want {
				t.Errorf("saved\n%s\nwant\n%s", s.text, want)
			}
		})
	}
}

func TestMergeIntoEmpty(t *testing.T) {
	s := &memoryStore{}
	e, d := load(t, s)
	d = apply(t, d, []edit{{"a", "1"}})
	s.text = []byte("values: {b: 2}\n")
	d, err := e.Save(t.Context(), d)
	wantBytes(t, d, err, "values: {b: 2, a: 1}\n")
}

// TestMergeMessage is what somebody reads.
func TestMergeMessage(t *testing.T) {
	s := &memoryStore{text: []byte(shared)}
	e, d := load(t, s)
	d = apply(t, d, []edit{{"hosts[0].port", "81"}})
	s.text = []byte(strings.Replace(shared, "port: 80", "port: 82", 1))
	_, err := e.Save(t.Context(), d)
	wantDiagnostics(t, err, `dev: error: cannot save: "values.hosts[0].port" was changed by somebody else meanwhile; `+
		`look at the new text, and make the change again if it is still wanted [save-conflict] at values.hosts[0].port`)
}

// TestNoMerge makes sure that a text that was replaced as a whole is not mixed with another.
func TestNoMerge(t *testing.T) {
	s := &memoryStore{text: []byte(shared)}
	e, d := load(t, s)
	d, err := d.Replace([]byte(shared + "  z: 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // an edit of it changes nothing about that
		theirs := strings.Replace(shared, "x: 1", "x: 7", 1)
		s.text = []byte(theirs)
		if _, err := e.Save(t.Context(), d); !errors.Is(err, eval.ErrConflict) || string(s.text) != theirs {
			t.Errorf("got %v and %s", err, s.text)
		}
		d = apply(t, d, []edit{{"y", "1"}})
	}
	s.text = []byte(shared)
	saved, err := e.Save(t.Context(), d)
	wantBytes(t, saved, err, shared+"  z: 1\n  y: 1\n")
}

// TestMergeAgain loses against others several times in a row.
func TestMergeAgain(t *testing.T) {
	s := &memoryStore{text: []byte("values:\n  n: 0\n")}
	e, d := load(t, s)
	d = apply(t, d, []edit{{"mine", "1"}})
	tries := 0
	s.before = func() error {
		if tries++; tries <= 20 {
			s.text = fmt.Appendf(nil, "values:\n  n: %d\n", tries)
		}
		return nil
	}
	d, err := e.Save(t.Context(), d)
	wantBytes(t, d, err, "values:\n  n: 20\n  mine: 1\n")
	if tries != 21 || s.saves != 1 {
		t.Errorf("%d tries, %d saves", tries, s.saves)
	}
	// What was saved can be edited and saved again.
	d, err = e.Save(t.Context(), apply(t, d, []edit{{"mine", "2"}}))
	wantBytes(t, d, err, "values:\n  n: 20\n  mine: 2\n")
}

// TestConflictsWithoutEnd meets savers that never save.
func TestConflictsWithoutEnd(t *testing.T) {
	s := &memoryStore{text: []byte(shared), before: func() error { return eval.ErrConflict }}
	e, d := load(t, s)
	if _, err := e.Save(t.Context(), apply(t, d, []edit{{"a", "5"}})); !errors.Is(err, eval.ErrConflict) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	s.before = func() error {
		if n++; n == 50 {
			cancel()
		}
		s.text = append(s.text, "# more\n"...)
		return nil
	}
	if _, err := e.Save(ctx, apply(t, d, []edit{{"a", "5"}})); !errors.Is(err, context.Canceled) || n != 50 {
		t.Errorf("got %v after %d tries", err, n)
	}
}

// TestSaverErrors passes on what a Saver says, but no secret.
func TestSaverErrors(t *testing.T) {
	canary := evaltest.NewCanary()
	s := &memoryStore{text: []byte("values: {a: {fn::secret: '" + canary.Text() + "'}}\n")}
	e, d := load(t, s)
	changed := apply(t, d, []edit{{"b", "5"}})
	for _, want := range []error{eval.ErrUncertain, fs.ErrNotExist, context.Canceled, fs.ErrPermission} {
		s.before = func() error { return fmt.Errorf("cannot write %s: %w", canary.Text(), want) }
		saved, err := e.Save(t.Context(), changed)
		if saved != nil || !errors.Is(err, want) || errors.Is(err, eval.ErrConflict) {
			t.Errorf("got %v, want %v", err, want)
		}
		wantCodes(t, err, "save-failed")
		wantClean(t, err, canary)
	}
	s.before = func() error { panic(canary.Text()) }
	_, err := e.Save(t.Context(), changed)
	wantDiagnostics(t, err, `error: cannot save environment "dev": it panicked (string) [save-failed] at `)
	s.before = func() error { t.Error("saves what was not changed"); return nil }
	if saved, err := e.Save(t.Context(), d); err != nil || saved == nil {
		t.Error(err)
	}
}

// TestNotSavable says what cannot be loaded or saved at all.
func TestNotSavable(t *testing.T) {
	files := fstest.MapFS{"dev.yaml": {Data: []byte(shared)}, "bad.yaml": {Data: []byte("a: [\n")}}
	e := &eval.Evaluator{Loader: eval.FS(files)}
	for name, want := range map[string]string{
		"dev@3": "pinned-version", "../dev": "invalid-environment-name", "nothing": "load-failed", "bad": "yaml-syntax",
	} {
		_, err := e.Document(t.Context(), name)
		wantCodes(t, err, want)
	}
	_, err := e.Document(t.Context(), "nothing")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	for name, hint := range map[string]string{"devv": `did you mean "dev"?`, "dev.yaml": `names have no file extension; write "dev"`, "nothing": ""} {
		_, err := e.Document(t.Context(), name)
		if found, ok := errors.AsType[*eval.Diagnostic](err); !ok || found.Hint != hint {
			t.Errorf("%s: %v, want the hint %q", name, err, hint)
		}
	}
	_, err = new(eval.Evaluator).Document(t.Context(), "dev")
	wantCodes(t, err, "load-failed")
	d, err := e.Document(t.Context(), "default/dev@latest")
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Save(t.Context(), apply(t, d, []edit{{"a", "5"}}))
	wantDiagnostics(t, err, `error: cannot save environment "dev": nothing is configured that can save [not-writable] at `)
	pinned, err := eval.Parse("dev@3", []byte(shared))
	if err != nil {
		t.Fatal(err)
	}
	_, err = (&eval.Evaluator{Loader: &memoryStore{}}).Save(t.Context(), apply(t, pinned, []edit{{"a", "5"}}))
	wantCodes(t, err, "pinned-version")
	small := &eval.Evaluator{Loader: &memoryStore{text: []byte(shared)}, Limits: eval.Limits{Bytes: len(shared) + 2}}
	d, err = small.Document(t.Context(), "dev")
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.SetText("b", "12345")
	wantCodes(t, err, "not-writable")
	_, err = d.Replace([]byte(shared + "# more"))
	wantCodes(t, err, "document-too-large")
}

func TestCheckDocument(t *testing.T) {
	files := fstest.MapFS{"dev.yaml": {Data: []byte("imports: [base]\n")}, "base.yaml": {Data: []byte("values: {host: h}\n")}}
	e := &eval.Evaluator{Loader: eval.FS(files)}
	d, err := e.Document(t.Context(), "dev")
	if err != nil {
		t.Fatal(err)
	}
	d = apply(t, d, []edit{{"url", "http://${host}"}})
	env, err := e.CheckDocument(t.Context(), d)
	url, _ := env.Values.Lookup("url")
	if err != nil || url.Plain() != "http://h" || env.Name != "dev" {
		t.Errorf("%v, %v", env, err)
	}
	_, err = e.CheckDocument(t.Context(), apply(t, d, []edit{{"url", "http://${hots}"}}))
	wantCodes(t, err, "unknown-property")
}

func init() { children["set"] = setMany }

// setMany sets the path args[1] to its name and the numbers from 1 to args[2], one save each, and prints the number of each
// save and "conflict" for each conflict.
func setMany(args []string) error {
	count, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	e := &eval.Evaluator{Loader: eval.Dir(args[0])}
	for i := 1; i <= count; i++ {
		d, err := e.Document(context.Background(), "dev")
		if err != nil {
			return err
		}
		d, err = d.Set(context.Background(), strings.ReplaceAll(args[1], "N", strconv.Itoa(i)), args[3]+strconv.Itoa(i), nil)
		if err != nil {
			return err
		}
		switch _, err = e.Save(context.Background(), d); {
		case err == nil:
			fmt.Fprintln(out, i)
		case errors.Is(err, eval.ErrConflict):
			fmt.Fprintln(out, "conflict")
		default:
			return err
		}
	}
	return nil
}

// TestTwoProcesses has two processes set values in one environment.
func TestTwoProcesses(t *testing.T) {
	const count = 200
	for path, conflicts := range map[string]bool{"OWN.kN": false, "same": true} {
		t.Run(path, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "dev.yaml"), []byte("# stays\nvalues:\n  a: {b: 1} # stays\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			var rivals []*child
			for _, name := range []string{"p", "q"} {
				rivals = append(rivals, startChild(t, "set", dir, strings.ReplaceAll(path, "OWN", name), strconv.Itoa(count), name))
			}
			saved, lost := map[string]bool{}, 0
			for i, c := range rivals {
				for line := c.line(); line != ""; line = c.line() {
					if line == "conflict" {
						lost++
						continue
					}
					saved["pq"[i:i+1]+line] = true
				}
				if err := c.Wait(); err != nil {
					t.Fatal(err)
				}
			}
			_, d := load(t, eval.Dir(dir))
			env, err := new(eval.Evaluator).CheckDocument(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(d.Bytes()), "# stays\nvalues:\n  a: {b: 1} # stays\n") {
				t.Errorf("other bytes moved:\n%.200s", d.Bytes())
			}
			t.Logf("two processes that set %s: %d saves, %d conflicts", path, len(saved), lost)
			if len(saved)+lost != 2*count || !conflicts && lost > 0 {
				t.Errorf("%d saves, %d conflicts", len(saved), lost)
			}
			if conflicts {
				if same, _ := env.Values.Lookup("same"); !saved[fmt.Sprint(same.Plain())] {
					t.Errorf("the value is %v, which nobody has saved", same)
				}
				return
			}
			for name := range saved {
				if v, _ := env.Values.Lookup(name[:1] + ".k" + name[1:]); v.Plain() != name {
					t.Errorf("%s is %v", name, v)
				}
			}
		})
	}
}

// TestNoPlaintextOnDisk looks at every file at each step of saves.
func TestNoPlaintextOnDisk(t *testing.T) {
	dir, canary := t.TempDir(), evaltest.NewCanary()
	if err := os.WriteFile(filepath.Join(dir, "dev.yaml"), []byte("values: {a: 1}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	steps := 0
	look := func(step string) error {
		steps++
		return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if canary.Leaks(path+string(text)) != nil {
				t.Errorf("before %q there is plain text in %q", step, path)
			}
			return err
		})
	}
	e := &eval.Evaluator{Loader: eval.DirStepping(dir, look), Crypter: evaltest.Crypter{}}
	for range 3 {
		d, err := e.Document(t.Context(), "dev")
		if err != nil {
			t.Fatal(err)
		}
		secret := map[string]any{"x": schema.NewSecret(canary.Text()), "fn::y": []any{schema.SecretData([]any{canary.Text()})}}
		if d, err = d.Set(t.Context(), "s", secret, e.Crypter); err != nil {
			t.Fatal(err)
		}
		d = apply(t, d, []edit{{"t", "{fn::secret: '" + canary.Text() + "'}"}})
		if d, err = d.Encrypt(t.Context(), e.Crypter); err != nil {
			t.Fatal(err)
		}
		if d, err = e.Save(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if d, err = d.Decrypt(t.Context(), e.Crypter); err != nil || canary.Leaks(string(d.Bytes())) == nil {
			t.Fatalf("nothing was secret: %v", err)
		}
		if d, err = d.Replace(append(d.Bytes(), "# more\n"...)); err != nil {
			t.Fatal(err)
		}
		if d, err = d.Encrypt(t.Context(), e.Crypter); err != nil {
			t.Fatal(err)
		}
		if _, err = e.Save(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if err := look("the end"); err != nil || steps < 6*8 {
		t.Errorf("looked %d times, %v", steps, err)
	}
}
