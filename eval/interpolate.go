package eval

import (
	"fmt"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// Interpolate reads a text as strings of documents are read, and puts the values of the result into the place of its
// references: ${app.port} becomes the text of that value, and $$ a dollar sign. The Value is a string. It is secret if a
// value in it is, and unknown if one is.
//
// The references name what the environment holds, so ${imports}, ${environments} and ${context} lead nowhere. The error is
// a [*Diagnostic], for a reference that does not parse or that leads nowhere, or for a text that becomes too large.
func (e *Environment) Interpolate(text string) (Value, error) {
	parts, literal, errs := syntax.ParseText(text)
	if errs != nil {
		return Value{}, unplaced(errs[0])
	}
	b, secret, known := []byte(literal), false, true
	for _, part := range parts {
		b = append(b, part.Text...)
		if part.Path == nil {
			continue
		}
		v, err := e.at(part.Path)
		if err != nil {
			return Value{}, err
		}
		d := v.data()
		secret, known = secret || d.secret || d.secretBelow, known && !d.unknownBelow
		var ok bool
		if b, ok = appendText(b, d, maxTextBytes); !ok {
			return Value{}, blame(v, Diagnostic{Code: "result-too-large", Message: fmt.Sprintf("value has more than %d bytes", maxTextBytes)})
		}
	}
	if !known {
		return Value{d: unknownDatum(stringSchema, secret)}, nil
	}
	return Value{d: stringDatum(string(b), secret)}, nil
}

// unplaced is an error of a text that stands in no document.
func unplaced(err *syntax.Error) *Diagnostic {
	return &Diagnostic{Code: err.Code, Message: err.Message, Hint: err.Hint}
}
