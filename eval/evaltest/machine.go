package evaltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// A scenario is a variant, ready to be evaluated.
type scenario struct {
	*variant
	op, root string
	files    map[string]string
	edits    map[string]string // what somebody else makes of them
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

	rotation *eval.Rotation    // of Rotate
	texts    map[string]string // of the environments afterwards
}

func (v *variant) setup() (*scenario, error) {
	s := &scenario{
		variant: v, root: v.setting("root", "r"), files: map[string]string{}, edits: map[string]string{}, failures: map[string]error{},
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
		} else if env, ok := strings.CutPrefix(name, "edited "); ok {
			s.edits[env] = fillEnvelopes(env, text)
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
	saves    int
	err      error // what the case declares wrongly
}

func (s *scenario) machine(concurrency int, delay func(context.Context, string) error) *machine {
	m := &machine{scenario: s, host: &Host{Files: maps.Clone(s.files), Failures: s.failures}}
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
		case "saver":
			e.Loader = struct{ eval.Loader }{m.host}
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
		panic("a panic of " + call) // which the evaluator must survive: the case asks for it
	}
	if s.setting("crypter", "") == "refuse" && (call == "decrypt" || call == "encrypt") {
		return errors.New("refused")
	}
	if env, ok := strings.CutPrefix(call, "save "); ok {
		return m.beforeSave(ctx, env)
	}
	return ctx.Err()
}

// beforeSave does what the setting saver and the sections "edited" say.
func (m *machine) beforeSave(ctx context.Context, env string) error {
	m.saves++
	if text, ok := m.scenario.edits[env]; ok && m.saves == 1 {
		m.host.Put(env, text)
	}
	switch m.scenario.setting("saver", "") {
	case "fail":
		return errors.New("disk full")
	case "doubt":
		if m.saves%2 == 1 {
			return fmt.Errorf("the answer is lost: %w", eval.ErrUncertain)
		}
	}
	return ctx.Err()
}

func (m *machine) evaluate(ctx context.Context) *outcome {
	ctx, m.cancel = context.WithCancel(ctx)
	defer m.cancel()
	s, o := m.scenario, &outcome{}
	text, paths := []byte(s.files[s.root]), s.settings["path"]
	switch anonymous := s.root == "<yaml>"; {
	case s.op == "rotate":
		m.rotate(ctx, o)
	case s.op == "check" && anonymous:
		o.env, o.err = m.CheckText(ctx, text)
	case s.op == "check":
		o.env, o.err = m.Check(ctx, s.root)
	case anonymous:
		o.env, o.err = m.OpenText(ctx, text, paths...)
	default:
		o.env, o.err = m.Open(ctx, s.root, paths...)
	}
	o.log, o.calls, o.texts = m.log.String(), m.host.Calls(), m.host.Files
	return o
}
