package eval_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// A planted case is a set of documents with canaries in the place of secrets, each one made when it is planted:
//
//	«s» a text in quotes · «x» the same within quotes · «c» an envelope · «j» JSON of an object with a canary as key and
//	one as value · «l» the same of a list · «n» of a number
//
// The root is "r".
type planted struct {
	files  map[string]string
	limits eval.Limits
	change func(*eval.Evaluator)
	format eval.FormatOptions // to be written beside all formats
}

// plant puts canaries into the place of the marks.
func (p planted) plant() (files map[string]string, canaries []evaltest.Canary) {
	fresh := func() string {
		c := evaltest.NewCanary()
		canaries = append(canaries, c)
		return c.Text()
	}
	number := func() string {
		c := evaltest.CanaryOf("7" + digitsOf(evaltest.NewCanary().Text()))
		canaries = append(canaries, c)
		return c.Text()
	}
	files = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		text := p.files[name]
		for mark, make := range map[string]func() string{
			"«s»": func() string { return quote(fresh()) },
			"«x»": func() string { text := quote(fresh()); return text[1 : len(text)-1] },
			"«c»": func() string { return evaltest.Envelope(name, fresh()) },
			"«j»": func() string { return quote("{" + quote(fresh()) + ":" + quote(fresh()) + "}") },
			"«l»": func() string { return quote("[" + quote(fresh()) + "," + quote(fresh()) + "]") },
			"«n»": func() string { return quote(number()) },
		} {
			for strings.Contains(text, mark) {
				text = strings.Replace(text, mark, make(), 1)
			}
		}
		files[name] = text
	}
	return files, canaries
}

// quote quotes for YAML and for JSON.
func quote(text string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		panic(err) // a string has a JSON form
	}
	return strings.TrimSpace(b.String())
}

// digitsOf spells a text in digits.
func digitsOf(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprint(&b, c%10)
	}
	return b.String()
}

func values(text string) planted { return planted{files: map[string]string{"r": "values:\n" + text}} }

func only(text string) planted { return planted{files: map[string]string{"r": text}} }

// validate is a case of fn::validate.
func validate(s, value string) planted {
	return values("  v: " + value + "\n  a: {fn::validate: {schema: " + s + ", value: " + value + "}}\n" +
		"  b: {fn::validate: {schema: " + s + ", value: '${v}'}}\n")
}

// secretJSON is an expression for data that is secret as a whole.
func secretJSON(mark string) string { return "{fn::fromJSON: {fn::secret: " + mark + "}}" }

