package eval_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
)

// TestDefaultBudgets is case 160.
func TestDefaultBudgets(t *testing.T) {
	aliases := "values:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 6; i++ {
		aliases += fmt.Sprintf("  a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	var imports, many strings.Builder
	files := map[string]string{}
	imports.WriteString("imports:\n")
	for i := range 201 {
		fmt.Fprintf(&imports, "  - e%03d\n", i)
		files[fmt.Sprintf("e%03d", i)] = ""
	}
	for range 1100 {
		many.WriteString(", '${s}'")
	}
	tests := []struct {
		name, text, code string
		limits           eval.Limits
	}{
		{"bytes", "values: {a: " + strings.Repeat("x", 5<<20) + "}\n", "document-too-large", eval.Limits{}},
		{"depth", "values: {a: " + strings.Repeat("[", 101) + strings.Repeat("]", 101) + "}\n", "too-deep", eval.Limits{}},
		{"nodes", aliases, "too-many-nodes", eval.Limits{}},
		{"imports", imports.String(), "too-many-imports", eval.Limits{}},
		{"string", "values: {s: " + strings.Repeat("x", 5000) + ", a: {fn::join: ['', ['${s}'" + many.String() + "]]}}\n", "string-too-large", eval.Limits{}},
		{"steps", "values: {a: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}\n", "too-many-steps", eval.Limits{Steps: 10}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			host := &evaltest.Host{Files: files}
			e := host.Evaluator()
			e.Limits = tt.limits
			began := time.Now()
			env, err := e.OpenText(t.Context(), []byte(tt.text))
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			if err == nil || len(env.Diagnostics) != 1 || env.Diagnostics[0].Code != tt.code {
				t.Errorf("diagnostics are %.300v, want one %s", env.Diagnostics, tt.code)
			}
		})
	}
	t.Run("just within", func(t *testing.T) {
		host := &evaltest.Host{Files: files}
		text := strings.Replace(imports.String(), "  - e200\n", "", 1)
		if _, err := host.Evaluator().OpenText(t.Context(), []byte(text)); err != nil {
			t.Error(err)
		}
	})
}

// TestSharedGrowth is case 161: the size of a value is known without expanding it.
func TestSharedGrowth(t *testing.T) {
	text := "values:\n  a0: [x, x]\n"
	for i := 1; i <= 30; i++ {
		text += fmt.Sprintf("  a%d: ['${a%d}', '${a%d}']\n", i, i-1, i-1)
	}
	began := time.Now()
	env, err := (&eval.Evaluator{}).OpenText(t.Context(), []byte(text))
	if took := time.Since(began); took > time.Second {
		t.Errorf("took %v, want less than a second", took)
	}
	if err == nil || len(env.Diagnostics) == 0 {
		t.Fatal("no error")
	}
	for _, d := range env.Diagnostics {
		if d.Code != "result-too-large" {
			t.Errorf("unexpected: %v", d)
		}
	}
	if out, err := json.Marshal(env.Values); err != nil || len(out) > 256<<20 {
		t.Errorf("%d bytes of JSON, %v", len(out), err)
	}
}
