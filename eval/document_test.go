package eval_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/schema"
)

func parsed(t testing.TB, src string) *eval.Document {
	t.Helper()
	d, err := eval.Parse("dev", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func wantBytes(t testing.TB, d *eval.Document, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(d.Bytes())); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// wantDiagnostics compares diagnostics by their lines.
func wantDiagnostics(t testing.TB, err error, want ...string) {
	t.Helper()
	var ds eval.Diagnostics
	if !errors.As(err, &ds) {
		t.Fatalf("got %v, want diagnostics", err)
	}
	var got []string
	for _, d := range ds {
		got = append(got, d.String()+" at "+d.Path)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

const written = `# a service
values:
  app:
    host: localhost # never changes
    "a$$b": x
    hosts: [a, b]

  port: 0x1F
`

func TestSet(t *testing.T) {
	env := func(text string) string { return evaltest.Envelope("dev", text) }
	for _, tt := range []struct {
		path     string
		data     any
		old, new string
	}{
		{"app.host", "h$1 ${x} $<y>", "localhost #", "\"h$$1 $${x} $$<y>\" #"},
		{"app.host", nil, "localhost #", "null #"},
		{"app.host", true, "localhost #", "true #"},
		{"app.host", "true", "localhost #", "\"true\" #"},
		{"app.host", json.Number("1.10"), "localhost #", "1.10 #"},
		{"app.host", "1.10", "localhost #", "\"1.10\" #"},
		{"app.host", "", "localhost #", "\"\" #"},
		{"app.host", "a: b #c", "localhost #", "\"a: b #c\" #"},
		{"app.hosts[1]", "c", "[a, b]", "[a, c]"},
		{"app.hosts[2]", 7, "[a, b]", "[a, b, 7]"},
		{"app.hosts", []string{}, "[a, b]", "[]"},
		{`app["a$b"]`, "y", "\"a$$b\": x", "\"a$$b\": \"y\""},
		{`app["c$d"]`, "y", "    hosts: [a, b]\n", "    hosts: [a, b]\n    \"c$$d\": \"y\"\n"},
		{"app.db.user", "u", "    hosts: [a, b]\n", "    hosts: [a, b]\n    db:\n      user: u\n"},
		{"app", map[string]any{"host": "localhost", "a$b": "z", "hosts": []any{"a", "b"}}, "\"a$$b\": x", "\"a$$b\": z"},
		{"port", schema.NewSecret("p$w"), "port: 0x1F", "port:\n    fn::secret: {ciphertext: " + env("p$w") + "}"},
		{"port", schema.SecretData(map[string]any{"a": 1}), "port: 0x1F",
			"port:\n    fn::fromJSON:\n      fn::secret: {ciphertext: " + env(`{"a":1}`) + "}"},
		{"port", map[string]any{"Fn::x": "$a"}, "port: 0x1F", "port:\n    fn::fromJSON: \"{\\\"Fn::x\\\":\\\"$$a\\\"}\""},
		{"port", map[string]any{"fn::x": schema.NewSecret("s"), "b": 1}, "port: 0x1F",
			"port:\n    fn::fromJSON:\n      fn::secret: {ciphertext: " + env(`{"b":1,"fn::x":"s"}`) + "}"},
		{"imports", []string{"base"}, "  port: 0x1F\n", "  port: 0x1F\nimports:\n  - base\n"},
	} {
		t.Run(fmt.Sprintf("%s=%v", tt.path, tt.data), func(t *testing.T) {
			d, err := parsed(t, written).Set(t.Context(), tt.path, tt.data, evaltest.Crypter{})
			wantBytes(t, d, err, strings.Replace(written, tt.old, tt.new, 1))
		})
	}
}

func TestSetRefuses(t *testing.T) {
	for _, tt := range []struct {
		path    string
		data    any
		crypter eval.Crypter
		want    string
	}{
		{"a..b", 1, nil, "error: bad path: a dot has no name behind it; remove the dot or add a name [bad-path] at "},
		{"port", schema.NewSecret("x"), nil,
			`dev: error: cannot write "port": secrets cannot be encrypted or decrypted: no crypter is configured; give the evaluator a Crypter [no-crypter] at values.port`},
		{"port.x", 1, nil, `dev:8:9: error: cannot write "port.x": ` +
			`the path leads into a value that has no such members; replace that value [not-writable] at values.port.x`},
		{"app.hosts[3]", 1, nil,
			`dev:6:12: error: cannot write "app.hosts[3]": the list has no such item; use an index up to its length [not-writable] at values.app.hosts[3]`},
		{"port", "\xff", nil, `dev: error: cannot write "port": ` +
			`a string is not valid UTF-8; encode it, for fn::fromBase64 [not-writable] at values.port`},
		{"port", schema.SecretData([]any{"\xff"}), evaltest.Crypter{}, `dev: error: cannot write "port": ` +
			`a string is not valid UTF-8; encode it, for fn::fromBase64 [not-writable] at values.port`},
		{"port", map[string]any{"fn::x": "\xff"}, evaltest.Crypter{}, `dev: error: cannot write "port": ` +
			`a string is not valid UTF-8; encode it, for fn::fromBase64 [not-writable] at values.port`},
		{"port", make(chan int), nil, `dev: error: cannot write "port": a value of type chan int is not plain data [not-writable] at values.port`},
	} {
		t.Run(fmt.Sprintf("%s=%T", tt.path, tt.data), func(t *testing.T) {
			d, err := parsed(t, written).Set(t.Context(), tt.path, tt.data, tt.crypter)
			if d != nil {
				t.Errorf("wrote %s", d.Bytes())
			}
			wantDiagnostics(t, err, tt.want)
		})
	}
}

func TestSetText(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"1.10", "1.10"},
		{"0x1F", "0x1F"},
		{"1e3", "1e3"},
		{"~", "~"},
		{"yes", `"yes"`},
		{"'5'", `"5"`},
		{`""`, `""`},
		{"${app.host}", "${app.host}"},
		{"a ${app.host} $$5", `"a ${app.host} $$5"`},
		{"[1, {a: x}] # gone", "\n    - 1\n    - a: x"},
		{"{fn::secret: x}", "\n    fn::secret: x"},
		{"a: 1\nb: [c]\n", "\n    a: 1\n    b:\n      - c"},
		{"|\n  two\n  lines\n", "|\n    two\n    lines"},
		{"--- 5", "5"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			d, err := parsed(t, "values:\n  v: old\n").SetText("v", tt.text)
			want := "values:\n  v: " + tt.want + "\n"
			wantBytes(t, d, err, strings.Replace(want, "v: \n", "v:\n", 1))
		})
	}
}

func TestSetTextRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":             `the value is empty; write null, or "" for the empty string`,
		"# nothing":    `the value is empty; write null, or "" for the empty string`,
		"*a":           "the value is not YAML: ",
		"[&a 1, *a]":   "the value holds an alias; write out what it names",
		"!!str 5":      "the value holds a tag; write it without",
		"{<<: {a: 1}}": "the value holds a merge key; write out what it merges",
		"{1: 2}":       "the value ",
		"{a: 1, a: 2}": "the value ",
		".inf":         "the value ",
		"1\n---\n2":    "the value is not YAML: ",
		"@a":           "the value is not YAML: ",
		"a: b: c":      "the value is not YAML: ",
		"\xff":         "the value is not YAML: ",
	} {
		t.Run(text, func(t *testing.T) {
			d, err := parsed(t, written).SetText("port", text)
			var ds eval.Diagnostics
			if d != nil || !errors.As(err, &ds) || len(ds) != 1 || ds[0].Code != "not-writable" || ds[0].Hint == "" ||
				!strings.HasPrefix(ds[0].String(), `dev: error: cannot write "port": `+want) {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

func TestDelete(t *testing.T) {
	for path, old := range map[string]string{
		"app.host":      "    host: localhost # never changes\n",
		`app["a$b"]`:    "    \"a$$b\": x\n",
		"app.hosts[0]":  "a, ",
		`app["a$b"].x`:  "",
		"imports":       "",
		"app.hosts[2]":  "",
		"app.hotsts[1]": "",
		"applications.": "",
	} {
		t.Run(path, func(t *testing.T) {
			d, err := parsed(t, written).Delete(path)
			if old != "" {
				wantBytes(t, d, err, strings.Replace(written, old, "", 1))
			} else if d != nil || err == nil {
				t.Error("there is nothing to delete")
			}
		})
	}
	_, err := parsed(t, written).Delete("app.hotsts[1]")
	wantDiagnostics(t, err, `error: no value at "app.hotsts[1]"; did you mean "hosts"? [no-value-at-path] at values.app.hotsts[1]`)
}

// TestEditsKeepTheOriginal checks that a document that was edited is what it was.
func TestEditsKeepTheOriginal(t *testing.T) {
	d := parsed(t, written)
	one, err := d.SetText("port", "1")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"2", "3"} {
		if _, err := one.SetText("port", text); err != nil {
			t.Fatal(err)
		}
	}
	wantBytes(t, d, nil, written)
	wantBytes(t, one, nil, strings.Replace(written, "0x1F", "1", 1))
}

// TestSetThenOpen writes random data with secrets and reads it back.
func TestSetThenOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var canaries []evaltest.Canary
		data := map[string]any{"k": drawData(t, 3, &canaries), "fn::k": drawData(t, 1, &canaries)}
		src := rapid.SampledFrom([]string{"", "values:\n  v: {k: 1, x: [2]}\n", "values: {w: 1}\n", written}).Draw(t, "document")
		d, err := eval.Parse("dev", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		place := rapid.SampledFrom([]string{"v", "v.k", `v["a$${b}"].c`}).Draw(t, "place")
		if d, err = d.Set(context.Background(), place, data, evaltest.Crypter{}); err != nil {
			t.Fatal(err)
		}
		for _, c := range canaries {
			if c.Leaks(string(d.Bytes())) != nil {
				t.Fatalf("a secret stands in\n%s", d.Bytes())
			}
		}
		host := &evaltest.Host{Files: map[string]string{"dev": string(d.Bytes())}}
		env, err := host.Evaluator().Open(context.Background(), "dev", place)
		if err != nil {
			t.Fatalf("%v\n%s", err, d.Bytes())
		}
		v, _ := env.Values.Lookup(place)
		got, err := v.Reveal()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(schema.SecretData(data).Reveal(), schema.SecretData(got).Reveal()); diff != "" {
			t.Fatalf("%s: -data +read\n%s\n%s", place, diff, d.Bytes())
		}
	})
}

// drawData draws plain data, some of it secret. Each secret holds a canary.
func drawData(t *rapid.T, depth int, canaries *[]evaltest.Canary) any {
	kinds := 6
	if depth > 0 {
		kinds = 9
	}
	text := rapid.StringOf(rapid.OneOf(
		rapid.SampledFrom([]rune("a1 $${}<>:#-'\"\\\n\t,[]&*!|%@`~?é\u2028\u0085\u0000")), rapid.Rune()))
	switch rapid.IntRange(0, kinds).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "bool")
	case 2:
		return json.Number(rapid.SampledFrom([]string{"0", "-0", "1.10", "1e3", "123456789012345678901234567890"}).Draw(t, "number"))
	case 3:
		return rapid.SampledFrom([]string{"", "null", "yes", "0x1F", "1.10", "${a}", "$", "~", "- a", "fn::secret", "<<"}).Draw(t, "text")
	case 4, 5:
		return text.Draw(t, "text")
	case 6:
		c := evaltest.NewCanary()
		*canaries = append(*canaries, c)
		return schema.NewSecret(c.Text() + text.Draw(t, "text"))
	case 7:
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) any { return drawData(t, depth-1, canaries) }), 0, 3).Draw(t, "list")
	case 8:
		return schema.SecretData([]any{drawData(t, 0, canaries)})
	}
	key := rapid.OneOf(text, rapid.SampledFrom([]string{"a", "Fn::b", "fn::secret", "y", "1", ""}))
	return rapid.MapOfN(key, rapid.Custom(func(t *rapid.T) any { return drawData(t, depth-1, canaries) }), 0, 3).Draw(t, "object")
}

