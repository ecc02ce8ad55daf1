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

// evalCipher computes fn::secret of a ciphertext.
func (o *operation) evalCipher(t *task) (*datum, bool) {
	e := t.expr
	unknown := unknownDatum(stringSchema, true)
	body, err := decodeEnvelope(e.Text)
	if err != nil {
		o.report(e.Call.Arg.Mark(), "invalid-envelope", "ciphertext is damaged: "+err.Error(), "").Path = exprPath(e)
		return unknown, true
	}
	if o.request.verb == checking && !o.CheckSecrets {
		return unknown, true
	}
	if o.Crypter == nil {
		o.report(e.Call.Arg.Mark(), "no-crypter",
			"secrets cannot be encrypted or decrypted: no crypter is configured", "").Path = exprPath(e)
		return unknown, true
	}
	if !o.performing {
		return unknown, true
	}
	name, _ := syntax.SplitVersion(t.env.name)
	if !o.ask(t, func(ctx context.Context) (any, error) { return o.Crypter.Decrypt(ctx, name, body) }) {
		return nil, false
	}
	if err := t.answer.err; err != nil {
		o.reportDecrypt(e, err)
		return unknown, true
	}
	text, _ := t.answer.out.([]byte)
	return o.secretString(string(text)), true
}

// A contract is what a provider or rotator says about its data.
type contract struct {
	inputs, state, outputs *schema.Schema
	err                    error // asking for it failed
}

// contract asks a provider or rotator for its schemas, once.
func (o *operation) contract(key string, ask func() contract) (c *contract) {
	if c := o.schemas[key]; c != nil {
		return c
	}
	c = &contract{}
	o.schemas[key] = c
	defer func() {
		if r := recover(); r != nil {
			c.err = &panicError{value: r}
		}
	}()
	*c = ask()
	return c
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
			didYouMean(call.Plugin, slices.Sorted(maps.Keys(o.Providers)))).Path = exprPath(t.expr)
		return unknownDatum(nil, false), true
	}
	c := o.contract("open "+call.Plugin, func() contract {
		s := provider.Schema()
		return contract{inputs: s.Inputs, outputs: s.Outputs}
	})
	unknown := unknownDatum(c.outputs, false)
	if c.err != nil {
		o.reportCall(t, "provider-failed", "provider "+quoted(call.Plugin)+" failed", c.err)
		return unknown, true
	}
	plain, valid := o.checkInputs(call.Inputs, inputs, c.inputs)
	if !valid || !o.mayCall() || hasUnknown(plain) {
		return unknown, true
	}
	req := o.providerRequest(t, plain)
	return o.perform(t, c, "provider "+quoted(call.Plugin)+" failed", func(ctx context.Context) (any, error) {
		return provider.Open(ctx, &req)
	})
}

// mayCall reports whether providers and rotators are called in this phase of this operation.
func (o *operation) mayCall() bool { return o.performing && o.request.verb != checking }

func (o *operation) providerRequest(t *task, inputs any) providers.Request {
	object, _ := inputs.(map[string]any)
	return providers.Request{
		Inputs:      object,
		Environment: t.env.name,
		Root:        t.env.rootName,
		Context:     maps.Clone(o.Context),
	}
}

// perform calls a provider or rotator and turns what it returns into a value.
func (o *operation) perform(t *task, c *contract, failure string, do func(context.Context) (any, error)) (*datum, bool) {
	if !o.ask(t, do) {
		return nil, false
	}
	unknown := unknownDatum(c.outputs, false)
	o.log("called", "provider", t.expr.Call.Key, t.answer.err)
	if err := t.answer.err; err != nil {
		o.reportCall(t, "provider-failed", failure, err)
		return unknown, true
	}
	in := importer{limits: o.limits, def: t.expr}
	plain, err := in.normal(t.answer.out, 0)
	if err != nil {
		o.reportCall(t, "provider-failed", failure, err)
		return unknown, true
	}
	plain = c.outputs.MarkSecrets(plain)
	if violations := c.outputs.Validate(plain); len(violations) > 0 {
		o.reportCall(t, "provider-failed", failure, outputError{violations[0]})
		return unknown, true
	}
	v := in.value(plain, false)
	o.count(in.nodes)
	o.secrets = append(o.secrets, in.secrets...)
	return v.data(), true
}

// outputError says that a provider returned what its own schema forbids.
type outputError struct{ schema.Violation }

func (e outputError) Error() string {
	return "its answer violates its schema" + atPath(e.Path) + ": " + e.Message
}

func (o *operation) reportCall(t *task, code, message string, err error) {
	o.reportOutside(t.expr.Mark(), code, message, err).Path = exprPath(t.expr)
}

// checkInputs applies defaults to inputs and validates them. It returns them as plain data.
func (o *operation) checkInputs(e *syntax.Expr, inputs Value, s *schema.Schema) (plain any, valid bool) {
	d := inputs.data()
	if !d.unknown && d.kind != Object {
		o.reportExpr(e, "wrong-type", "must be object, is "+d.kind.String(), "")
		return nil, false
	}
	plain = inputs.Plain()
	if d.secret && !d.unknown {
		plain = schema.SecretData(s.ApplyDefaults(plain.(schema.Secret).Data()))
	} else {
		plain = s.ApplyDefaults(plain)
	}
	valid = o.validate(e, inputs, s.Validate(plain))
	if secret, ok := plain.(schema.Secret); ok {
		plain = secretMembers(secret)
	}
	if _, unknown := plain.(schema.Unknown); valid && unknown {
		valid = o.validate(e, inputs, objectSchema.Validate(plain))
	}
	return plain, valid
}

