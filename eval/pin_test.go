package eval_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
)

// A pinning loader keeps to the version of a document.
type pinning struct {
	eval.Loader
	pin func(document, name string) string
}

func (p pinning) Pin(document, name string) string { return p.pin(document, name) }

// sameVersion pins names without a version.
func sameVersion(document, name string) string {
	if _, version, versioned := strings.Cut(document, "@"); versioned && !strings.Contains(name, "@") {
		return name + "@" + version
	}
	return name
}

// What a document of a version names is of that version: imports, their imports and other environments.
func TestPin(t *testing.T) {
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"app":         "imports: [base]\nvalues: {v: now}",
		"base":        "values: {base: now}",
		"app@1":       "imports: [base, old@0]\nvalues: {v: one, n: '${environments.other.env.n}', i: '${imports.base.base}', me: '${context.currentEnvironment.name}'}",
		"base@1":      "imports: [deep]\nvalues: {base: one, root: '${context.rootEnvironment.name}'}",
		"deep@1":      "values: {deep: one}",
		"old@0":       "imports: [deep]\nvalues: {old: zero}",
		"deep@0":      "values: {deep: zero}",
		"other/env@1": "values: {n: '${m}', m: one}",
		"cycle@1":     "imports: [cycle]",
		"self":        "values: {v: '${environments.other.env.n}'}",
		"other/env":   "values: {n: now}",
	} {
		files[name+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	for _, c := range []struct {
		name, want string
		pin        func(document, name string) string
	}{
		{"app", `{"base":"now","v":"now"}`, sameVersion},
		{"self", `{"v":"now"}`, sameVersion},
		{"app@1", `{"base":"one","deep":"zero","i":"one","me":"app@1","n":"one","old":"zero","root":"app@1","v":"one"}`, sameVersion},
		{"app", `{"base":"now","v":"now"}`, func(string, string) string { return "../base" }},
		{"app", `{"base":"now","v":"now"}`, func(string, string) string { return "base@latest" }},
		{"old@0", `{"deep":"one","old":"zero"}`, func(string, string) string { return "deep@1" }},
	} {
		e := &eval.Evaluator{Loader: pinning{eval.FS(files), c.pin}}
		env, err := e.Open(t.Context(), c.name)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := env.Values.MarshalJSON()
		if diff := cmp.Diff(c.want, string(got)); diff != "" || err != nil {
			t.Errorf("%s: %v, -want +got\n%s", c.name, err, diff)
		}
	}
	_, err := (&eval.Evaluator{Loader: pinning{eval.FS(files), sameVersion}}).Open(t.Context(), "cycle@1")
	if err == nil || !strings.Contains(err.Error(), "import-cycle") {
		t.Errorf("a version that imports itself: %v", err)
	}
}

// A ciphertext is that of the environment, whatever the version.
func TestPinnedSecrets(t *testing.T) {
	key, err := eval.NewKey("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := eval.Parse("base", []byte("values: {password: {fn::secret: correct horse}}"))
	if err != nil {
		t.Fatal(err)
	}
	if d, err = d.Encrypt(t.Context(), eval.KeyRing{key}); err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"base@1.yaml": {Data: d.Bytes()}, "app@1.yaml": {Data: []byte("imports: [base]")}}
	e := &eval.Evaluator{Loader: pinning{eval.FS(files), sameVersion}, Crypter: eval.KeyRing{key}}
	env, err := e.Open(t.Context(), "app@1")
	if err != nil {
		t.Fatal(err)
	}
	password, _ := env.Values.Lookup("password")
	if text, err := password.Reveal(); text != "correct horse" || err != nil {
		t.Errorf("the password is %v, %v", password, err)
	}
}