// TestDocumentPrints makes sure that a document shows nothing but its name.
func TestDocumentPrints(t *testing.T) {
	canary := evaltest.NewCanary()
	d := parsed(t, "values: {a: {fn::secret: {ciphertext: "+evaltest.Envelope("dev", canary.Text())+"}}}\n")
	d, err := d.Decrypt(t.Context(), evaltest.Crypter{})
	if err != nil {
		t.Fatal(err)
	}
	if d, err = d.Set(t.Context(), "b", canary.Text(), nil); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	type holder struct {
		d *eval.Document
		v eval.Document
		E *eval.Document
	}
	h := holder{d, *d, d}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+verb+verb+verb+"\n", d, *d, h, []any{d, *d, &h})
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", "d", d, "v", *d, "h", h)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("JSON", "d", d, "v", *d, "h", h)
	text, err := json.Marshal([]any{d, *d, h})
	fmt.Fprintf(&out, "%s %v", text, err)
	if forms := canary.Leaks(out.String()); forms != nil {
		t.Errorf("the secret leaks as %v:\n%s", forms, &out)
	}
	if got := fmt.Sprintf("%v %+v", d, *d); got != `document "dev" document "dev"` {
		t.Errorf("prints %s", got)
	}
}

func TestParse(t *testing.T) {
	if d, err := eval.Parse("default/dev@latest", nil); err != nil || d.Name() != "dev" || len(d.Bytes()) != 0 {
		t.Errorf("%v, %v", d, err)
	}
	_, err := eval.Parse("../dev", nil)
	wantCodes(t, err, "invalid-environment-name")
	_, err = eval.Parse("dev", []byte("a: [\n"))
	wantCodes(t, err, "yaml-syntax")
	_, err = parsed(t, written).Replace([]byte("a: 1\n---\nb: 1\n"))
	wantCodes(t, err, "multiple-documents")
}