// canaryCases are documents that report, together, every diagnostic that the corpus expects. The rows are named after
// what they are about, most of them after a code.
var canaryCases = map[string]planted{
	"every builtin": values(`
  s: {fn::secret: «s»}
  c: {fn::secret: {ciphertext: «c»}}
  j: {fn::fromJSON: {fn::secret: «j»}}
  l: {fn::fromJSON: {fn::secret: «l»}}
  n: {fn::fromJSON: {fn::secret: «n»}}
  concat: {fn::concat: ['${l}', [1, '${s}']]}
  final: {fn::final: {a: '${s}', b: {fn::secret: «s»}}}
  join: {fn::join: [',', ['${s}', '${c}', '${n}']]}
  split: {fn::split: [' ', '${s}']}
  splitBy: {fn::split: ['${s}', 'a ${s} b']}
  base64: {fn::toBase64: '${s}'}
  back: {fn::fromBase64: '${base64}'}
  toJSON: {fn::toJSON: ['${s}', '${j}', '${n}']}
  toYAML: {fn::toYAML: {a: '${s}', b: '${j}', c: ['${n}']}}
  toString: {fn::toString: {a: '${j}', b: ['${s}']}}
  validate: {fn::validate: {schema: {type: string}, value: '${s}'}}
  text: "a ${s} b ${j} $<n>"
  echo: {fn::open::vault: {a: '${s}', b: {k: '${j}'}}}
  typed: {fn::open::typed: {a: '${s}'}}
  rotated: {fn::rotate::pw: {inputs: {user: '${s}'}, state: {current: {fn::secret: «s»}, previous: '${s}'}}}
  long: {fn::open: {provider: vault, inputs: {a: '${toYAML}'}}}
  environmentVariables: {A: '${s}', B: '${n}', C: 1}
  files: {F: '${toYAML}', G: '${c}'}
`),
	"overridden values": {files: map[string]string{
		"r": "imports: [b]\nvalues:\n  p: new\n  o: {q: 1}\n  s: 1\n  l: {fn::secret: «s»}\n",
		"b": "values:\n  p: {fn::secret: «s»}\n  o: {q: {fn::secret: «s»}}\n  s: {fn::fromJSON: {fn::secret: «j»}}\n  l: [{fn::secret: «s»}]\n",
	}},
	"secret projections": values("  environmentVariables: " + secretJSON("«j»") + "\n  files: " + secretJSON("«j»") + "\n"),
	"same projections": values("  o: {fn::fromJSON: {fn::secret: '{\"CANARY_OF_A_NAME\":\"x\"}'}}\n" +
		"  environmentVariables: '${o}'\n  files: '${o}'\n"),

	"invalid-utf8":          only("values: {a: {fn::secret: «s»}} # \xff\n"),
	"yaml-syntax":           only("values: {a: {fn::secret: «s»}, b: [}\n"),
	"yaml-syntax in secret": only("values:\n  a:\n    fn::secret: 'it''s' «s»\n"),
	"multiple-documents":    only("values: {a: {fn::secret: «s»}}\n--- {fn::secret: «s»}\n"),
	"key-not-string":        values("  1: {fn::secret: «s»}\n  {fn::secret: «s»}: 1\n"),
	"duplicate-key":         values("  a: 1\n  a: {fn::secret: «s»}\n  b: {fn::secret: «s», fn::secret: «s»}\n"),
	"alias-cycle":           values("  a: &a [*a, {fn::secret: «s»}]\n"),
	"invalid-merge-key":     values("  a: {<<: [[{fn::secret: «s»}]]}\n"),
	"bad-tag":               values("  a: {fn::secret: !!int «s»}\n"),
	"unknown-tag":           values("  a: {fn::secret: !x «s»}\n  b: !y {fn::secret: «s»}\n"),
	"number-not-finite":     values("  a: [.inf, {fn::secret: «s»}]\n"),
	"leading-zero":          values("  a: [0777, {fn::secret: «s»}]\n"),
	"number-too-large":      values("  a: [1e99999, {fn::secret: «s»}]\n  b: {fn::fromJSON: {fn::secret: '1e99999'}}\n"),
	"not-a-mapping":         only("values: [{fn::secret: «s»}]\n"),
	"not-a-list":            only("imports: {a: {fn::secret: «s»}}\n"),
	"not-a-string":          only("description: {fn::secret: «s»}\n"),
	"unknown-key":           only("vlaues: {a: {fn::secret: «s»}}\n"),
	"key-case":              only("VALUES: {a: {fn::secret: «s»}}\n"),
	"reserved-name":         values("  context: {fn::secret: «s»}\n"),
	"call-at-top":           values("  fn::secret: «s»\n  fn::join: {a: {fn::secret: «s»}}\n"),
	"invalid-import":        only("imports: [[{fn::secret: «s»}]]\n"),
	"unknown-import-option": only("imports: [{a: {megre: {fn::secret: «s»}}}]\n"),
	"invalid-import-option": only("imports: [{a: {merge: {fn::secret: «s»}}}]\n"),
	"invalid-environment-name": only("imports: ['a b', {c d: {fn::secret: «s»}}]\n" +
		"values: {a: '${environments[\"a b\"].c}', b: {fn::secret: «s»}}\n"),
	"interpolated-key":       values("  '${x}': {fn::secret: «s»}\n"),
	"unclosed-interpolation": values("  a: ['${x', {fn::secret: «s»}]\n"),
	"bad-path":               values("  a: ['${.x}', {fn::secret: «s»}]\n"),
	"nested-interpolation":   values("  a: ['${x${y}}', {fn::secret: «s»}]\n"),
	"unknown-function":       values("  a: {fn::scret: {fn::secret: «s»}}\n  b: {FN::Secret: «s»}\n"),
	"call-not-alone":         values("  a: {fn::secret: «s», fn::join: {fn::secret: «s»}, b: 1}\n"),
	"bad-argument":           values("  a: {fn::join: [{fn::secret: «s»}]}\n  b: {fn::open: {provider: {fn::secret: «s»}, inputs: 1}}\n"),
	"missing-argument":       values("  a: {fn::open: {inputs: {fn::secret: «s»}}}\n"),
	"unknown-argument":       values("  a: {fn::open: {provider: echo, inputs: {}, input: {fn::secret: «s»}}}\n"),
	"secret-not-literal":     values("  a: {fn::secret: \"${x} «x»\"}\n  b: {fn::secret: [«s»]}\n  c: {fn::secret: {a: «s»}}\n"),
	"state-not-literal":      values("  a: {fn::rotate::pw: {inputs: {user: u}, state: [{fn::secret: «s»}]}}\n"),
	"invalid-envelope":       values("  a: {fn::secret: {ciphertext: «s»}}\n"),

	"load-failed": {files: map[string]string{"r": "imports: [gone]\nvalues: {a: {fn::secret: «s»}}\n"}, change: func(e *eval.Evaluator) {
		e.Loader = telling{e.Loader}
	}},
	"import-cycle":           only("imports: [r]\nvalues: {a: {fn::secret: «s»}}\n"),
	"incomplete-environment": values("  a: ['${environments.a}', {fn::secret: «s»}]\n"),
	"unknown-property":       values("  s: " + secretJSON("«j»") + "\n  a: ['${s.canary}', '${s.b}', {fn::secret: «s»}]\n"),
	"undeclared-property":    values("  k: {fn::open::partial: {a: {fn::secret: «s»}}}\n  a: ['${k.nope}', {fn::secret: «s»}]\n"),
	"index-on-object":        values("  s: " + secretJSON("«j»") + "\n  a: ['${s[0]}', {fn::secret: «s»}]\n"),
	"name-on-array":          values("  s: " + secretJSON("«l»") + "\n  a: ['${s.a}', {fn::secret: «s»}]\n"),
	"not-a-container":        values("  s: {fn::secret: «s»}\n  a: ['${s.a}', {fn::secret: «s»}]\n"),
	"index-out-of-range":     values("  s: " + secretJSON("«l»") + "\n  a: ['${s[5]}', {fn::secret: «s»}]\n"),
	"cycle":                  values("  a: ['${a}', {fn::secret: «s»}]\n"),
	"final-override": {files: map[string]string{
		"r": "imports: [b]\nvalues: {a: {fn::secret: «s»}, o: {k: {fn::secret: «s»}}}\n",
		"b": "values: {a: {fn::final: {fn::secret: «s»}}, o: {fn::final: {k: {fn::secret: «s»}}}}\n",
	}},
	"bad-base64": values("  a: {fn::fromBase64: {fn::secret: «s»}}\n"),
	"bad-json":   values("  a: {fn::fromJSON: {fn::secret: «s»}}\n  b: {fn::fromJSON: {fn::secret: \"{«x»: 1}\"}}\n"),
	"not-utf8": values("  a: {fn::toJSON: [{fn::fromBase64: {fn::secret: /w==}}, {fn::secret: «s»}]}\n" +
		"  b: {fn::fromBase64: {fn::secret: /w==}}\n  c: {fn::fromBase64: /w==}\n"),
	"invalid-schema":      validate("{pattern: {fn::secret: \"(«x»\"}, type: {fn::secret: «s»}, $ref: {fn::secret: «s»}}", "{fn::secret: «s»}"),
	"unsupported-keyword": validate(secretJSON("«j»"), "{fn::secret: «s»}"),
	"wrong-type":          validate("{type: number}", "{fn::secret: «s»}"),
	"wrong-value":         validate("{const: {fn::secret: «s»}, enum: ['${v}x', {fn::secret: «s»}]}", "{fn::secret: «s»}"),
	"wrong-value as a whole": validate(secretJSON("'{\"enum\":[\"CANARY_OF_A_NAME\"],\"required\":[\"CANARY_OF_A_NAME\"],"+
		"\"properties\":{\"CANARY_OF_A_NAME\":false},\"additionalProperties\":false}'"), "{a: 1}"),
	"out-of-range":        validate("{minimum: "+secretJSON("«n»")+"}", secretJSON("'1'")),
	"not-a-multiple":      validate("{multipleOf: "+secretJSON("«n»")+"}", secretJSON("'1'")),
	"wrong-length":        validate("{minLength: 1000}", "{fn::secret: «s»}"),
	"pattern-mismatch":    validate("{pattern: {fn::secret: «s»}}", "{fn::secret: «s»}"),
	"duplicate-item":      validate("{uniqueItems: true}", "[{fn::secret: x}, {fn::secret: x}, {fn::secret: «s»}]"),
	"missing-property":    validate("{required: [{fn::secret: «s»}]}", secretJSON("«j»")),
	"unexpected-property": validate("{properties: {known: true}, additionalProperties: false}", secretJSON("«j»")),
	"unexpected-item":     validate("{prefixItems: [true], items: false}", secretJSON("«l»")),
	"no-match":            validate("{anyOf: [{const: {fn::secret: «s»}}, {additionalProperties: {type: number}}]}", secretJSON("«j»")),
	"ambiguous-match":     validate("{oneOf: [true, {type: string}]}", "{fn::secret: «s»}"),
	"forbidden-match":     validate("{not: {type: string}}", "{fn::secret: «s»}"),
	"not-allowed":         validate("false", "{fn::secret: «s»}"),
	"unknown-provider":    values("  a: {fn::open::ecoh: {fn::secret: «s»}}\n"),
	"unknown-rotator":     values("  a: {fn::rotate::pv: {inputs: {a: {fn::secret: «s»}}, state: {b: {fn::secret: «s»}}}}\n"),
	"no-crypter": {files: map[string]string{"r": "values: {a: {fn::secret: {ciphertext: «c»}}}\n"}, change: func(e *eval.Evaluator) {
		e.Crypter = nil
	}},
	"not-rotated": values("  a: {fn::rotate::pw: {inputs: {user: {fn::secret: «s»}}}}\n  environmentVariables: {A: '${a.current}'}\n"),
	"rotate-only-exposed": values("  l: {fn::open::vault: {a: {fn::secret: «s»}}}\n" +
		"  a: {fn::rotate::pw: {inputs: {user: u, login: '${l}'}, state: {current: {fn::secret: «s»}}}}\n"),
	"decrypt-failed": {files: map[string]string{"r": "values: {a: {fn::secret: {ciphertext: «c»}}, b: {fn::secret: «s»}}\n"}, change: func(e *eval.Evaluator) {
		e.Crypter = telling{e.Loader}
	}},
	"unknown-key-id": {files: map[string]string{"r": "values: {a: {fn::secret: {ciphertext: " + evaltest.Seal(1, []byte("\x02k9x")) + "}}, b: {fn::secret: «s»}}\n"},
		change: func(e *eval.Evaluator) { e.Crypter = eval.KeyRing{} }},
	"provider-failed": values("  s: {fn::secret: «s»}\n  a: {fn::open::telling: {a: '${s}', b: {fn::secret: \"line «x»\\nand «x»\"}}}\n" +
		"  b: {fn::open::panicking: {a: '${s}'}}\n  c: {fn::open::lying: {a: '${s}'}}\n  d: {fn::open::boom: {a: '${s}'}}\n"),
	"provider-warning":         values("  s: {fn::secret: «s»}\n  a: {fn::open::warning: {a: '${s}', b: {fn::secret: \"line «x»\\nand «x»\"}}}\n"),
	"unknown-output":           values("  environmentVariables: {A: '${b.x}'}\n  files: '${b}'\n  b: {fn::open::boom: {a: {fn::secret: «s»}}}\n"),
	"not-an-object":            values("  environmentVariables: [{fn::secret: «s»}]\n  files: {fn::secret: «s»}\n"),
	"not-a-scalar":             values("  environmentVariables: {A: [{fn::secret: «s»}], B: " + secretJSON("«j»") + "}\n"),
	"invalid-variable-name":    values("  environmentVariables: {'=': {fn::secret: «s»}}\n"),
	"unportable-variable-name": values("  environmentVariables: {a.b: {fn::secret: «s»}}\n"),
	"nul-in-variable":          values("  environmentVariables: {A: {fn::secret: \"«x»\\0\"}}\n"),
	"unquotable-variable":      {files: map[string]string{"r": "values: {environmentVariables: {A: {fn::secret: \"«x»\\r\"}}}\n"}, format: eval.FormatOptions{Format: "dotenv", Reveal: true}},
	"duplicate-variable":       values("  environmentVariables: {A: {fn::secret: «s»}}\n  files: {A: {fn::secret: «s»}}\n"),
	"no-value-at-path":         {files: map[string]string{"r": "values: {s: " + secretJSON("«j»") + "}\n"}, format: eval.FormatOptions{Path: "s.canary"}},
	"path-not-allowed":         {files: map[string]string{"r": "values: {s: {fn::secret: «s»}}\n"}, format: eval.FormatOptions{Format: "dotenv", Path: "s"}},

	"document-too-large": {files: map[string]string{"r": "values: {a: {fn::secret: «s»}}\n"}, limits: eval.Limits{Bytes: 10}},
	"too-deep":           {files: map[string]string{"r": "values: {a: [[[{fn::secret: «s»}]]]}\n"}, limits: eval.Limits{Depth: 4}},
	"too-many-nodes":     {files: map[string]string{"r": "values: {a: [1, 2, 3, {fn::secret: «s»}]}\n"}, limits: eval.Limits{Nodes: 6}},
	"too-many-imports":   {files: map[string]string{"r": "imports: [a, b]\nvalues: {a: {fn::secret: «s»}}\n", "a": "", "b": ""}, limits: eval.Limits{Imports: 1}},
	"string-too-large":   {files: map[string]string{"r": "values: {s: {fn::secret: «s»}, a: '${s} ${s}'}\n"}, limits: eval.Limits{StringBytes: 60}},
	"result-too-large":   {files: map[string]string{"r": "values: {a: [{fn::secret: «s»}, 1, 2]}\n"}, limits: eval.Limits{ValueBytes: 70}},
	"too-many-steps":     {files: map[string]string{"r": "values: {a: [{fn::secret: «s»}, 1, 2]}\n"}, limits: eval.Limits{Steps: 3}},
}

