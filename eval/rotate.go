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
	return rotator, o.contract("rotate "+name, func() contract {
		s := rotator.Schema()
		return contract{inputs: s.Inputs, state: s.State, outputs: s.Outputs}
	})
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

// openInputs evaluates inputs without those that only a rotation needs.
func (o *operation) openInputs(t *task, p place, s *schema.Schema, depth int) (Value, bool) {
	if !s.HoldsRotateOnly() || depth > o.limits.Depth {
		return o.eval(t, p)
	}
	shape, ok := o.shape(t, p)
	if !ok {
		return Value{}, false
	}
	switch {
	case shape.expr != nil && shape.expr.Kind == syntax.List:
		return o.openItems(t, shape, s, depth)
	case o.class(shape) != isObject:
		return o.eval(t, p)
	}
	names, ok := o.memberNames(t, shape)
	items := make([]Value, len(names))
	for i, name := range names {
		member, st := o.member(t, shape, name)
		below, _ := s.Property(name)
		var done bool
		switch {
		case st != present:
		case s.RotateOnlyProperty(name):
			items[i], done = o.written(member, below), true
		default:
			items[i], done = o.openInputs(t, member, below, depth+1)
		}
		ok = ok && done
	}
	if !ok {
		return Value{}, false
	}
	return Value{d: objectDatum(names, items, false), def: p.expr}, true
}

// openItems is openInputs for a list.
func (o *operation) openItems(t *task, list place, s *schema.Schema, depth int) (Value, bool) {
	items := make([]Value, len(list.expr.Items))
	ok := true
	for i, item := range list.expr.Items {
		below, _ := s.Element(i)
		var done bool
		items[i], done = o.openInputs(t, place{env: list.env, expr: item}, below, depth+1)
		ok = ok && done
	}
	if !ok {
		return Value{}, false
	}
	return Value{d: arrayDatum(items, false), def: list.expr}, true
}

// memberNames returns the names of the members of an object, by its shape.
func (o *operation) memberNames(t *task, shape place) ([]string, bool) {
	if shape.slot == nil && shape.expr == nil {
		return shape.val.data().keys, true
	}
	if shape.expr != nil {
		return o.keysOf(shape.expr), true
	}
	m := merged{members: map[string]contribution{}, visited: map[any]bool{}}
	_, ok := o.collect(t, shape.slot, &m)
	return slices.Sorted(maps.Keys(m.members)), ok
}

// written returns what is known of an input without evaluating anything: its literal parts.
func (o *operation) written(p place, s *schema.Schema) Value {
	if p.expr == nil {
		return unknownValue(s, false)
	}
	switch e := p.expr; e.Kind {
	case syntax.Null, syntax.Bool, syntax.Number, syntax.String:
		return o.literal(p.env, e)
	case syntax.List:
		items := make([]Value, len(e.Items))
		for i := range items {
			below, _ := s.Element(i)
			items[i] = o.written(place{env: p.env, expr: e.Items[i]}, below)
		}
		return Value{d: arrayDatum(items, false), def: e}
	case syntax.Mapping:
		keys, items := make([]string, len(e.Members)), make([]Value, len(e.Members))
		for i := range items {
			keys[i] = e.Members[i].Key
			below, _ := s.Property(keys[i])
			items[i] = o.written(place{env: p.env, expr: e.Members[i].Value}, below)
		}
		return Value{d: objectDatum(keys, items, false), def: e}
	}
	return Value{d: unknownDatum(s, false), def: p.expr}
}

// withoutUnknowns returns an object without the members, at any depth, that are not known.
func withoutUnknowns(object map[string]any) map[string]any {
	known := make(map[string]any, len(object))
	for key, v := range object {
		if _, unknown := v.(schema.Unknown); !unknown {
			known[key] = knownPart(v)
		}
	}
	return known
}

func knownPart(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return withoutUnknowns(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = knownPart(item)
		}
		return list
	}
	return v
}

// checkExposed warns about properties of the root that feed an input which only a rotation needs: since they are values
// themselves, every open evaluates them.
func (o *operation) checkExposed() {
	acting := map[*syntax.Expr]bool{}
	for _, e := range o.root.doc.Rotates {
		rotator := o.Rotators[e.Call.Plugin]
		if rotator == nil || e.Call.Inputs.Kind != syntax.Mapping {
			continue
		}
		_, c := o.rotatorContract(e)
		for _, m := range e.Call.Inputs.Members {
			if c.inputs.RotateOnlyProperty(m.Key) {
				o.warnExposed(m.Key, m.Value, acting)
			}
		}
	}
}

// warnExposed warns of the properties that an input reads. It keeps in acting which of them act.
func (o *operation) warnExposed(input string, e *syntax.Expr, acting map[*syntax.Expr]bool) {
	e.Walk(func(e *syntax.Expr) {
		for _, part := range e.Parts {
			property := o.root.doc.Lookup(part.Path)
			if property == nil {
				continue
			}
			if _, known := acting[property]; !known {
				acting[property] = acts(property)
			}
			if acting[property] {
				o.warn(property.Mark(), "rotate-only-exposed",
					quoted(property.Path())+" feeds the rotate-only input "+quoted(input)+
						" and is itself a value, so every open evaluates it",
					"move it to another environment").Path = exprPath(property)
			}
		}
	})
}

// acts reports whether evaluating an expression calls a provider or reaches into another environment.
func acts(e *syntax.Expr) (found bool) {
	e.Walk(func(e *syntax.Expr) {
		found = found || e.Kind == syntax.Open
		for _, part := range e.Parts {
			found = found || len(part.Path) > 0 && part.Path[0].Name == "environments"
		}
	})
	return found
}
