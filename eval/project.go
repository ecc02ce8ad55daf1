package eval

import (
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// project reads the variables and files of the result and reports members that cannot be used as such.
func (o *operation) project(result *Environment, values Value) {
	result.variables = o.projection(values, "environmentVariables")
	result.files = o.projection(values, "files")
	files := map[string]bool{}
	for _, f := range result.files {
		files[f.name] = true
	}
	variables, _ := values.Member("environmentVariables")
	result.variables = slices.DeleteFunc(result.variables, func(v variable) bool {
		if files[v.name] {
			o.warn(o.keyMark(values, "environmentVariables", v.name), "duplicate-variable",
				shownName(variables, v.name)+` is in "environmentVariables" and in "files"`, "the file wins")
		}
		return files[v.name]
	})
}

func (o *operation) projection(values Value, property string) []variable {
	object, ok := values.Member(property)
	if !ok || object.data() == null || object.Kind() == Null && object.Known() {
		return nil
	}
	if object.Known() && object.Kind() != Object {
		o.report(o.valueMark(object), "not-an-object", quoted(property)+" is "+object.Kind().String(),
			"write names with their values").Path = "values." + property
		return nil
	}
	var variables []variable
	for key, v := range object.All() {
		name := key.(string)
		if o.usableVariable(values, property, name, v) {
			variables = append(variables, variable{name, asText(v)})
		}
	}
	return variables
}

// usableVariable reports what is wrong with a member of a projection.
func (o *operation) usableVariable(values Value, property, name string, v Value) bool {
	key := o.keyMark(values, property, name)
	object, _ := values.Member(property)
	shown := shownName(object, name)
	switch {
	case name == "" || strings.ContainsAny(name, "=\x00"):
		o.report(key, "invalid-variable-name", shown+" cannot be the name of a variable", "")
		return false
	case !isPortable(name):
		o.warn(key, "unportable-variable-name", shown+" is not a portable variable name", `use letters, digits and "_"`)
	}
	d := v.data()
	switch {
	case d.unknown:
		return false
	case d.kind == Array || d.kind == Object:
		o.report(o.valueMark(v), "not-a-scalar", shown+" is "+d.kind.String(),
			`use a string, number, boolean or null, or "fn::toJSON"`)
		return false
	case property == "environmentVariables" && strings.Contains(*d.text, "\x00"):
		o.report(o.valueMark(v), "nul-in-variable", shown+" contains a NUL byte", `put it into "files"`)
		return false
	}
	return true
}

// shownName is the name of a member of an object in messages: those of a secret one are secret.
func shownName(object Value, name string) string {
	if object.Secret() {
		name = secretText
	}
	return quoted(name)
}

// reportUnknownOutputs reports the variables and files that have no value when everything has been computed.
func (o *operation) reportUnknownOutputs(values Value) {
	for _, property := range []string{"environmentVariables", "files"} {
		object, ok := values.Member(property)
		if ok && o.missing(object) {
			o.unknownOutput(object, quoted(property))
		}
		d := object.data()
		for i, name := range d.keys {
			if o.missing(d.items[i]) {
				o.unknownOutput(d.items[i], shownName(object, name))
			}
		}
	}
}

// missing reports whether a value is unknown, and not only because an error elsewhere kept calls from being performed.
func (o *operation) missing(v Value) bool {
	return !v.Known() && (o.performing || v.data().failed)
}

func (o *operation) unknownOutput(v Value, shown string) {
	o.report(o.valueMark(v), "unknown-output",
		shown+" has no value because it depends on something unknown", "see the other errors")
}

// isPortable reports whether every shell can hold a variable of that name.
func isPortable(name string) bool {
	for i, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// asText is a scalar as the text of a variable.
func asText(v Value) Value {
	d := v.data()
	if d.kind == String {
		return v
	}
	text, _ := stringify(d, len(*d.text)+len("false"))
	v.d = stringDatum(text, d.secret)
	return v
}

// valueMark is where a value was made.
func (o *operation) valueMark(v Value) syntax.Mark {
	if v.def == nil || v.def.Doc == nil {
		return o.rootMark()
	}
	return v.def.Mark()
}

// keyMark is the key of a member of a top-level object, in the document that contributes it.
func (o *operation) keyMark(values Value, property, name string) syntax.Mark {
	object, _ := values.Member(property)
	v, _ := object.Member(name)
	if v.def == nil || v.def.Doc == nil {
		return o.rootMark()
	}
	if written := v.def.Doc.Values.Member(property); written != nil && written.Kind == syntax.Mapping &&
		written.Member(name) == v.def {
		return written.KeyMark(name)
	}
	return v.def.Mark()
}
