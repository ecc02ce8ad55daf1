package eval

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// rotatorContract returns the rotator of a call and its schemas. An unknown rotator is reported.
func (o *operation) rotatorContract(e *syntax.Expr) (rotators.Rotator, *contract) {
	name := e.Call.Plugin
	rotator := o.Rotators[name]
	if rotator == nil {
		o.report(e.Call.PluginMark, "unknown-rotator", "unknown rotator "+quoted(name),
			oneOf(name, slices.Sorted(maps.Keys(o.Rotators)))).Path = exprPath(e)
		return nil, &contract{}
	}
	return rotator, o.contract("rotate "+name, func() *contract { return contractOfRotator(rotator) })
}

// evalRotate computes fn::rotate: what the rotator opens from its saved state.
func (o *operation) evalRotate(t *task) (*datum, bool) {
	e := t.expr
	if run := o.runs[e]; run != nil && t.env == o.root {
		return o.evalRotation(t, run)
	}
	rotator, c := o.rotatorContract(e)
	plain, ok := o.rotatorInputs(t, t.env, e, o.request.verb == checking && t.env == o.root)
	state, stateOK := o.rotatorState(t, e, c)
	if !ok || !stateOK {
		return nil, false
	}
	unknown := unknownDatum(c.outputs, false)
	switch {
	case rotator == nil:
		return unknown, true
	case c.err != nil:
		o.reportCall(t, "provider-failed", openFailure(e), c.err)
		return unknown, true
	case e.Call.State == nil:
		o.notRotated(e, o.request.verb != opening)
		return unknown, true
	case plain == nil || state == nil || o.performing && (hasUnknown(state) || needsUnknown(plain, c.inputs)):
		return unknown, true
	case !o.mayCall():
		return withheld(c.outputs, false), true
	}
	req := rotators.Request{Request: o.providerRequest(t, withoutUnknowns(plain)), State: state}
	if !o.ask(t, func(ctx context.Context) (any, error) { return rotator.Open(ctx, &req) }) {
		return nil, false
	}
	o.log("called", "provider", e.Call.Key, t.answer.err)
	o.reportHeard(t)
	return o.acceptOpened(t, c, t.answer.out, t.answer.err), true
}

// acceptOpened turns what opening a state gave into a value. There may be nothing in it to open yet.
func (o *operation) acceptOpened(t *task, c *contract, out any, err error) *datum {
	if errors.Is(err, rotators.ErrNotRotated) {
		o.notRotated(t.expr, o.request.verb != opening)
		return unknownDatum(c.outputs, false)
	}
	return o.accept(t, c, openFailure(t.expr), out, err)
}

func openFailure(e *syntax.Expr) string { return "rotator " + quoted(e.Call.Plugin) + " failed" }

// needsUnknown reports whether an input that opening needs is unknown.
func needsUnknown(inputs any, s *schema.Schema) bool {
	switch inputs := inputs.(type) {
	case map[string]any:
		for name, v := range inputs {
			below, _ := s.Property(name)
			if !s.RotateOnlyProperty(name) && needsUnknown(v, below) {
				return true
			}
		}
		return false
	case []any:
		for i, v := range inputs {
			if below, _ := s.Element(i); needsUnknown(v, below) {
				return true
			}
		}
		return false
	}
	return hasUnknown(inputs)
}

// notRotated reports a call that there is nothing to open for, or to prove.
func (o *operation) notRotated(e *syntax.Expr, warning bool) *finding {
	return o.add(finding{mark: e.Mark(), Diagnostic: Diagnostic{
		Code: "not-rotated", Message: "not rotated yet", Hint: "run rotate", Path: exprPath(e), Warning: warning,
	}})
}

// rotatorState returns the saved state of a call as plain data, nil if there is none or it is not valid.
func (o *operation) rotatorState(t *task, e *syntax.Expr, c *contract) (map[string]any, bool) {
	if e.Call.State == nil {
		return nil, true
	}
	v, ok := o.eval(t, place{env: t.env, expr: e.Call.State})
	if !ok {
		return nil, false
	}
	plain := v.Plain()
	if !o.validate(e.Call.State, v, c.state.Validate(plain)) {
		return nil, true
	}
	marked := c.state.MarkSecrets(plain)
	if secret, ok := marked.(schema.Secret); ok {
		marked = secretMembers(secret)
	}
	state, _ := marked.(map[string]any)
	o.secrets = appendSecrets(o.secrets, state)
	return state, true
}

// rotatorInputs returns the inputs of a rotator as plain data, nil if they are not valid. Unless all is set, those that
// only a rotation needs are unknown: nothing is evaluated for them but what is written out.
func (o *operation) rotatorInputs(t *task, env *env, e *syntax.Expr, all bool) (map[string]any, bool) {
	c := &contract{}
	if o.Rotators[e.Call.Plugin] != nil {
		_, c = o.rotatorContract(e)
	}
	inputs := place{env: env, expr: e.Call.Inputs}
	if !all && c.inputs.AllRotateOnly() && e.Call.Inputs.Kind != syntax.Mapping {
		return map[string]any{}, true
	}
	var v Value
	var ok bool
	if all {
		v, ok = o.eval(t, inputs)
	} else {
		v, ok = o.openInputs(t, inputs, c.inputs, 0)
	}
	if !ok {
		return nil, false
	}
	plain, valid := o.checkInputs(e.Call.Inputs, v, c.inputs)
	object, isObject := plain.(map[string]any)
	if !valid || !isObject {
		return nil, true
	}
	return object, true
}