var objectSchema = &schema.Schema{Type: []string{"object"}}

// secretMembers is a secret object as an object of secrets.
func secretMembers(s schema.Secret) any {
	object, ok := s.Data().(map[string]any)
	if !ok {
		return s
	}
	members := make(map[string]any, len(object))
	for key, v := range object {
		members[key] = schema.SecretData(v)
	}
	return members
}

// validate reports violations, blaming the expression that is written for the offending part.
func (o *operation) validate(e *syntax.Expr, v Value, violations []schema.Violation) bool {
	for _, violation := range violations {
		o.reportViolation(e, v, violation)
	}
	return len(violations) == 0
}

func (o *operation) reportViolation(e *syntax.Expr, v Value, violation schema.Violation) {
	at, rest := locate(e, violation.Path)
	mark := at.Mark()
	if violation.Code == "unexpected-property" && len(rest) == 0 {
		mark = keyMark(e, violation.Path)
	}
	found := o.report(mark, violation.Code, violation.Message+atPath(rest), violation.Hint)
	found.Path = exprPath(at)
	if def := o.origin(definitionAt(v, violation.Path)); def != nil && def != at && !def.Within(e) {
		found.relate("the value is defined here", def.Mark())
	}
}

// keyMark is the key of the member that a path leads to.
func keyMark(e *syntax.Expr, path []any) syntax.Mark {
	parent, _ := locate(e, path[:len(path)-1])
	name, _ := path[len(path)-1].(string)
	return parent.KeyMark(name)
}

// locate follows a path through what is written out and returns where that ends, and the rest of the path.
func locate(e *syntax.Expr, path []any) (*syntax.Expr, []any) {
	for i, step := range path {
		var next *syntax.Expr
		switch step := step.(type) {
		case string:
			if e.Kind == syntax.Mapping {
				next = e.Member(step)
			}
		case int:
			if e.Kind == syntax.List && step < len(e.Items) {
				next = e.Items[step]
			}
		}
		if next == nil {
			return e, path[i:]
		}
		e = next
	}
	return e, nil
}

// origin follows references from the expression that made a value to the one that defines it.
func (o *operation) origin(e *syntax.Expr) *syntax.Expr {
	for range o.limits.Depth {
		if e == nil || e.Doc == nil || e.Kind != syntax.Ref {
			break
		}
		p, ok := o.resolve(nil, o.envOf(e.Doc), e, e.Parts[0].Path)
		if !ok {
			break
		}
		for p.slot != nil && len(p.slot.layers) > 0 {
			p = p.slot.layers[0].place
		}
		switch {
		case p.expr != nil:
			e = p.expr
		case p.val.def != nil && p.val.def != e:
			e = p.val.def
		default:
			return e
		}
	}
	return e
}

// envOf returns the environment of a document.
func (o *operation) envOf(doc *syntax.Document) *env {
	if doc == o.root.doc {
		return o.root
	}
	return o.envs[doc.Name]
}

// definitionAt is the expression that made a part of a value.
func definitionAt(v Value, path []any) *syntax.Expr {
	for _, step := range path {
		var next Value
		ok := false
		switch step := step.(type) {
		case string:
			next, ok = v.Member(step)
		case int:
			if ok = v.Kind() == Array && step < v.Len(); ok {
				next = v.Index(step)
			}
		}
		if !ok {
			break
		}
		v = next
	}
	return v.def
}

// redactedName stands for the name of a member of a secret object.
const redactedName = "[secret]"

// atPath names a path inside a value.
func atPath(path []any) string {
	if len(path) == 0 {
		return ""
	}
	var p []byte
	for _, step := range path {
		switch step := step.(type) {
		case string:
			if step == redactedName {
				p = append(p, step...)
			} else {
				p = syntax.AppendName(p, step)
			}
		case int:
			p = syntax.AppendIndex(p, step)
		}
	}
	return " at " + quoted(string(p))
}

func hasUnknown(v any) bool {
	switch v := v.(type) {
	case schema.Unknown:
		return true
	case []any:
		return slices.ContainsFunc(v, hasUnknown)
	case map[string]any:
		for _, item := range v {
			if hasUnknown(item) {
				return true
			}
		}
	}
	return false
}

// reportDecrypt reports a ciphertext that cannot be decrypted.
func (o *operation) reportDecrypt(e *syntax.Expr, err error) {
	code := "decrypt-failed"
	if unknown := (*UnknownKeyError)(nil); errors.As(err, &unknown) {
		code = "unknown-key-id"
	}
	found := o.report(e.Call.Arg.Mark(), code, "cannot decrypt", "")
	found.Path, found.Err, found.outside = exprPath(e), err, ": "+err.Error()
}
