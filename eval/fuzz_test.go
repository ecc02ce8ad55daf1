package eval_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// fuzzSecret is what the surroundings of a fuzzed document keep secret.
const fuzzSecret = `canary <7f3a9c> "é"`

// fuzzFiles are the environments that a fuzzed document may import or name.
var fuzzFiles = map[string]string{
	"a": "values:\n  x: 1\n  s: {fn::secret: " + strconv.Quote(fuzzSecret) + "}\n  o: {p: {q: [1, two, null]}}\n",
	"b": "imports: [a]\nvalues:\n  x: 2\n  c: {fn::secret: {ciphertext: " + evaltest.Envelope("b", fuzzSecret) + "}}\n" +
		"  o: {p: {r: '${x}'}, f: {fn::final: 1}}\n",
	"p/e":    "imports: [{b: {merge: false}}]\nvalues: {x: '${imports.b.s}', y: {fn::open::vault: {k: '${x}'}}}\n",
	"broken": "values: {x: '${'}\n",
}

// fuzzLimits are small, so that a document can neither take long nor print much.
var fuzzLimits = eval.Limits{Bytes: 1 << 16, Nodes: 5_000, StringBytes: 1 << 14, ValueBytes: 1 << 16, Steps: 5_000}

// documents are the environments of all cases of the corpus.
func documents(t testing.TB) (all []string) {
	for file, text := range corpus(t) {
		for _, section := range evaltest.ParseArchive(text).Sections {
			name, quoted := strings.CutSuffix(section.Name, " quoted")
			if !strings.HasSuffix(name, ".yaml") {
				continue
			}
			body := section.Body
			if quoted {
				body = unquoteLines(t, file, body)
			}
			all = append(all, body)
		}
	}
	return all
}

func unquoteLines(t testing.TB, file, body string) (text string) {
	for line := range strings.Lines(body) {
		part, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil {
			t.Fatalf("%s: %q: %v", file, line, err)
		}
		text += part
	}
	return text
}

// FuzzCheck checks and opens any text, and asserts what holds for all of them.
func FuzzCheck(f *testing.F) {
	seeds := documents(f)
	if len(seeds) < 200 {
		f.Fatalf("the corpus has only %d documents", len(seeds))
	}
	for _, text := range seeds {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.Contains(text, []byte("7f3a9c")) {
			t.Skip("the document knows the secret")
		}
		for _, verb := range []string{"check", "open"} {
			first := fuzzOutcome(t, verb, text, 1)
			if again := fuzzOutcome(t, verb, text, 64); again != first {
				t.Fatalf("%s tells\n%s\nand then\n%s", verb, first, again)
			}
		}
	})
}

// fuzzOutcome evaluates a text and returns everything that this tells.
func fuzzOutcome(t *testing.T, verb string, text []byte, workers int) string {
	files := map[string]string{"r": string(text)}
	for name, other := range fuzzFiles {
		files[name] = other
	}
	host := &evaltest.Host{Files: files}
	e := host.Evaluator()
	e.Limits = fuzzLimits
	e.Limits.Concurrency = workers
	e.Context = map[string]any{"token": schema.NewSecret(fuzzSecret), "list": []any{"x", schema.SecretData([]any{fuzzSecret})}}
	e.Providers["echo"] = providers.New(providers.Schema{}, func(_ context.Context, req *providers.Request) (any, error) {
		return req.Inputs, nil
	})
	delete(e.Providers, "where") // it tells the context

	evaluate := e.Check
	if verb == "open" {
		evaluate = func(ctx context.Context, name string) (*eval.Environment, error) { return e.Open(ctx, name) }
	}
	env, err := evaluate(t.Context(), "r")
	if env == nil {
		t.Fatal("there is no environment")
	}
	if (err != nil) != (env.Diagnostics.Err() != nil) {
		t.Errorf("error %v, diagnostics %v", err, env.Diagnostics)
	}
	fuzzDiagnostics(t, files, env.Diagnostics)
	out := fuzzPrinted(env) + fmt.Sprint(err)
	if leaks := evaltest.CanaryOf(fuzzSecret).Leaks(out); leaks != nil {
		t.Errorf("%s leaks a secret as %v:\n%s", verb, leaks, out)
	}
	for call := range host.Calls() {
		if verb == "check" && !strings.HasPrefix(call, "load ") {
			t.Errorf("check calls %s", call)
		}
	}
	return out
}

