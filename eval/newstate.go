package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// accept checks a state that a rotator hands over, and marks what its schema calls secret. One that violates the schema is
// saved all the same: it may hold the only copy of a credential. One that cannot be saved at all is kept as far as it is
// data.
func (h *handover) accept(state any) (map[string]any, []schema.Violation, error) {
	in := importer{limits: h.evaluator.Limits.withDefaults()}
	normal, err := in.normal(state, 0)
	if err == nil {
		var object map[string]any
		if object, err = stateObject(normal, h.contract.state); err == nil {
			h.pending = object
			h.secrets = appendSecrets(h.secrets, object)
			return object, h.contract.state.Validate(object), nil
		}
	}
	s := salvager{}
	rest := s.copy(state, 0)
	h.secrets = appendSecretTexts(h.secrets, rest)
	if object, ok := rest.(map[string]any); ok && h.pending == nil {
		h.pending = object
	} else if h.pending == nil {
		h.pending = map[string]any{"state": rest}
	}
	return nil, nil, err
}

// stateObject marks the secrets in a state, and leaves out what its schema knows as absent.
func stateObject(state any, s *schema.Schema) (map[string]any, error) {
	whole, isSecret := state.(schema.Secret)
	if isSecret {
		state = whole.Data()
	}
	marked := s.MarkSecrets(withoutNulls(state, s))
	if whole, ok := marked.(schema.Secret); ok {
		isSecret, marked = true, whole.Data()
	}
	object, ok := marked.(map[string]any)
	if !ok {
		return nil, errors.New("a state must be an object")
	}
	object = maps.Clone(object)
	for name, v := range object {
		if syntax.HasFunctionPrefix(name) {
			return nil, fmt.Errorf("the name of a member of a state cannot begin with %q", "fn::")
		}
		if isSecret {
			object[name] = schema.SecretData(v)
		}
	}
	return object, nil
}

// withoutNulls leaves out the members of objects that are null where their schema has no null.
func withoutNulls(v any, s *schema.Schema) any {
	switch v := v.(type) {
	case schema.Secret:
		return schema.SecretData(withoutNulls(v.Data(), s))
	case map[string]any:
		kept := make(map[string]any, len(v))
		for name, item := range v {
			below, _ := s.Property(name)
			if !isNull(item) || below.Admits("null") {
				kept[name] = withoutNulls(item, below)
			}
		}
		return kept
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			below, _ := s.Element(i)
			list[i] = withoutNulls(item, below)
		}
		return list
	}
	return v
}

func isNull(v any) bool {
	secret, isSecret := v.(schema.Secret)
	return v == nil || isSecret && secret.Data() == nil
}

// A salvager copies of a state that cannot be saved what is data, without its secrecy.
type salvager struct{ nodes int }

const (
	maxSalvagedDepth = 100
	maxSalvagedNodes = 100_000
)

func (s *salvager) copy(v any, depth int) any {
	if s.nodes++; s.nodes > maxSalvagedNodes || depth > maxSalvagedDepth {
		return nil
	}
	switch v := v.(type) {
	case nil, bool, string, json.Number:
		return v
	case schema.Secret:
		return s.copy(v.Data(), depth+1)
	case []any:
		list := make([]any, 0, min(len(v), maxSalvagedNodes-s.nodes))
		for _, item := range v[:cap(list)] {
			list = append(list, s.copy(item, depth+1))
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name, item := range v {
			object[name] = s.copy(item, depth+1)
		}
		return object
	}
	in := importer{limits: Limits{}.withDefaults()}
	in.limits.Steps = maxSalvagedNodes
	if normal, err := in.normal(v, depth); err == nil {
		return normal
	}
	return nil
}

// appendSecrets adds the texts of all secrets in data.
func appendSecrets(texts []string, v any) []string {
	switch v := v.(type) {
	case schema.Secret:
		return appendSecretTexts(texts, v.Data())
	case map[string]any:
		for _, item := range v {
			texts = appendSecrets(texts, item)
		}
	case []any:
		for _, item := range v {
			texts = appendSecrets(texts, item)
		}
	}
	return texts
}

// appendSecretTexts adds all strings in data that is secret as a whole.
func appendSecretTexts(texts []string, v any) []string {
	switch v := v.(type) {
	case string:
		return append(texts, v)
	case schema.Secret:
		return appendSecretTexts(texts, v.Data())
	case map[string]any:
		for _, item := range v {
			texts = appendSecretTexts(texts, item)
		}
	case []any:
		for _, item := range v {
			texts = appendSecretTexts(texts, item)
		}
	}
	return texts
}
