package schema

import (
	"fmt"
	"slices"
)

// maxSearched bounds how many candidates are looked at for all suggestions of one Validate.
const maxSearched = 1_000_000

var tooManySteps = fmt.Sprintf("validation takes more than %d steps", maxSteps)

// A writer puts findings into words. It keeps what many messages have in common.
type writer struct {
	constants memo[*Schema, string]
	allowed   memo[*Schema, string]
	names     memo[*Schema, []string]
	searched  int
}

func (w *writer) violation(f finding) Violation {
	v := Violation{Code: f.rule.code()}
	if f.at != nil {
		v.Path = f.at.path()
	}
	for s := f.below; s != nil; s = s.next {
		v.Path = append(v.Path, s.key)
	}
	if f.rule == ruleNoMoreProperties {
		name, _ := v.Path[len(v.Path)-1].(string)
		v.Message, v.Hint = w.unexpected(f.schema, name)
	} else {
		v.Message, v.Hint = w.message(f)
	}
	return v
}

func (w *writer) message(f finding) (message, hint string) {
	s := f.schema
	switch f.rule {
	case ruleType:
		return "must be " + typeList(s.Type) + ", is " + joinOr(f.kinds.names()), s.objectForm()
	case ruleConst, ruleEnum:
		return "must be " + w.constantList(s), ""
	case ruleMinimum:
		return "must be at least " + s.bound(s.Minimum), ""
	case ruleMaximum:
		return "must be at most " + s.bound(s.Maximum), ""
	case ruleExclusiveMinimum:
		return "must be more than " + s.bound(s.ExclusiveMinimum), ""
	case ruleExclusiveMaximum:
		return "must be less than " + s.bound(s.ExclusiveMaximum), ""
	case ruleMultipleOf:
		return "must be " + s.bound(s.MultipleOf) + " times an integer", ""
	case ruleTooShort:
		return lengthText(f, "least", "most"), ""
	case ruleTooLong:
		return lengthText(f, "most", "least"), ""
	case rulePattern:
		return "does not match " + s.show(quotePattern(s.Pattern)), s.exampleForm()
	case ruleUnique:
		return fmt.Sprintf("items %d and %d are equal", f.have, f.want), "items must be unique"
	case ruleRequired:
		return "property " + s.show(quote(f.name)) + " is missing", ""
	case ruleNoMoreItems:
		return fmt.Sprintf("item %d is not allowed", f.have), "the list ends before it"
	case ruleNoMatch:
		return "value matches none of " + count(f.have, "alternative"), ""
	case ruleAmbiguous:
		return "value matches alternatives " + f.name, "exactly one may match"
	case ruleNot:
		return "value matches a schema that it must not match", ""
	case ruleInvalidSchema:
		return "invalid schema: " + f.name, ""
	case ruleTooManySteps:
		return tooManySteps, ""
	}
	return "no value is allowed here", ""
}

// unexpected words the finding of a property that an object must not have.
func (w *writer) unexpected(s view, name string) (message, hint string) {
	if s.secret {
		return "property " + redacted + " is not allowed", ""
	}
	names := w.names.get(s.Schema, s.allowedNames)
	hint = w.allowed.get(s.Schema, func() string { return allowedList(names) })
	if name == redacted {
		return "property " + redacted + " is not allowed", hint
	}
	if w.searched += len(names); w.searched <= maxSearched {
		hint += suggestion(name, names)
	}
	return "property " + quote(name) + " is not allowed", hint
}

// allowedNames returns the properties that s lists and does not rule out, ascending.
func (v view) allowedNames() []string {
	var names []string
	for _, name := range sortedKeys(v.Properties) {
		if !v.excludes(name) {
			names = append(names, name)
		}
	}
	return names
}

func allowedList(names []string) string {
	switch len(names) {
	case 0:
		return "no property is allowed"
	case 1:
		return "allowed is " + quote(names[0])
	}
	return "allowed are " + quoteList(names)
}

// suggestion is what a list of names ends in if one of them is near to what was written.
func suggestion(name string, names []string) string {
	near := Nearest(name, names)
	if near == "" {
		return ""
	}
	return "; did you mean " + quote(near) + "?"
}

// objectForm says how an object is written where something else stands.
func (v view) objectForm() string {
	switch {
	case v.secret || len(v.Type) != 1 || v.Type[0] != "object":
		return ""
	case len(v.Required) > 0:
		return "write a mapping with " + quoteList(slices.Sorted(slices.Values(v.Required)))
	case len(v.Properties) > 0:
		return "write a mapping of any of " + quoteList(v.allowedNames())
	}
	return ""
}

// exampleForm shows what would match.
func (v view) exampleForm() string {
	if v.secret || len(v.Examples) == 0 {
		return ""
	}
	examples := make([]string, 0, 2)
	for _, example := range v.Examples[:min(len(v.Examples), 2)] {
		examples = append(examples, printConstant(example))
	}
	return "such as " + joinOr(examples)
}

// constantList prints Const or Enum.
func (w *writer) constantList(s view) string {
	return s.show(w.constants.get(s.Schema, func() string {
		constants, _ := s.constants()
		return printConstants(constants)
	}))
}

// bound prints a number of the schema.
func (v view) bound(text fmt.Stringer) string { return v.show(shorten(text.String())) }

// show returns text of the schema if that is no secret.
func (v view) show(text string) string {
	if v.secret {
		return redacted
	}
	return text
}

// lengthText words the finding of a wrong length. What is unknown has a length at its own bound.
func lengthText(f finding, limit, known string) string {
	noun := map[kinds]string{stringKind: "character", arrayKind: "item", objectKind: "property"}[f.kinds]
	has := fmt.Sprint(f.have)
	if f.unsure {
		has = fmt.Sprintf("at %s %d", known, f.have)
	}
	return fmt.Sprintf("must have at %s %s, has %s", limit, count(f.want, noun), has)
}
