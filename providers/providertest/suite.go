package providertest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// A suite is one run of all checks against one provider.
type suite struct {
	provider providers.Provider
	schema   providers.Schema
	findings []Finding
}

func (s *suite) run(ctx context.Context, opts Options) {
	if !s.checkSchema() {
		return // nothing can be judged by such a schema
	}
	if len(opts.Opens) == 0 {
		s.report(answers, nil, "Options.Opens is empty; name at least one request that the provider answers")
	}
	for i, req := range opts.Refuses {
		s.checkRefusal(ctx, s.trial(fmt.Sprintf("Refuses[%d]", i), req))
	}
	var good []*trial
	for i, req := range opts.Opens {
		t := s.trial(fmt.Sprintf("Opens[%d]", i), req)
		if s.checkInputs(t) && s.checkTwice(ctx, t) {
			good = append(good, t)
		}
	}
	for _, t := range good {
		s.checkReturn(ctx, t)
	}
	s.checkConcurrent(ctx, good)
	s.checkSchemaAgain()
}

// report adds a finding unless it is there already. The detail loses all secrets of the request.
func (s *suite) report(rule Rule, t *trial, format string, args ...any) {
	f := Finding{Rule: rule, Detail: fmt.Sprintf(format, args...)}
	if t != nil {
		f.Request = t.name
		f.Detail = t.scrub(f.Detail)
	}
	if !slices.Contains(s.findings, f) {
		s.findings = append(s.findings, f)
	}
}

// checkInputs reports inputs that the schema refuses although Open is said to take them.
func (s *suite) checkInputs(t *trial) bool {
	if where, what, found := notPlain(t.request.Inputs); found {
		s.report(admitsInputs, t, "the inputs of the test are no plain data: %s is %s", where, what)
		return false
	}
	violations := s.schema.Inputs.Validate(t.request.Inputs)
	for _, v := range violations {
		s.report(admitsInputs, t, "the input schema refuses the inputs %v", v)
	}
	return len(violations) == 0
}

// checkRefusal opens what the provider must refuse, unless its schema does.
func (s *suite) checkRefusal(ctx context.Context, t *trial) {
	if len(s.schema.Inputs.Validate(t.request.Inputs)) > 0 {
		return
	}
	a := s.open(ctx, t)
	s.judge(t, a)
	if a.err == nil && a.panicked == nil {
		s.report(answers, t, "Open answered what it must refuse")
	}
}

// checkTwice opens t twice and compares the answers. It returns whether there were two of plain data.
func (s *suite) checkTwice(ctx context.Context, t *trial) bool {
	first, second := s.open(ctx, t), s.open(ctx, t)
	for _, a := range []answer{first, second} {
		if a.err != nil {
			s.report(answers, t, "Open failed: %v", a.err)
		}
		if !s.judge(t, a) {
			return false
		}
	}
	if where, found := shared(first.outputs, second.outputs); found {
		s.report(ownOutputs, t, "two answers share %s", where)
	}
	t.steady, t.outputs = schema.Equal(first.outputs, second.outputs), first.outputs
	return true
}

var codeShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// judge reports what is wrong with one answer by itself. It returns whether there are outputs of plain data.
func (s *suite) judge(t *trial, a answer) bool {
	if !reflect.DeepEqual(a.request, &t.request) {
		s.report(untouchedRequest, t, "Open changed its request")
	}
	for _, warning := range a.warnings {
		if t.leaks(warning) {
			s.report(silentErrors, t, "the warning is: %s", warning)
		}
	}
	switch {
	case a.panicked != nil:
		s.report(noPanic, t, "Open panicked: %v", a.panicked)
		return false
	case a.err != nil:
		s.judgeError(t, a.err)
		return false
	default:
		return s.judgeOutputs(t, a.outputs)
	}
}

func (s *suite) judgeError(t *trial, err error) {
	for _, form := range []string{"%v", "%+v", "%#v"} {
		if text := fmt.Sprintf(form, err); t.leaks(text) {
			s.report(silentErrors, t, "the error printed with %s is: %s", form, text)
		}
	}
	var coded providers.Coder
	if errors.As(err, &coded) && !codeShape.MatchString(coded.DiagnosticCode()) {
		s.report(errorCode, t, "the code is %q", coded.DiagnosticCode())
	}
}

func (s *suite) judgeOutputs(t *trial, outputs any) bool {
	if where, what, found := notPlain(outputs); found {
		s.report(plainOutputs, t, "%s is %s", where, what)
		return false
	}
	for _, v := range s.schema.Outputs.Validate(outputs) {
		s.report(validOutputs, t, "the answer is wrong %v", v)
	}
	for _, part := range declared(s.schema.Outputs, outputs) {
		s.report(declaredSecrets, t, "%s is not a schema.Secret", printPath(part.path))
	}
	for _, path := range t.leaksIn(outputs) {
		s.report(inputSecrets, t, "%s holds the text of a secret in the request", printPath(path))
	}
	return true
}
