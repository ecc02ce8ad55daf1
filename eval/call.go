package eval

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// evalCall computes the call of a function.
func (o *operation) evalCall(t *task) (Value, bool) {
	var d *datum
	var ok bool
	switch t.expr.Kind {
	case syntax.Cipher:
		d, ok = o.evalCipher(t)
	case syntax.Open:
		d, ok = o.evalOpen(t)
	case syntax.Rotate:
		d, ok = o.evalRotate(t)
	case syntax.Validate:
		return o.evalValidate(t)
	default:
		d, ok = o.evalFunc(t)
	}
	return o.bounded(Value{d: d, def: t.expr}), ok
}

// evalOpen computes fn::open.
func (o *operation) evalOpen(t *task) (*datum, bool) {
	call := t.expr.Call
	inputs, ok := o.eval(t, place{env: t.env, expr: call.Inputs})
	if !ok {
		return nil, false
	}
	provider := o.Providers[call.Plugin]
	if provider == nil {
		o.report(call.PluginMark, "unknown-provider", "unknown provider "+quoted(call.Plugin),
			oneOf(call.Plugin, slices.Sorted(maps.Keys(o.Providers)))).Path = exprPath(t.expr)
		return unknownDatum(nil, false), true
	}
	c := o.contract("open "+call.Plugin, func() *contract { return contractOfProvider(provider) })
	unknown := unknownDatum(c.outputs, false)
	if c.err != nil {
		o.reportCall(t, "provider-failed", "provider "+quoted(call.Plugin)+" failed", c.err)
		return unknown, true
	}
	plain, valid := o.checkInputs(call.Inputs, inputs, c.inputs)
	if !valid {
		return unknown, true
	}
	if !o.mayCall() || hasUnknown(plain) {
		return unknownBecause(inputs.data(), c.outputs, false), true
	}
	req := o.providerRequest(t, plain)
	return o.perform(t, c, "provider "+quoted(call.Plugin)+" failed", func(ctx context.Context) (any, error) {
		return provider.Open(ctx, &req)
	})
}

// mayCall reports whether providers and rotators are called in this phase of this operation.
func (o *operation) mayCall() bool {
	return o.performing && !o.collecting && o.request.verb != checking && !o.request.isPassive()
}

func (o *operation) providerRequest(t *task, inputs any) providers.Request {
	object, _ := inputs.(map[string]any)
	return providers.Request{
		Inputs:      object,
		Environment: t.env.name,
		Root:        t.env.rootName,
		Context:     maps.Clone(o.Context),
		Warn:        o.hear(t),
	}
}

// perform calls a provider or rotator once and turns what it returns into a value.
func (o *operation) perform(t *task, c *contract, failure string, do func(context.Context) (any, error)) (*datum, bool) {
	if !o.ask(t, do) {
		return nil, false
	}
	o.log("called", "provider", t.expr.Call.Key, t.answer.err)
	o.reportHeard(t)
	return o.accept(t, c, failure, t.answer.out, t.answer.err), true
}

// accept turns what a provider or rotator returned into a value.
func (o *operation) accept(t *task, c *contract, failure string, out any, err error) *datum {
	unknown := unknownDatum(c.outputs, false)
	if err != nil {
		o.countBytes(len(outsideText(err)))
		o.reportCall(t, "provider-failed", failure, err)
		return unknown
	}
	in := importer{limits: o.limits, def: t.expr}
	in.limits.Steps -= o.steps
	plain, err := in.normal(out, 0)
	if data := (*dataError)(nil); errors.Is(err, errTooLarge) || errors.Is(err, errSpent) || errors.As(err, &data) {
		o.reportData(t.expr, err)
		return unknown
	}
	if err != nil {
		o.reportCall(t, "provider-failed", failure, err)
		return unknown
	}
	plain = c.outputs.MarkSecrets(plain)
	if violations := c.outputs.Validate(plain); len(violations) > 0 {
		o.reportCall(t, "provider-failed", failure, outputError{violations[0]})
		return unknown
	}
	v := in.value(plain, false)
	o.count(in.nodes)
	o.countBytes(v.data().size)
	o.secrets = append(o.secrets, in.secrets...)
	return v.data()
}

// outputError says that a provider returned what its own schema forbids.
type outputError struct{ schema.Violation }

func (e outputError) Error() string {
	return "its answer violates its schema" + atPath(e.Path) + ": " + e.Message
}

func (o *operation) reportCall(t *task, code, message string, err error) {
	o.reportOutside(t.expr.Mark(), code, message, err).Path = exprPath(t.expr)
}
