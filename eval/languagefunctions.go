package eval

import (
	"cmp"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// aboutSpecial says what the functions do that are no builtins, in a sentence for editors.
var aboutSpecial = map[string]string{
	"fn::final":    "A value that no environment which imports this one can override.",
	"fn::open":     "What a provider answers to its inputs, when the environment is opened.",
	"fn::rotate":   "A credential that a rotator renews, and whose state this document keeps.",
	"fn::secret":   "A secret: plain text, or the ciphertext that esc encrypt makes of it.",
	"fn::validate": "A value that must fit a schema.",
}

// builtins defines the functions that every Evaluator has.
func (w *languageWriter) builtins() {
	for name, f := range builtins {
		argument := expression()
		if f.argument != nil {
			argument = liberal{}.value(schemaJSON(f.argument))
		}
		w.functions[name] = described(f.about, argument)
	}
	w.functions["fn::final"] = described(aboutSpecial["fn::final"], expression())
	w.functions["fn::secret"] = object{
		"description": aboutSpecial["fn::secret"],
		"type":        []string{"string", "object"}, "pattern": literalPattern,
		"patternErrorMessage": "a secret holds no references; write $$ for a dollar sign",
		"properties": object{"ciphertext": object{
			"description": "What esc encrypt has made of the secret.", "type": "string", "pattern": literalPattern,
		}},
		"required": []string{"ciphertext"}, "additionalProperties": false,
	}
	l, schemas := w.liberal("schema", schemaOfSchemas)
	w.functions["fn::validate"] = closed(aboutSpecial["fn::validate"], object{
		"schema": described("A JSON Schema, or a reference to one.", l.value(schemas)),
		"value":  described("The value, which is the result as well.", expression()),
	}, "schema", "value")
}

// closed is the schema of a mapping that is written out and has no other members.
func closed(description string, properties object, required ...string) object {
	return object{
		"description": description, "type": "object", "properties": properties, "required": required,
		"additionalProperties": false,
	}
}

// provider adds the call of a provider.
func (w *languageWriter) provider(name string, c *contract) error {
	if c.err != nil {
		return pluginError("provider", name, c.err)
	}
	inputs := w.define("open."+name, w.inputs(name, c.inputs))
	w.functions["fn::open::"+syntax.Escape(name)] = described(aboutPlugin("fn::open", "provider", name, c), inputs)
	w.opened = append(w.opened, plugin{syntax.Escape(name), object{"inputs": inputs}})
	return nil
}

// rotator adds the call of a rotator.
func (w *languageWriter) rotator(name string, c *contract) error {
	if c.err != nil {
		return pluginError("rotator", name, c.err)
	}
	l, s := w.liberal("state."+name, c.state)
	state := l.plain(mustBeObject(s))
	state["type"], state["propertyNames"] = []string{"object", "null"}, object{
		"pattern": noFunctionPattern, "patternErrorMessage": "a state is written out and no call",
	}
	members := object{
		"inputs": w.define("rotate."+name, w.inputs(name, c.inputs)),
		"state":  described(aboutMembers["state"], w.define("state."+name, state)),
	}
	w.functions["fn::rotate::"+syntax.Escape(name)] = closed(aboutPlugin("fn::rotate", "rotator", name, c), members, "inputs")
	w.rotated = append(w.rotated, plugin{syntax.Escape(name), members})
	return nil
}

// inputs is the schema of what is passed to a provider or rotator: an object, whatever else its schema says.
func (w *languageWriter) inputs(name string, s *schema.Schema) object {
	l, data := w.liberal("inputs."+name, s)
	return l.value(mustBeObject(data))
}

// mustBeObject narrows a schema to objects.
func mustBeObject(s any) object {
	switch s := s.(type) {
	case object:
		s["type"] = "object"
		return s
	case bool:
		if !s {
			return object{"type": "object", "allOf": []any{false}}
		}
	}
	return object{"type": "object"}
}

// aboutPlugin is what an editor shows for the call of a provider or rotator.
func aboutPlugin(function, kind, name string, c *contract) string {
	about := aboutSpecial[function] + " The " + kind + " is " + name + "."
	if c.inputs != nil && !c.inputs.Secret {
		about += " " + cmp.Or(c.inputs.Description, c.inputs.Title)
	}
	return strings.TrimSpace(about)
}

// longForms adds fn::open and fn::rotate, which name the provider or rotator in their arguments.
func (w *languageWriter) longForms() {
	if len(w.opened) > 0 {
		w.functions["fn::open"] = longForm(aboutSpecial["fn::open"], w.opened, "inputs")
	}
	if len(w.rotated) > 0 {
		w.functions["fn::rotate"] = longForm(aboutSpecial["fn::rotate"], w.rotated, "inputs", "state")
	}
}

var aboutMembers = map[string]string{
	"inputs": "What the provider or rotator is given.",
	"state":  "What the rotator has to remember. Rotating writes it.",
}

func longForm(description string, plugins []plugin, members ...string) object {
	properties := object{}
	for _, name := range members {
		properties[name] = object{"description": aboutMembers[name]}
	}
	names, choices := []string{}, []any{}
	for _, p := range plugins {
		names = append(names, p.name)
		choices = append(choices, object{
			"if":   object{"properties": object{"provider": object{"const": p.name}}, "required": []string{"provider"}},
			"then": object{"properties": p.argument},
		})
	}
	properties["provider"] = object{"description": "Its name.", "enum": names}
	s := closed(description, properties, "provider", "inputs")
	s["allOf"] = choices
	return s
}
