package schema

import "slices"

// maxDefaults bounds how many properties one ApplyDefaults adds. Only a schema whose defaults multiply gets there; the
// rest of them is not added.
const maxDefaults = 10_000

// ApplyDefaults returns v with the default of each property that is absent and has one, also in objects that are inside
// v or were added, and through Ref and AllOf. Of several defaults for a property the first is taken: that of the schema
// itself, then that of Ref, then those of AllOf. A default is not applied inside itself.
//
// Neither v nor s is changed, and the result may share parts with both. Secret and Unknown stay as they are, and so
// does data that is not plain.
func (s *Schema) ApplyDefaults(v any) any {
	steps := maxSteps
	if !isPlain(v, 0, &steps) {
		return v
	}
	d := defaulter{left: maxDefaults, inside: map[view]bool{}}
	return d.apply(top(s).parts(certain), v)
}

type defaulter struct {
	left   int
	inside map[view]bool // whose defaults are being filled in
}

func (d *defaulter) apply(parts []view, v any) any {
	if len(parts) == 0 {
		return v
	}
	switch v := v.(type) {
	case []any:
		elements := elementsOf(parts, certain)
		filled := make([]any, len(v))
		for i, item := range v {
			filled[i] = d.apply(elements(i), item)
		}
		return filled
	case map[string]any:
		return d.object(parts, v)
	}
	return v
}

func (d *defaulter) object(parts []view, members map[string]any) map[string]any {
	filled := make(map[string]any, len(members))
	for _, name := range sortedKeys(members) {
		filled[name] = d.apply(partsOf(propertiesOf(parts, name), certain), members[name])
	}
	for _, part := range parts {
		for _, name := range sortedKeys(part.Properties) {
			if _, present := filled[name]; !present {
				d.add(filled, name, partsOf(propertiesOf(parts, name), certain))
			}
		}
	}
	return filled
}

// add adds a property if one of its schemas has a default.
func (d *defaulter) add(members map[string]any, name string, parts []view) {
	i := slices.IndexFunc(parts, func(part view) bool { return part.Default != nil })
	if i < 0 || d.inside[parts[i]] || d.left <= 0 {
		return
	}
	d.left--
	value := parts[i].Default
	if _, null := value.(Null); null {
		value = nil
	}
	d.inside[parts[i]] = true
	members[name] = d.apply(parts, value)
	delete(d.inside, parts[i])
}