// fuzzPrinted is everything that is printed of an environment and not revealed.
func fuzzPrinted(env *eval.Environment) string {
	var b bytes.Buffer
	for _, format := range eval.Formats() {
		err := env.Write(&b, eval.FormatOptions{Format: format, Expressions: format == "detailed"})
		fmt.Fprintf(&b, "%v\n", err)
	}
	for name, v := range env.Variables() {
		fmt.Fprintln(&b, name, v)
	}
	for name, v := range env.Files() {
		fmt.Fprintln(&b, name, v)
	}
	for _, d := range env.Diagnostics {
		text, err := d.MarshalJSON()
		fmt.Fprintf(&b, "%s %v\n", text, err)
	}
	env.Diagnostics.Print(&b, eval.PrintOptions{})
	return b.String()
}

// fuzzDiagnostics asserts that diagnostics are in order, reported once and at places that exist.
func fuzzDiagnostics(t *testing.T, files map[string]string, ds eval.Diagnostics) {
	for i, d := range ds {
		if d.Code == "" || d.Message == "" || !utf8.ValidString(d.Message) || strings.ContainsAny(d.Message+d.Hint, "\r\n") {
			t.Errorf("code %q, message %q", d.Code, d.Message)
		}
		fuzzRange(t, files, d.Range)
		for _, related := range d.Related {
			fuzzRange(t, files, related.Range)
		}
		if i > 0 && fuzzOrder(ds[i-1], d) >= 0 {
			t.Errorf("%v stands before %v", ds[i-1], d)
		}
	}
}

// fuzzOrder is the order of diagnostics; 0 for repetitions.
func fuzzOrder(a, b *eval.Diagnostic) int {
	rank := func(r eval.Range) int {
		switch {
		case r.IsZero():
			return 0
		case r.Environment == "r":
			return 1
		}
		return 2
	}
	return cmp.Or(
		cmp.Compare(rank(a.Range), rank(b.Range)),
		cmp.Compare(a.Range.Environment, b.Range.Environment),
		cmp.Compare(a.Range.Begin.Byte, b.Range.Begin.Byte),
		cmp.Compare(a.Range.End.Byte, b.Range.End.Byte),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Message, b.Message),
	)
}

// fuzzRange asserts that a range lies in its text, and that its lines and columns name the same places as its bytes.
func fuzzRange(t *testing.T, files map[string]string, r eval.Range) {
	if r.IsZero() {
		return
	}
	text, ok := files[r.Environment]
	if !ok || r.Begin.Byte < 0 || r.Begin.Byte > r.End.Byte || r.End.Byte > len(text) {
		t.Fatalf("range %+v is not in the text of %d bytes", r, len(text))
	}
	for _, at := range []eval.Pos{r.Begin, r.End} {
		if want := positionOf(text, at.Byte); at != want {
			t.Errorf("position %+v, byte %d is at %+v", at, at.Byte, want)
		}
	}
}

// positionOf counts lines and columns up to a byte.
func positionOf(text string, offset int) eval.Pos {
	const byteOrderMark = "\ufeff"
	at := eval.Pos{Line: 1, Column: 1, Byte: offset}
	for i := len(text) - len(strings.TrimPrefix(text, byteOrderMark)); i < offset; {
		c, size := utf8.DecodeRuneInString(text[i:])
		i += size
		switch {
		case c == '\n', c == '\r' && !strings.HasPrefix(text[i:], "\n"):
			at.Line, at.Column = at.Line+1, 1
		case c != '\r':
			at.Column++
		}
	}
	return at
}
