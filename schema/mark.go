package schema

import "slices"

// IsSecret tells whether all data of this schema is secret: where s says so itself, or anything it refers to or
// combines. A schema with secret alternatives counts as secret.
func (s *Schema) IsSecret() bool {
	return isAnySecret(top(s).parts(possible))
}

// MarkSecrets returns a copy of plain data in which everything that s calls secret is a Secret. An alternative that calls
// it secret is enough, whether the data matches that one or not. Parts that are a Secret already stay as they are; an
// Unknown gets a secret schema. Data that is not plain is secret as a whole.
func (s *Schema) MarkSecrets(v any) any {
	steps := maxSteps
	if !isPlain(v, 0, &steps) {
		return SecretData(v)
	}
	return mark(top(s).parts(possible), v)
}

// mark marks the parts of v that any of the schemas calls secret.
func mark(parts []view, v any) any {
	if isAnySecret(parts) {
		return markWhole(v)
	}
	switch v := v.(type) {
	case []any:
		elements := elementsOf(parts, possible)
		marked := make([]any, len(v))
		for i, item := range v {
			marked[i] = mark(elements(i), item)
		}
		return marked
	case map[string]any:
		marked := make(map[string]any, len(v))
		for name, member := range v {
			marked[name] = mark(partsOf(propertiesOf(parts, name), possible), member)
		}
		return marked
	}
	return v
}

func markWhole(v any) any {
	u, ok := v.(Unknown)
	if !ok {
		return SecretData(v)
	}
	of := Schema{}
	if u.Of != nil {
		of = *u.Of
	}
	of.Secret = true
	return Unknown{&of}
}

func isAnySecret(parts []view) bool {
	return slices.ContainsFunc(parts, func(v view) bool { return v.secret })
}