// telling is a loader and crypter that tells what it should not: what the context of the host holds.
type telling struct{ eval.Loader }

var told = evaltest.NewCanary()

func (l telling) Load(ctx context.Context, name string) ([]byte, error) {
	if name == "r" {
		return l.Loader.Load(ctx, name)
	}
	return nil, errors.New(everyForm(told.Text()))
}

func (telling) Encrypt(context.Context, string, []byte) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

func (telling) Decrypt(context.Context, string, []byte) ([]byte, error) {
	return nil, errors.New(everyForm(told.Text()))
}

// everyForm is a message that quotes a secret in every form that must not come out.
func everyForm(secret string) string {
	plain := []byte(secret)
	return fmt.Sprintf("%s|%q|%x|%X|%s|%s|%s|%s|%s", secret, secret, secret, secret, quote(secret), url.QueryEscape(secret), url.PathEscape(secret),
		base64.StdEncoding.EncodeToString(plain), base64.RawURLEncoding.EncodeToString(plain)) + hex.EncodeToString(plain)
}

// misbehaving are providers that tell their inputs in every wrong way.
func misbehaving() map[string]providers.Provider {
	anything := func(outputs *schema.Schema, open func(map[string]any) (any, error)) providers.Provider {
		return providers.New(providers.Schema{Outputs: outputs}, func(_ context.Context, req *providers.Request) (any, error) {
			return open(req.Inputs)
		})
	}
	text := func(inputs map[string]any) string {
		all := ""
		for _, name := range slices.Sorted(maps.Keys(inputs)) {
			all += everyForm(inputs[name].(schema.Secret).Reveal())
		}
		return all
	}
	return map[string]providers.Provider{
		"telling":   anything(nil, func(in map[string]any) (any, error) { return nil, errors.New(text(in)) }),
		"panicking": anything(nil, func(in map[string]any) (any, error) { panic(text(in)) }),
		"warning": providers.New(providers.Schema{}, func(_ context.Context, req *providers.Request) (any, error) {
			req.Warn(text(req.Inputs))
			return "", nil
		}),
		"lying": anything(&schema.Schema{Type: []string{"number"}, Enum: []any{1}}, func(in map[string]any) (any, error) {
			return map[string]any{text(in): schema.NewSecret(text(in))}, nil
		}),
		"partial": anything(&schema.Schema{Type: []string{"object"}, Properties: map[string]*schema.Schema{"x": {}}},
			func(in map[string]any) (any, error) { return map[string]any{"x": in["a"], "nope": in["a"]}, nil }),
	}
}

