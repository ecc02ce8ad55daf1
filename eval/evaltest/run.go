package evaltest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Run runs each case that a file of the pattern (as in [filepath.Glob]) holds as a subtest, and returns the cases. With
// update the output sections are rewritten in the files instead of compared.
func Run(t *testing.T, pattern string, update bool) []*Case {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases at %q: %v", pattern, err)
	}
	var cases []*Case
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ParseCase(file, string(text))
		if err != nil {
			t.Error(err)
			continue
		}
		cases = append(cases, c)
		t.Run(strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), func(t *testing.T) {
			c.test(t, update)
		})
		if after := c.archive.String(); update && after != string(text) {
			if err := os.WriteFile(file, []byte(after), 0o644); err != nil {
				t.Error(err)
			}
		}
	}
	return cases
}

func (c *Case) test(t *testing.T, update bool) {
	for _, v := range c.variants {
		for _, op := range v.operations() {
			problems := v.run(t.Context(), op, update)
			if len(problems) == 0 {
				continue
			}
			t.Errorf("%s: case %s (rule %s) %s, variant %q, %s:\n  %s",
				c.File, c.Number, c.Rules, c.Title, v.name, op, strings.Join(problems, "\n  "))
		}
	}
}

// Problems runs the case and says what came out otherwise than expected; nil if nothing did.
func (c *Case) Problems(ctx context.Context) []string {
	var problems []string
	for _, v := range c.variants {
		for _, op := range v.operations() {
			problems = append(problems, v.run(ctx, op, false)...)
		}
	}
	return problems
}

// Lint evaluates the text of an environment, whatever it says, and reports what holds for every text but not for this
// one: that nothing depends on how calls interleave, that diagnostics have the language's codes, texts, positions and
// order, and that the error, the values and the printed forms agree. It is nil if all is well.
func Lint(ctx context.Context, text string) []string {
	var problems []string
	for _, op := range []string{"check", "open"} {
		s := &scenario{variant: &variant{}, op: op, root: "<yaml>", files: map[string]string{"<yaml>": text, "b": "values: {x: 1}\n"}}
		r := &report{scenario: s, outcome: s.machine(0, nil).evaluate(ctx)}
		r.lint()
		r.errorText()
		r.counts()
		if _, err := revealed(r.env.Values); err != nil {
			r.problem("%v", err)
		}
		r.same("16 at a time, delayed", s.machine(16, Shuffle(1)).evaluate(ctx))
		problems = append(problems, r.problems...)
	}
	return problems
}

func (v *variant) operations() []string {
	if op := v.setting("op", "open"); op != "both" {
		return []string{op}
	}
	return []string{"check", "open"}
}

// run evaluates the variant once and compares, then again under other circumstances that must not matter.
func (v *variant) run(ctx context.Context, op string, update bool) []string {
	s, err := v.setup()
	if err != nil {
		return []string{err.Error()}
	}
	s.op = op
	m := s.machine(0, nil)
	if m.err != nil {
		return []string{m.err.Error()}
	}
	r := &report{scenario: s, outcome: m.evaluate(ctx), update: update}
	r.compare()
	if r.env == nil || s.setting("cancel", "") != "" {
		return r.problems
	}
	if op != "rotate" {
		r.same("again by the same evaluator", m.evaluate(ctx))
	}
	r.same("one at a time", s.machine(1, nil).evaluate(ctx))
	r.same("16 at a time, delayed", s.machine(16, Shuffle(1)).evaluate(ctx))
	r.same("64 at a time, delayed otherwise", s.machine(64, Shuffle(2)).evaluate(ctx))
	return r.problems
}
