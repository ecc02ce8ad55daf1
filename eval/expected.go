package eval

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
	"github.com/escapement-go/escapement/schema"
)

// An expectation says what may be written at a place.
type expectation struct {
	schema *schema.Schema // of the value; nil: anything
	calls  bool           // a call may stand there
}

// valuesSchema describes the mapping under "values".
var valuesSchema = &schema.Schema{Properties: map[string]*schema.Schema{
	"environmentVariables": {Description: "The variables that programs are run with."},
	"files":                {Description: "Texts that programs find in files, whose paths are in the variables of these names."},
}}

// expected says what may be written at a path of a document below "values".
func (e *Evaluator) expected(source *yamltext.Document, path []any) expectation {
	x := expectation{schema: valuesSchema}
	for i, step := range path {
		if i == 0 {
			continue // "values" itself
		}
		key, isKey := step.(string)
		switch {
		case !isKey:
			s, _ := x.schema.Element(step.(int))
			x = expectation{s, i > 1}
		case key == "fn::final":
		case strings.HasPrefix(key, "fn::"):
			x = e.argument(key, textAt(source, append(slices.Clone(path[:i+1]), "provider")))
		default:
			s, _ := x.schema.Property(key)
			x = expectation{s, x.calls || key != "state"}
		}
	}
	return x
}

// textAt returns the text of the scalar at a path, "" if there is none.
func textAt(source *yamltext.Document, path []any) string {
	if n := source.Lookup(path); n != nil && n.Kind == yamltext.Scalar {
		text, _ := syntax.Literal(n.Value)
		return text
	}
	return ""
}

// argument says what a function takes. The long forms name the provider or rotator in their arguments.
func (e *Evaluator) argument(key, plugin string) expectation {
	literal, _ := syntax.Literal(key)
	if f := builtins[key]; f != nil {
		return expectation{f.argument, true}
	}
	if name, ok := strings.CutPrefix(literal, "fn::open::"); ok {
		return expectation{e.inputsOf(name), true}
	}
	if name, ok := strings.CutPrefix(literal, "fn::rotate::"); ok {
		return expectation{schema: e.rotateArguments(name, nil)}
	}
	switch key {
	case "fn::open":
		return expectation{schema: closedMembers(map[string]*schema.Schema{
			"provider": choiceOf(slices.Sorted(maps.Keys(e.Providers))), "inputs": e.inputsOf(plugin),
		})}
	case "fn::rotate":
		return expectation{schema: e.rotateArguments(plugin, choiceOf(slices.Sorted(maps.Keys(e.Rotators))))}
	case "fn::secret":
		return expectation{schema: closedMembers(map[string]*schema.Schema{"ciphertext": {Type: []string{"string"}}})}
	case "fn::validate":
		return expectation{schema: closedMembers(map[string]*schema.Schema{"schema": schemaOfSchemas, "value": {}})}
	}
	return expectation{}
}

// closedMembers is the schema of an object with these members and no others.
func closedMembers(properties map[string]*schema.Schema) *schema.Schema {
	return &schema.Schema{Type: []string{"object"}, Properties: properties, AdditionalProperties: &schema.Schema{Never: true}}
}

// choiceOf is the schema of a name that is one of these.
func choiceOf(names []string) *schema.Schema {
	choices := make([]any, len(names))
	for i, name := range names {
		choices[i] = name
	}
	return &schema.Schema{Type: []string{"string"}, Enum: choices, Description: "Its name."}
}

// inputsOf is the schema of what a provider takes; nil if that is not known.
func (e *Evaluator) inputsOf(provider string) *schema.Schema {
	if p := e.Providers[provider]; p != nil {
		return contractOfProvider(p).inputs
	}
	return nil
}

func (e *Evaluator) rotateArguments(rotator string, provider *schema.Schema) *schema.Schema {
	c := &contract{}
	if r := e.Rotators[rotator]; r != nil {
		c = contractOfRotator(r)
	}
	properties := map[string]*schema.Schema{"inputs": orAnything(c.inputs), "state": orAnything(c.state)}
	if provider != nil {
		properties["provider"] = provider
	}
	return closedMembers(properties)
}

func orAnything(s *schema.Schema) *schema.Schema { return cmp.Or(s, &schema.Schema{}) }

// aboutOf is what a schema says about a value, in a sentence or two.
func aboutOf(s *schema.Schema) string {
	for i := 0; i < maxRefs && s != nil; i++ {
		if text := cmp.Or(s.Description, s.Title); text != "" {
			return text
		}
		s = target(s)
	}
	return ""
}

// maxRefs bounds how many $refs are followed for a description.
const maxRefs = 8

// target is the schema that a $ref names, nil if there is none.
func target(s *schema.Schema) *schema.Schema {
	name, ok := strings.CutPrefix(s.Ref, "#/$defs/")
	if !ok {
		return nil
	}
	next := s.Defs[name]
	if next == nil || next.Defs != nil {
		return next
	}
	c := *next
	c.Defs = s.Defs
	return &c
}

// choices are the values among which a schema lets choose, as a document writes them.
func choices(s *schema.Schema) (all []string) {
	for i := 0; i < maxRefs && s != nil && !s.Secret; i++ {
		for _, v := range s.Enum {
			if text, ok := v.(string); ok {
				all = append(all, syntax.Escape(text))
			}
		}
		if len(s.Type) == 1 && s.Type[0] == "boolean" {
			all = append(all, "false", "true")
		}
		s = target(s)
	}
	return all
}

// functionNames are the keys of all calls that a document can make, with what each does.
func (e *Evaluator) functionNames() map[string]string {
	all := maps.Clone(aboutSpecial)
	for name, f := range builtins {
		all[name] = f.about
	}
	for name, p := range e.Providers {
		all["fn::open::"+syntax.Escape(name)] = aboutPlugin("fn::open", "provider", name, contractOfProvider(p))
	}
	for name, r := range e.Rotators {
		all["fn::rotate::"+syntax.Escape(name)] = aboutPlugin("fn::rotate", "rotator", name, contractOfRotator(r))
	}
	return all
}