var (
	expectation = regexp.MustCompile(`(?m)(?:# want |^(?:-|\S+:\d+(?::\d+)?) |^)((?:\w+:)?[!?][a-z].*)$`)
	codeOrText  = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[!?]([a-z][a-z0-9-]+)`)
)

// corpusCodes are the codes that some case of the corpus expects.
func corpusCodes(t *testing.T) map[string]bool {
	codes := map[string]bool{}
	for _, text := range corpus(t) {
		for _, line := range expectation.FindAllStringSubmatch(text, -1) {
			for _, code := range codeOrText.FindAllStringSubmatch(line[1], -1) {
				if code[1] != "" {
					codes[code[1]] = true
				}
			}
		}
	}
	return codes
}

// corpus is the text of every case.
func corpus(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no corpus: %v", err)
	}
	all := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[file] = string(text)
	}
	return all
}

// TestCanaries plants secrets in documents with every diagnostic, function and format, and looks for them in all that is
// printed and not revealed.
func TestCanaries(t *testing.T) {
	codes := map[string]bool{}
	verbs := []string{"check", "open", "open paths", "rotate", "rotate paths", "rotate version", "rotate due", "plan"}
	planted, leaked := 0, 0
	for name, p := range canaryCases {
		t.Run(name, func(t *testing.T) {
			for _, verb := range verbs {
				some, leaks := p.open(t, verb, codes)
				planted, leaked = planted+some, leaked+leaks
			}
		})
	}
	t.Logf("canaries: %d documents with %d verbs: %d planted, %d leaked", len(canaryCases), len(verbs), planted, leaked)
	all := corpusCodes(t)
	if len(all) < 80 {
		t.Errorf("the corpus has only %d codes", len(all))
	}
	for code := range codes {
		delete(all, code)
	}
	if missing := slices.Sorted(maps.Keys(all)); missing != nil {
		t.Errorf("these codes are not reported beside a canary: %q", missing)
	}
}

// open plants, evaluates, prints and looks. It returns how many canaries there were, and how many of them leak.
func (p planted) open(t *testing.T, verb string, codes map[string]bool) (some, leaks int) {
	t.Helper()
	files, canaries := p.plant()
	canaries = append(canaries, told, evaltest.CanaryOf("CANARY_OF_A_NAME"))
	e := (&evaltest.Host{Files: files}).Evaluator()
	maps.Copy(e.Providers, misbehaving())
	maps.Copy(e.Rotators, misbehavingRotators())
	e.Limits = p.limits
	e.Context = map[string]any{"told": schema.NewSecret(told.Text())}
	if p.change != nil {
		p.change(e)
	}
	var out printed
	e.Logger = slog.New(slog.NewMultiHandler(out.handlers()...))
	var env *eval.Environment
	var err error
	switch verb {
	case "check":
		env, err = e.Check(t.Context(), "r")
	case "open":
		env, err = e.Open(t.Context(), "r")
	case "open paths":
		env, err = e.Open(t.Context(), "r", "a", "s")
	default:
		env, err = out.rotate(t.Context(), e, verb)
	}
	out.print(env, err)
	out.write(env, p.format, codes)
	for _, d := range env.Diagnostics {
		codes[d.Code] = true
	}
	for _, c := range canaries {
		if c.Leaks(out.String()) == nil {
			continue
		}
		leaks++
		for line := range strings.Lines(out.String()) {
			if leaks := c.Leaks(line); leaks != nil {
				t.Errorf("%s: %q leaks as %v: %.1000s", verb, c.Text(), leaks, line)
				break
			}
		}
	}
	return len(canaries), leaks
}

// printed gathers everything that is printed of an outcome.
type printed struct{ bytes.Buffer }

func (p *printed) handlers() []slog.Handler {
	opts := &slog.HandlerOptions{Level: slog.LevelDebug}
	return []slog.Handler{slog.NewTextHandler(p, opts), slog.NewJSONHandler(p, opts)}
}

// print prints an outcome, and each part of it, in all ways of packages fmt, json and slog.
func (p *printed) print(env *eval.Environment, err error) {
	parts := []any{env, *env, env.Values, env.Diagnostics, err, env.Schema(), &env.Values}
	for _, d := range env.Diagnostics {
		parts = append(parts, d, *d, struct{ D any }{*d})
	}
	for _, v := range env.Variables() {
		parts = append(parts, v)
	}
	for _, v := range env.Files() {
		parts = append(parts, v, struct{ V eval.Value }{v})
	}
	for _, part := range parts {
		fmt.Fprintf(p, "%v %+v %#v %s %q\n", part, part, part, part, part)
		text, err := json.Marshal(part)
		fmt.Fprintf(p, "%s %v\n", text, err)
		for _, h := range p.handlers() {
			slog.New(h).Info("part", "part", part)
		}
	}
	for _, color := range []bool{false, true} {
		env.Diagnostics.Print(p, eval.PrintOptions{Color: color})
	}
}

// write writes an environment in all formats.
func (p *printed) write(env *eval.Environment, more eval.FormatOptions, codes map[string]bool) {
	all := []eval.FormatOptions{more, {Format: "detailed", Expressions: true}}
	for _, format := range eval.Formats() {
		all = append(all, eval.FormatOptions{Format: format}, eval.FormatOptions{Format: format, Path: "a"})
	}
	for _, opts := range all {
		opts.Warn = func(d *eval.Diagnostic) {
			codes[d.Code] = true
			fmt.Fprintf(p, "%v\n", d)
		}
		err := env.Write(p, opts)
		fmt.Fprintf(p, "%v %+v %#v\n", err, err, err)
		if d := (*eval.Diagnostic)(nil); errors.As(err, &d) {
			codes[d.Code] = true
			eval.Diagnostics{d}.Print(p, eval.PrintOptions{})
		}
	}
}

// TestCanariesArePlanted checks that the canaries are the values of the documents, so that TestCanaries can find them.
func TestCanariesArePlanted(t *testing.T) {
	files, canaries := canaryCases["every builtin"].plant()
	env, err := (&evaltest.Host{Files: files}).Evaluator().Open(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"detailed", "json"} {
		var b bytes.Buffer
		if err := env.Write(&b, eval.FormatOptions{Format: format, Reveal: true}); err != nil {
			t.Fatal(err)
		}
		for _, c := range canaries {
			if c.Leaks(b.String()) == nil {
				t.Errorf("%s, revealed, lacks %q", format, c.Text())
			}
		}
	}
}