func wantCodes(t testing.TB, err error, want ...string) {
	t.Helper()
	var ds eval.Diagnostics
	var got []string
	if errors.As(err, &ds) {
		for _, d := range ds {
			got = append(got, d.Code)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%v: -want +got\n%s", err, diff)
	}
}

// TestEditErrorsKeepSecrets looks for secrets in what is said of edits that are refused.
func TestEditErrorsKeepSecrets(t *testing.T) {
	canary := evaltest.NewCanary()
	quoted := quote(canary.Text())
	for _, text := range []string{
		"[" + quoted, "{a: " + quoted + ", a: 1}", "!x " + quoted, "&a [" + quoted + ", *a]", "{1: " + quoted + "}", "*" + quoted,
		quoted + ": " + quoted + ": 1", "{fn::secret: " + quoted, quoted + "\n---\n" + quoted, "'" + canary.Text() + "\n" + quoted, "@" + canary.Text(),
	} {
		_, err := parsed(t, written).SetText("port", text)
		wantCodes(t, err, "not-writable")
		wantClean(t, err, canary)
	}
	d, err := parsed(t, "values: {s: {fn::secret: {ciphertext: "+evaltest.Envelope("dev", canary.Text())+"}}, b: 1, l: [1], e: {fn::secret: 5}}\n").
		Decrypt(t.Context(), evaltest.Crypter{})
	wantCodes(t, err, "secret-not-literal")
	wantClean(t, err, canary)
	for _, path := range []string{"b.c", "l[5]", `s["fn::secret"].x`, "s.x.y[3]"} {
		_, err := d.Set(t.Context(), path, canary.Text(), nil)
		wantClean(t, err, canary)
		_, err = d.Delete(path)
		wantCodes(t, err, "no-value-at-path")
		wantClean(t, err, canary)
	}
	_, err = d.Encrypt(t.Context(), nil)
	wantClean(t, err, canary)
	_, err = d.Replace([]byte("values: {s: {fn::secret: " + quoted + "}\n"))
	wantClean(t, err, canary)
}

// TestDocumentConcurrently edits one document from many goroutines, for the race detector.
func TestDocumentConcurrently(t *testing.T) {
	d := parsed(t, written)
	d, err := d.SetText("s", "{fn::secret: x}")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			next, err := d.SetText("port", strconv.Itoa(i))
			if err != nil {
				t.Error(err)
				return
			}
			if next, err = next.Encrypt(t.Context(), evaltest.Crypter{}); err != nil || !strings.Contains(string(next.Bytes()), "port: "+strconv.Itoa(i)) {
				t.Errorf("%v\n%s", err, next.Bytes())
			}
		})
	}
	all.Wait()
}

// TestZeroDocument is a document that nobody has made.
func TestZeroDocument(t *testing.T) {
	var d eval.Document
	if len(d.Bytes()) != 0 || fmt.Sprint(d) != `document ""` {
		t.Errorf("%v %q", d, d.Bytes())
	}
	next, err := d.SetText("a", "1")
	wantBytes(t, next, err, "values:\n  a: 1\n")
}

// TestSetNoData refuses what no document can hold.
func TestSetNoData(t *testing.T) {
	loop := map[string]any{}
	loop["a"] = loop
	for name, data := range map[string]any{
		"unknown": schema.Unknown{}, "loop": loop, "struct": struct{}{}, "not a number": math.NaN(), "function": func() {},
		"unknown in a secret": schema.SecretData([]any{schema.Unknown{}}), "bytes in a list": []any{"\xff"}, "bytes in a key": map[string]any{"\xff": 1},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := parsed(t, written).Set(t.Context(), "port", data, evaltest.Crypter{})
			if d != nil {
				t.Errorf("wrote\n%s", d.Bytes())
			}
			wantCodes(t, err, "not-writable")
		})
	}
}
