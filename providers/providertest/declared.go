package providertest

import "github.com/escapement-go/escapement/schema"

// A part is a piece of some data and where it is.
type part struct {
	path []any
	data any
}

// declared returns the strings, numbers and booleans in plain data that are not in a schema.Secret although s calls
// them, or something around them, secret.
func declared(s *schema.Schema, data any) []part {
	return marked(nil, data, s.MarkSecrets(data))
}

// marked returns the leaves of data that are within a secret of marks, which has data's shape down to its secrets.
func marked(path []any, data, marks any) []part {
	if _, ok := marks.(schema.Secret); ok {
		return leaves(path, data)
	}
	var found []part
	switch marks := marks.(type) {
	case []any:
		for i, item := range data.([]any) {
			found = append(found, marked(below(path, i), item, marks[i])...)
		}
	case map[string]any:
		for name, member := range data.(map[string]any) {
			found = append(found, marked(below(path, name), member, marks[name])...)
		}
	}
	return found
}

// leaves returns the strings, numbers and booleans in data.
func leaves(path []any, data any) []part {
	var found []part
	parts(path, data, func(path []any, data any) bool {
		switch data.(type) {
		case nil, []any, map[string]any, schema.Secret:
		default:
			found = append(found, part{path, data})
		}
		return true
	})
	return found
}
