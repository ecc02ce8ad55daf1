package evaltest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
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
		r.values("values", "", "")
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
	r.same("again by the same evaluator", m.evaluate(ctx))
	r.same("one at a time", s.machine(1, nil).evaluate(ctx))
	r.same("16 at a time, delayed", s.machine(16, Shuffle(1)).evaluate(ctx))
	r.same("64 at a time, delayed otherwise", s.machine(64, Shuffle(2)).evaluate(ctx))
	return r.problems
}

// A scenario is a variant, ready to be evaluated.
type scenario struct {
	*variant
	op, root string
	files    map[string]string
	failures map[string]error
	wants    []*want
	context  map[string]any
	limits   eval.Limits
}

// An outcome is all that an evaluation left behind.
type outcome struct {
	calls map[string]int
	env   *eval.Environment
	err   error
	log   string
}

func (v *variant) setup() (*scenario, error) {
	s := &scenario{
		variant: v, root: v.setting("root", "r"), files: map[string]string{}, failures: map[string]error{},
	}
	for _, section := range v.sections {
		name, text, err := section.content()
		if err != nil {
			return nil, err
		}
		var wants []*want
		if env, ok := strings.CutSuffix(name, ".yaml"); ok {
			s.files[env] = fillEnvelopes(env, text)
			wants, err = wantsIn(env, text)
		} else if env, ok := strings.CutSuffix(name, ".error"); ok {
			s.failures[env] = errors.New(strings.TrimSpace(text))
		} else if name == "diagnostics" {
			wants, err = wantsOf(text)
		}
		if err != nil {
			return nil, err
		}
		s.wants = append(s.wants, wants...)
	}
	return s, errors.Join(s.readContext(), s.readLimits())
}

var placeholder = regexp.MustCompile(`⟨[^⟩]*⟩`)

// fillEnvelopes puts an envelope into the place of each ⟨text⟩.
func fillEnvelopes(name, text string) string {
	env := name
	if at := strings.IndexByte(env, '@'); at >= 0 {
		env = env[:at]
	}
	return placeholder.ReplaceAllStringFunc(text, func(mark string) string {
		return Envelope(env, strings.Trim(mark, "⟨⟩"))
	})
}

// A machine is an evaluator with its surroundings, for the evaluation of one scenario.
type machine struct {
	*eval.Evaluator
	scenario *scenario
	host     *Host
	log      bytes.Buffer
	cancel   context.CancelFunc // of the evaluation that runs
	err      error              // what the case declares wrongly
}

func (s *scenario) machine(concurrency int, delay func(context.Context, string) error) *machine {
	m := &machine{scenario: s, host: &Host{Files: s.files, Failures: s.failures}}
	m.host.Before = func(ctx context.Context, call string) error {
		if delay != nil {
			if err := delay(ctx, call); err != nil {
				return err
			}
		}
		return m.before(ctx, call)
	}
	e := m.host.Evaluator()
	e.Context, e.Limits = s.context, s.limits
	e.Limits.Concurrency = concurrency
	e.CheckSecrets = s.setting("check-secrets", "") == "true"
	e.Logger = newLogger(&m.log)
	for _, missing := range strings.Fields(s.setting("without", "")) {
		switch missing {
		case "loader":
			e.Loader = nil
		case "providers":
			e.Providers = nil
		case "rotators":
			e.Rotators = nil
		case "crypter":
			e.Crypter = nil
		}
	}
	m.Evaluator = e
	m.declare()
	return m
}

// declare adds the providers and rotators that the case describes.
func (m *machine) declare() {
	for _, section := range m.scenario.sections {
		kind, name, _ := strings.Cut(section.Name, " ")
		if kind != "provider" && kind != "rotator" {
			continue
		}
		d, err := declare(m.host, section.Name, name, section.Body)
		if err != nil {
			m.err = err
		} else if kind == "provider" {
			m.Providers[name] = d.provider()
		} else {
			m.Rotators[name] = declaredRotator{d}
		}
	}
}

// before does what the settings cancel, panic and crypter say.
func (m *machine) before(ctx context.Context, call string) error {
	s := m.scenario
	if call == s.setting("cancel", "") {
		m.cancel()
		return ctx.Err()
	}
	if call == s.setting("panic", "") {
		panic("a panic of " + call)
	}
	if s.setting("crypter", "") == "refuse" && (call == "decrypt" || call == "encrypt") {
		return errors.New("refused")
	}
	return ctx.Err()
}

func (m *machine) evaluate(ctx context.Context) *outcome {
	ctx, m.cancel = context.WithCancel(ctx)
	defer m.cancel()
	s, o := m.scenario, &outcome{}
	text, paths := []byte(s.files[s.root]), s.settings["path"]
	switch anonymous := s.root == "<yaml>"; {
	case s.op == "check" && anonymous:
		o.env, o.err = m.CheckText(ctx, text)
	case s.op == "check":
		o.env, o.err = m.Check(ctx, s.root)
	case anonymous:
		o.env, o.err = m.OpenText(ctx, text, paths...)
	default:
		o.env, o.err = m.Open(ctx, s.root, paths...)
	}
	o.log, o.calls = m.log.String(), m.host.Calls()
	return o
}
