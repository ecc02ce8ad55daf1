package eval_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/schema"
)

// editorOutcome asks what stands and what may stand at a position, and returns everything that this tells.
func editorOutcome(t *testing.T, text string, line, column int) string {
	files := map[string]string{"r": text}
	for name, other := range fuzzFiles {
		files[name] = other
	}
	host := &evaltest.Host{Files: files}
	e := host.Evaluator()
	e.Limits = fuzzLimits
	e.CheckSecrets = true
	e.Context = map[string]any{"token": schema.NewSecret(fuzzSecret), "all": schema.SecretData(map[string]any{fuzzSecret: 1})}
	p, err := e.At(t.Context(), "r", []byte(text), line, column)
	if err != nil {
		t.Fatal(err)
	}
	fuzzRange(t, files, p.Range)
	fuzzRange(t, files, p.Definition)
	out, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	all, err := e.Complete(t.Context(), "r", []byte(text), line, column)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		fuzzRange(t, files, c.Range)
	}
	for call := range host.Calls() {
		if !strings.HasPrefix(call, "load ") {
			t.Errorf("an editor calls %s", call)
		}
	}
	told := fmt.Sprintf("%s\n%+v\n%+v", out, p, all)
	if leaks := evaltest.CanaryOf(fuzzSecret).Leaks(told); leaks != nil {
		t.Errorf("a secret leaks as %v:\n%s", leaks, told)
	}
	return told
}

// hostileTexts are what no editor should meet.
var hostileTexts = []string{
	"", "\x00", "\xff\xfe", "\ufeffvalues: {a: ${b", "values:\r  a: ${\r\n", "a: &a [*a]", "values: &v {<<: *v, a: '${a.'}",
	strings.Repeat("[", 500), strings.Repeat("{a: ", 500), "values: {a: '" + strings.Repeat("${a.", 500),
	"values: {a: '${" + strings.Repeat("[", 5000) + "'}", "values:\n" + strings.Repeat("  a: ${b\n", 200),
	"imports: [r, a, p/e, broken]\nvalues: {x: '${imports.'}", "values: {a: {fn::open: {provider: [x], inputs: {}}}}",
	"values: {a: '${b}', b: '${a}', c: '${a.b.}'}", "- - - - ${a.", "%YAML 9\n---\nvalues: {}\n---\n", "? {a: 1}\n: ${x.\n",
}

// TestEditorAnywhere asks at random positions of the corpus and of hostile texts, whole and cut off there.
func TestEditorAnywhere(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	texts := append(documents(t), hostileTexts...)
	asked, known := 0, 0
	for _, text := range texts {
		if len(text) > 1<<14 || strings.Contains(text, "7f3a9c") {
			continue
		}
		for i := range 3 {
			at := positionOf(text, draw.IntN(len(text)+1))
			whole := text
			if i == 2 {
				text = text[:at.Byte]
			}
			first := editorOutcome(t, text, at.Line, at.Column)
			if again := editorOutcome(t, text, at.Line, at.Column); again != first {
				t.Errorf("at %+v of %q an editor is told\n%s\nand then\n%s", at, text, first, again)
			}
			asked++
			if !strings.Contains(first, `"Kind":""`) {
				known++
			}
			text = whole
		}
	}
	t.Logf("asked at %d positions of %d texts; something is known at %d", asked, len(texts), known)
}

// FuzzAt asks what stands and what may stand at any position of any text.
func FuzzAt(f *testing.F) {
	for i, text := range append(documents(f), hostileTexts...) {
		f.Add(text, 1+i%3, 1+i%40)
	}
	f.Add("values: {x: '${imports[\"", 1, 25)
	f.Add("\ufeffvalues:\r\n  a: 1", 1, 9) // within the end of a line
	f.Fuzz(func(t *testing.T, text string, line, column int) {
		if strings.Contains(text, "7f3a9c") {
			t.Skip("the document knows the secret")
		}
		if first, again := editorOutcome(t, text, line, column), editorOutcome(t, text, line, column); again != first {
			t.Fatalf("an editor is told\n%s\nand then\n%s", first, again)
		}
	})
}
