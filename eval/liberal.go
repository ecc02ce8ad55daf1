package eval

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// A liberal turns schemas of values into schemas of what a document may write for them: a reference, a call, text with
// interpolations where text fits, or the value itself, with the same choice for each of its parts. Keywords that speak of
// what cannot be told from the text are left out.
type liberal struct {
	refs map[string]object // to the definitions of the language, by those of the schema
	defs map[string]any    // the definitions of the schema, likewise
}

// liberal returns the liberal form of a schema whose definitions are called after name.
func (w *languageWriter) liberal(name string, s *schema.Schema) (liberal, any) {
	data := schemaJSON(s)
	keywords, _ := data.(object)
	defs, _ := keywords["$defs"].(object)
	l := liberal{refs: map[string]object{}, defs: object{}}
	for _, def := range slices.Sorted(maps.Keys(defs)) {
		ref := "#/$defs/" + pointerEscaper.Replace(def)
		l.refs[ref], l.defs[ref] = w.define(name+"."+def, nil), defs[def]
	}
	for def, s := range defs {
		ref := l.refs["#/$defs/"+pointerEscaper.Replace(def)]
		w.definitions[strings.TrimPrefix(ref["$ref"].(string), "#/definitions/")] = l.value(s)
	}
	return l, data
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

// schemaJSON returns a schema as data, without anything of its secret parts.
func schemaJSON(s *schema.Schema) (data any) {
	if s == nil {
		return true
	}
	text, err := json.Marshal(s)
	if err != nil || json.Unmarshal(text, &data) != nil {
		return true // one that cannot be written allows anything
	}
	return data
}

// value is the liberal form of a schema.
func (l liberal) value(s any) object {
	keywords, ok := s.(object)
	switch {
	case s == false:
		return object{"not": object{}}
	case !ok:
		return expression()
	}
	plain := l.plain(keywords)
	value := object{}
	for _, note := range []string{"description", "default"} {
		if text, ok := plain[note]; ok {
			value[note] = text
			delete(plain, note)
		}
	}
	switch { // editors do not look for what to offer under "else"
	case plain["enum"] != nil:
		value["examples"] = plain["enum"]
	case plain["type"] == "boolean":
		value["examples"] = []any{false, true}
	}
	if kind, ok := plain["type"].(string); ok && len(plain) == 1 && slices.Contains(scalarSchema.Type, kind) {
		value["$ref"] = refTo(kind)["$ref"]
		return value
	}
	value["if"], value["then"], value["else"] = refTo("reference"), expression(), plain
	if admits(keywords, "string") {
		value["if"] = refTo("computed")
	}
	return value
}

// defineScalars defines the values that most inputs are.
func (w *languageWriter) defineScalars() {
	for _, kind := range scalarSchema.Type {
		condition := "reference"
		if kind == "string" {
			condition = "computed"
		}
		w.definitions[kind] = object{"if": refTo(condition), "then": expression(), "else": object{"type": kind}}
	}
}

// plain is the liberal form of a schema for values that are written out.
func (l liberal) plain(s object) object {
	plain := object{}
	for _, keyword := range []string{
		"type", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
		"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
	} {
		if value, ok := s[keyword]; ok {
			plain[keyword] = value
		}
	}
	if text := aboutSchema(s); text != "" {
		plain["description"] = text
	}
	if pattern, ok := s["pattern"].(string); ok && portable(pattern) {
		plain["pattern"] = pattern
	}
	l.constants(plain, s)
	l.branches(plain, s)
	if admits(s, "array") {
		l.elements(plain, s)
	}
	if admits(s, "object") {
		l.members(plain, s)
	}
	return plain
}

// constants takes the values that a schema names, unless a part of one might be written as a reference.
func (l liberal) constants(plain, s object) {
	if value, ok := s["const"]; ok && isScalar(value) {
		plain["const"] = spelled(value)
	}
	if values, ok := s["enum"].([]any); ok && !slices.ContainsFunc(values, func(v any) bool { return !isScalar(v) }) {
		choices := make([]any, len(values))
		for i, v := range values {
			choices[i] = spelled(v)
		}
		plain["enum"] = choices
	}
	if value, ok := s["default"]; ok && isScalar(value) {
		plain["default"] = spelled(value)
	}
}

func isScalar(v any) bool {
	switch v.(type) {
	case []any, object:
		return false
	}
	return true
}

// spelled is a scalar as a document writes it.
func spelled(v any) any {
	if text, ok := v.(string); ok {
		return syntax.Escape(text)
	}
	return v
}

// branches takes what a schema is combined of. With references in a value several branches of oneOf may fit.
func (l liberal) branches(plain, s object) {
	var all []any
	if ref, ok := s["$ref"].(string); ok {
		if target := l.refs[unescaped(ref)]; target != nil {
			all = append(all, target)
		}
	}
	for _, branch := range schemas(s["allOf"]) {
		all = append(all, l.branch(branch))
	}
	for _, keyword := range []string{"anyOf", "oneOf"} {
		var choices []any
		for _, branch := range schemas(s[keyword]) {
			choices = append(choices, l.branch(branch))
		}
		if choices != nil {
			all = append(all, object{"anyOf": choices})
		}
	}
	if all != nil {
		plain["allOf"] = all
	}
}

func (l liberal) branch(s any) any {
	if keywords, ok := s.(object); ok {
		return l.plain(keywords)
	}
	return s
}

// unescaped is a $ref as it names one of the refs.
func unescaped(ref string) string {
	if name, err := url.PathUnescape(ref); err == nil {
		return name
	}
	return ref
}

// addOptional adds the members that have a default, as far as what holds for all members says.
func (l liberal) addOptional(optional map[any]bool, s any) {
	l.each(s, 0, func(keywords object) {
		properties, _ := keywords["properties"].(object)
		for name, property := range properties {
			optional[name] = optional[name] || l.hasDefault(property)
		}
	})
}

func (l liberal) hasDefault(s any) (has bool) {
	l.each(s, 0, func(keywords object) {
		_, here := keywords["default"]
		has = has || here
	})
	return has
}

// each visits a schema and all that hold where it does. Schemas may refer to themselves.
func (l liberal) each(s any, depth int, visit func(object)) {
	keywords, ok := s.(object)
	if !ok || depth > len(l.defs) {
		return
	}
	visit(keywords)
	if ref, ok := keywords["$ref"].(string); ok {
		l.each(l.defs[unescaped(ref)], depth+1, visit)
	}
	for _, branch := range schemas(keywords["allOf"]) {
		l.each(branch, depth, visit)
	}
}

func schemas(list any) []any {
	all, _ := list.([]any)
	return all
}

// elements says what the items of a list are.
func (l liberal) elements(plain, s object) {
	rest := l.value(orAny(s["items"]))
	prefix := schemas(s["prefixItems"])
	if prefix == nil {
		plain["items"] = rest
		return
	}
	items := make([]any, len(prefix))
	for i, item := range prefix {
		items[i] = l.value(item)
	}
	plain["items"], plain["additionalItems"] = items, rest
}

// members says what the members of a mapping are. What has a default need not be there.
func (l liberal) members(plain, s object) {
	properties, _ := s["properties"].(object)
	all := object{}
	for name, property := range properties {
		all[syntax.Escape(name)] = l.value(property)
	}
	optional := map[any]bool{}
	l.addOptional(optional, s)
	if len(all) > 0 {
		plain["properties"] = all
	}
	if required := l.required(s["required"], optional); len(required) > 0 {
		plain["required"] = required
	}
	if dependent, ok := s["dependentRequired"].(object); ok {
		dependencies := object{}
		for name, names := range dependent {
			dependencies[syntax.Escape(name)] = l.required(names, optional)
		}
		plain["dependencies"] = dependencies
	}
	plain["additionalProperties"] = l.value(orAny(s["additionalProperties"]))
	if s["additionalProperties"] == false {
		plain["additionalProperties"] = false
	}
}

func (l liberal) required(names any, optional map[any]bool) []any {
	required := []any{}
	for _, name := range schemas(names) {
		if !optional[name] {
			required = append(required, spelled(name))
		}
	}
	return required
}

// orAny is a schema, or the one that allows anything if there is none.
func orAny(s any) any {
	if s == nil {
		return true
	}
	return s
}

// admits reports whether a schema does not exclude a type.
func admits(s object, kind string) bool {
	switch types := s["type"].(type) {
	case string:
		return types == kind
	case []any:
		return slices.Contains(types, any(kind))
	}
	return true
}

// aboutSchema is what an editor shows about a schema.
func aboutSchema(s object) string {
	text, _ := s["description"].(string)
	if text == "" {
		text, _ = s["title"].(string)
	}
	if s["secret"] == true {
		text += " Secret."
	}
	if s["deprecated"] == true {
		text += " Deprecated."
	}
	return strings.TrimSpace(text)
}

// portable reports whether a pattern means the same to an editor, which reads it as ECMAScript does.
func portable(pattern string) bool {
	for _, foreign := range []string{`(?`, `[[:`, `\A`, `\z`, `\Q`, `\C`, `\a`, `\p`, `\P`, `\x`, `\0`} {
		if strings.Contains(strings.ReplaceAll(pattern, "(?:", "("), foreign) {
			return false
		}
	}
	return true
}
