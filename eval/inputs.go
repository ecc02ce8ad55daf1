package eval

import (
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// checkInputs applies defaults to inputs and validates them. It returns them as plain data.
func (o *operation) checkInputs(e *syntax.Expr, inputs Value, s *schema.Schema) (plain any, valid bool) {
	d := inputs.data()
	o.count(d.size / nodeSize)
	if !d.unknown && d.kind != Object {
		o.reportExpr(e, "wrong-type", "must be object, is "+d.kind.String(), inputsHint(s))
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
