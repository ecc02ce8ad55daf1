package eval

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// LanguageSchema returns a JSON Schema (draft-07) of the documents of environments, with the inputs of every provider
// and rotator of the Evaluator, for editors that check and complete YAML by such a schema. It is the same text for the same
// Providers and Rotators. The error is that of a provider or rotator which panics when it is asked for its schemas.
//
// A document that Check finds nothing wrong with fits the schema, but for spellings that YAML 1.2 reads differently; Check
// sees more, such as references to nothing. Where a value may stand, a reference or a call may stand instead. The schema
// shows nothing of the secret parts of schemas.
func (e *Evaluator) LanguageSchema() ([]byte, error) {
	w := languageWriter{definitions: object{}, functions: object{}}
	w.defineScalars()
	w.builtins()
	for _, name := range slices.Sorted(maps.Keys(e.Providers)) {
		if err := w.provider(name, contractOfProvider(e.Providers[name])); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Rotators)) {
		if err := w.rotator(name, contractOfRotator(e.Rotators[name])); err != nil {
			return nil, err
		}
	}
	w.longForms()
	w.expressions()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(w.document())
	return bytes.TrimSpace(text.Bytes()), err
}

// An object is one of JSON.
type object = map[string]any

// A languageWriter puts the schema of the language together.
type languageWriter struct {
	definitions object
	functions   object // the schemas of arguments, by the key of the call
	opened      []plugin
	rotated     []plugin
}

// A plugin is a provider or rotator as the long form of its call names it.
type plugin struct {
	name     string
	argument object
}

// define makes a definition and returns the reference to it.
func (w *languageWriter) define(name string, s any) object {
	plain := []byte(name)
	for i, c := range plain {
		if c != '-' && c != '.' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			plain[i] = '_'
		}
	}
	unique := string(plain)
	for i := 2; ; i++ {
		if _, taken := w.definitions[unique]; !taken {
			break
		}
		unique = string(plain) + "-" + strconv.Itoa(i)
	}
	w.definitions[unique] = s
	return refTo(unique)
}

func refTo(definition string) object { return object{"$ref": "#/definitions/" + definition} }

// expression is the schema of whatever may be written for a value.
func expression() object { return refTo("expression") }

// described adds what an editor shows to a schema. Beside a $ref it is all that counts.
func described(text string, s object) object {
	s = maps.Clone(s)
	s["description"] = text
	return s
}

// document is the schema of a document as a whole.
func (w *languageWriter) document() object {
	return object{
		"$schema":              "http://json-schema.org/draft-07/schema#",
		"type":                 []string{"object", "null"},
		"additionalProperties": false,
		"properties": object{
			"description": object{
				"description": topLevelKeys["description"],
				"type":        "string", "pattern": literalPattern, "patternErrorMessage": "a description holds no references; write $$ for a dollar sign",
			},
			"imports": object{
				"description": topLevelKeys["imports"],
				"type":        "array", "items": importItem(),
			},
			"values": values(),
		},
		"definitions": w.definitions,
	}
}

// aboutMerge says what the option of an import does.
const aboutMerge = "Whether the values of the import are merged; false makes it one to be referred to. The default is true."

// importItem is the schema of an item of "imports".
func importItem() object {
	return object{
		"type": []string{"string", "object"}, "pattern": environmentPattern,
		"patternErrorMessage": "not the name of an environment: " + syntax.NameHint,
		"minProperties":       1, "maxProperties": 1, "propertyNames": object{"pattern": environmentPattern},
		"additionalProperties": object{
			"type": "object", "additionalProperties": false,
			"properties": object{"merge": object{
				"description": aboutMerge,
				"type":        "boolean",
			}},
		},
	}
}

// values is the schema of the mapping under "values". References give some names another meaning.
func values() object {
	return object{
		"description": topLevelKeys["values"],
		"type":        "object",
		"properties": object{
			"environmentVariables": variableSchema("environmentVariables"),
			"files":                variableSchema("files"),
			"imports":              false, "environments": false, "context": false,
		},
		"propertyNames": allOf(refTo("key"), object{
			"pattern": noFunctionPattern, "patternErrorMessage": `no call can stand directly under "values"; give its result a name`,
		}),
		"additionalProperties": expression(),
	}
}

// variableSchema is the schema of a property whose members become variables.
func variableSchema(name string) object {
	plain := liberal{}.plain(object{"type": []any{"object", "null"}, "additionalProperties": schemaJSON(scalarSchema)})
	plain["propertyNames"] = allOf(refTo("key"), object{
		"pattern": variablePattern, "patternErrorMessage": `the name of a variable holds no "=" and is not empty`,
	})
	return object{"description": valuesSchema.Properties[name].Description, "if": refTo("reference"), "then": expression(), "else": plain}
}

func allOf(schemas ...object) object { return object{"allOf": schemas} }

// expressions defines what may be written for a value. One schema does for all kinds, since a keyword says nothing about
// kinds that it is not for; so whatever is wrong is found where it stands.
func (w *languageWriter) expressions() {
	w.definitions["key"] = object{
		"pattern": literalPattern, "patternErrorMessage": "a key holds no references; write $$ for a dollar sign",
	}
	w.definitions["expression"] = object{
		"pattern": textPattern, "patternErrorMessage": "not a reference such as ${a.b[0]}; write $$ for a dollar sign",
		"items":                expression(),
		"properties":           w.functions,
		"additionalProperties": expression(),
		"propertyNames":        refTo("key"),
		"if":                   object{"maxProperties": 1},
		"then":                 object{"propertyNames": w.functionNames()},
		"else": object{"propertyNames": object{
			"pattern": noFunctionPattern, "patternErrorMessage": "a call stands alone in its mapping",
		}},
	}
	isCall := object{"type": "object", "not": object{"propertyNames": object{"pattern": noFunctionPattern}}}
	w.definitions["reference"] = object{"anyOf": []any{isCall, object{"type": "string", "pattern": referencePattern}}}
	w.definitions["computed"] = object{"anyOf": []any{isCall, object{"type": "string", "not": object{"pattern": literalPattern}}}}
}

// functionNames is the schema of a key that stands alone: any, but if it is reserved for calls, that of a function.
func (w *languageWriter) functionNames() object {
	names := slices.Sorted(maps.Keys(w.functions))
	patterns := make([]string, len(names))
	for i, name := range names {
		patterns[i] = regexp.QuoteMeta(name)
	}
	return object{
		"pattern":             noFunctionPattern + `|^(?:` + strings.Join(patterns, "|") + `)$`,
		"patternErrorMessage": "unknown function; there are " + strings.Join(names, ", "),
	}
}

// pluginError is the error of a provider or rotator that cannot be asked for its schemas.
func pluginError(kind, name string, err error) error {
	return fmt.Errorf("eval: schemas of %s %q: %w", kind, name, err)
}
