package eval_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
)

// A hostile host is an environment, with others, that is made to exhaust the program which opens it.
type hostile struct {
	files map[string]string
	code  string // of a diagnostic that must be among those reported; "" for none at all
}

func repeat(n int, line func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(line(i))
	}
	return b.String()
}

func root(text string) map[string]string { return map[string]string{"r": text} }

// doubling is a document whose value i is twice its value i-1, by an expression.
func doubling(n int, first, next string) string {
	return "values:\n  a0: " + first + "\n" + repeat(n, func(i int) string {
		return fmt.Sprintf("  a%d: %s\n", i+1, strings.ReplaceAll(next, "@", fmt.Sprint("a", i)))
	})
}

var attacks = map[string]hostile{
	"alias bomb": {root("values:\n  a0: &a0 [x, x]\n" + repeat(30, func(i int) string {
		return fmt.Sprintf("  a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
	})), "too-many-nodes"},
	"merge bomb": {root("values:\n  a0: &a0 {x: 1}\n" + repeat(30, func(i int) string {
		return fmt.Sprintf("  a%d: &a%d {<<: [*a%d, *a%d], y%d: {z: *a%d}}\n", i+1, i+1, i, i, i, i)
	})), "too-many-nodes"},
	"doubling references": {root(doubling(30, "[x, x]", `["${@}", "${@}"]`)), "result-too-large"},
	"doubling text":       {root(doubling(40, "xx", `"${@}${@}"`)), "string-too-large"},
	"doubling join":       {root(doubling(40, "xx", `{fn::join: ["", ["${@}", "${@}"]]}`)), "string-too-large"},
	"doubling concat":     {root(doubling(40, "[x, x]", `{fn::concat: ["${@}", "${@}"]}`)), "too-many-steps"},
	"doubling JSON":       {root(doubling(40, "[x, x]", `{fn::toJSON: ["${@}", "${@}"]}`)), "string-too-large"},
	"quoting":             {root(doubling(60, `"\""`, `{fn::toString: ["${@}"]}`)), "string-too-large"},
	"base64":              {root(doubling(80, "xx", `{fn::toBase64: "${@}"}`)), "string-too-large"},
	"flow depth":          {root("values: {a: " + strings.Repeat("[", 100_000) + "}"), "too-deep"},
	"block depth":         {root("values:\n" + repeat(1000, func(i int) string { return strings.Repeat(" ", i+1) + "a:\n" })), "too-deep"},
	"depth by references": {root(doubling(200, "x", `["${@}"]`)), "too-deep"},
	"JSON depth":          {root("values: {a: {fn::fromJSON: '" + strings.Repeat("[", 100_000) + "'}}"), "too-deep"},
	"long line":           {root("values: {a: \"" + strings.Repeat("x ", 500_000) + "\"}"), ""},
	"long list":           {root("values: {a: [" + strings.Repeat("x,", 400_000) + "]}"), ""},
	"long interpolations": {root("values: {a: '" + strings.Repeat("${", 250_000) + "'}"), "nested-interpolation"},
	"reference chain":     {root("values:\n  a0: 1\n" + repeat(40_000, func(i int) string { return fmt.Sprintf("  a%d: ${a%d}\n", i+1, i) })), ""},
	"wrong references":    {root("values:\n" + repeat(8_000, func(i int) string { return fmt.Sprintf("  k%d: ${q%d}\n", i, i) })), "unknown-property"},
	"cycle":               {root("values:\n" + repeat(8_000, func(i int) string { return fmt.Sprintf("  a%d: ${a%d}\n", i, (i+1)%8_000) })), "cycle"},
	"10,000 imports":      {root("imports:\n" + repeat(10_000, func(i int) string { return fmt.Sprintf("  - e%d\n", i) })), "too-many-imports"},
	"10,000 environments": {root("values:\n" + repeat(10_000, func(i int) string { return fmt.Sprintf("  e%d: ${environments.e.e%d.x}\n", i, i) })), "too-many-imports"},
	"large number":        {root("values: {a: 1e999999999, b: " + strings.Repeat("9", 100_000) + "}"), "number-too-large"},
	"large JSON number":   {root("values: {a: {fn::fromJSON: '1e999999999'}}"), "number-too-large"},
	"schema of itself":    {root("values: {a: {fn::validate: {schema: {$defs: {x: {anyOf: [{$ref: '#/$defs/x'}]}}, $ref: '#/$defs/x'}, value: 1}}}"), "invalid-schema"},
	"schema of branches": {root("values: {v: " + strings.Repeat("[", 50) + strings.Repeat("]", 50) + ", a: {fn::validate: {schema: " +
		"{$defs: {x: {anyOf: [{items: {$ref: '#/$defs/x'}, maxItems: 0}, {items: {$ref: '#/$defs/x'}, minItems: 2}]}}, $ref: '#/$defs/x'}, value: '${v}'}}}"), "no-match"},
	"large document":  {root("values: {a: " + strings.Repeat("x", 2<<20) + "}"), "document-too-large"},
	"many documents":  {root("values: {}\n" + strings.Repeat("---\n", 40_000)), "multiple-documents"},
	"diamonds":        {diamonds(40), ""},
	"doubling layers": {twice(doubling(30, "{x: 1}", `{x: "${@}", y: "${@}"}`)), "result-too-large"},
	"layers within":   {twice("values: {a: {x: '${a}', y: '${a}'}}\n"), "cycle"},
	"import ring":     {map[string]string{"r": "imports: [a, b]", "a": "imports: [b]", "b": "imports: [a]"}, "import-cycle"},
	"secret forms": {root("values:\n" + repeat(2_000, func(i int) string {
		return fmt.Sprintf("  s%d: {fn::secret: secret-%d}\n", i, i)
	}) + "  b: {fn::open::boom: {a: x}}\n"), "provider-failed"},
}

// twice is an environment that merges a text with itself.
func twice(text string) map[string]string {
	return map[string]string{"r": "imports: [a, b]\n", "a": text, "b": text}
}

// diamonds are n levels of two environments that both import the two of the level below.
func diamonds(n int) map[string]string {
	files := map[string]string{"r": "imports: [a0, b0]\n", fmt.Sprint("a", n): "values: {o: {x: 1}}", fmt.Sprint("b", n): "values: {o: {y: 2}}"}
	for i := range n {
		files[fmt.Sprint("a", i)] = fmt.Sprintf("imports: [a%d, b%d]\nvalues: {o: {a%d: 1}}", i+1, i+1, i)
		files[fmt.Sprint("b", i)] = fmt.Sprintf("imports: [b%d, a%d]\nvalues: {o: {b%d: '${o.x}'}}", i+1, i+1, i)
	}
	return files
}

// TestHostile checks and opens what is made to exhaust its host. Every attack ends with the right diagnostic, within a
// bound of memory, and in a time that is logged; only what takes a minute counts as a hang.
func TestHostile(t *testing.T) {
	const bound = 512 << 20
	for name, attack := range attacks {
		t.Run(name, func(t *testing.T) {
			for _, verb := range []string{"check", "open"} {
				e := (&evaltest.Host{Files: attack.files}).Evaluator()
				verify := e.Open
				if verb == "check" {
					if attack.code == "provider-failed" {
						continue
					}
					verify = func(ctx context.Context, name string, _ ...string) (*eval.Environment, error) {
						return e.Check(ctx, name)
					}
				}
				peak := watchMemory()
				begin := time.Now()
				env, err := verify(t.Context(), "r")
				took, used := time.Since(begin), peak()
				t.Logf("%s: %v, %d MiB, %d diagnostics", verb, took.Round(time.Millisecond), used>>20, len(env.Diagnostics))
				if took > time.Minute {
					t.Errorf("%s takes %v", verb, took)
				}
				if used > bound {
					t.Errorf("%s uses %d MiB", verb, used>>20)
				}
				if attack.code == "" && err != nil {
					t.Errorf("%s: %.300v", verb, err)
				}
				if attack.code != "" && !hasCode(env.Diagnostics, attack.code) {
					t.Errorf("%s: no %s: %.300v", verb, attack.code, err)
				}
				for _, d := range env.Diagnostics {
					if len(d.Message) > 64<<10 {
						t.Errorf("%s: a message of %d bytes", verb, len(d.Message))
					}
				}
			}
		})
	}
}

// TestManyLargeDocuments imports many files that are far too long: little of each is read, or kept if a loader reads all.
func TestManyLargeDocuments(t *testing.T) {
	const count, size = 16, 63 << 20
	dir := t.TempDir()
	imports := "imports: [" + repeat(count, func(i int) string { return fmt.Sprintf("b%d,", i) }) + "]\n"
	if err := os.WriteFile(filepath.Join(dir, "r.yaml"), []byte(imports), 0o666); err != nil {
		t.Fatal(err)
	}
	for i := range count {
		file := filepath.Join(dir, fmt.Sprintf("b%d.yaml", i))
		if err := errors.Join(os.WriteFile(file, nil, 0o666), os.Truncate(file, size)); err != nil {
			t.Fatal(err)
		}
	}
	for name, e := range map[string]*eval.Evaluator{
		"Dir":    {Loader: eval.Dir(dir)},
		"FS":     {Loader: eval.FS(os.DirFS(dir))},
		"others": {Loader: whole{eval.FS(os.DirFS(dir))}, Limits: eval.Limits{Concurrency: 1}},
		"all":    {Loader: eval.FS(fstest.MapFS{"r.yaml": {Data: []byte("values: {a: 1}")}}), Limits: eval.Limits{Bytes: math.MaxInt}},
	} {
		peak := watchMemory()
		env, err := e.Open(t.Context(), "r")
		if used := peak(); used > 700<<20 {
			t.Errorf("%s: takes %d MiB", name, used>>20)
		}
		if large := hasCode(env.Diagnostics, "document-too-large"); large != (name != "all") {
			t.Errorf("%s: %.300v", name, err)
		}
	}
}

// A whole loader reads all of a text.
type whole struct{ eval.Loader }

func (w whole) Load(_ context.Context, name string) ([]byte, error) {
	return w.Loader.Load(context.Background(), name)
}

func hasCode(ds eval.Diagnostics, code string) bool {
	for _, d := range ds {
		if d.Code == code {
			return true
		}
	}
	return false
}

// watchMemory samples the memory in use until the function that it returns is called, which reports the most that was
// seen beyond what was in use before.
func watchMemory() (peak func() uint64) {
	runtime.GC()
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	before, most := inUse(), uint64(0)
	stop, done := make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		for {
			most = max(most, inUse())
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-done
		return max(most, inUse(), before) - before
	}
}

// TestManyFaults reads and encrypts documents in which much is wrong: what is said of all of it costs no more than a few
// readings of the text.
func TestManyFaults(t *testing.T) {
	const n = 2000
	start := time.Now()
	_, err := eval.Parse("r", []byte("values: {a: &a ["+strings.Repeat("*a, ", n)+"1]}\n"))
	if ds, ok := errors.AsType[eval.Diagnostics](err); !ok || len(ds) != n {
		t.Errorf("%d aliases of what they stand in: %.200v", n, err)
	}
	d, err := eval.Parse("r", []byte("values:\n  a:\n"+strings.Repeat("  - {fn::secret: [1]}\n", n)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Encrypt(t.Context(), nil)
	if ds, ok := errors.AsType[eval.Diagnostics](err); !ok || len(ds) != n {
		t.Errorf("%d malformed secrets: %.200v", n, err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("takes %v", took)
	}
}
