package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// fromJSON reads one JSON value. Numbers keep their text; a key that appears twice is an error.
func fromJSON(arg *datum, limits Limits) (*datum, error) {
	r := jsonReader{limits: limits}
	r.Decoder = json.NewDecoder(strings.NewReader(*arg.text))
	r.UseNumber()
	d, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := r.Token(); err != io.EOF {
		return nil, r.bad(r.InputOffset(), "there is text behind the value")
	}
	return d, nil
}

type jsonReader struct {
	*json.Decoder
	limits Limits
	nodes  int
}

func (r *jsonReader) bad(at int64, reason string) error {
	return &dataError{code: "bad-json", message: fmt.Sprintf("text is not valid JSON at byte %d: %s", at, reason)}
}

func (r *jsonReader) next() (json.Token, error) {
	token, err := r.Token()
	if err == nil {
		return token, nil
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return nil, r.bad(syntax.Offset, "this character has no place here")
	}
	return nil, r.bad(r.InputOffset(), "the text ends too early")
}

func (r *jsonReader) value(depth int) (*datum, error) {
	if r.nodes++; r.nodes-1 > r.limits.Steps {
		return nil, errSpent
	}
	token, err := r.next()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case bool:
		return boolDatum(token, false), nil
	case json.Number:
		return r.number(token)
	case string:
		return stringDatum(token, false), nil
	case json.Delim:
		if depth >= r.limits.Depth {
			return nil, tooDeep(r.limits)
		}
		if token == '[' {
			return r.array(depth + 1)
		}
		return r.object(depth + 1)
	}
	return null, nil
}

func (r *jsonReader) number(n json.Number) (*datum, error) {
	if !numberFits(n.String(), r.limits) {
		return nil, numberTooLarge(r.limits)
	}
	return numberDatum(n.String(), false), nil
}

// numberFits reports whether the text of a JSON number is within the budget.
func numberFits(text string, limits Limits) bool {
	_, issue := yamltext.Resolve(&yamltext.Node{Value: text}, limits.Digits, limits.Exponent)
	return issue == nil || issue.Warning
}

func tooDeep(limits Limits) error {
	return &dataError{code: "too-deep", message: fmt.Sprintf("nesting is deeper than %d", limits.Depth)}
}

func numberTooLarge(limits Limits) error {
	return &dataError{
		code:    "number-too-large",
		message: fmt.Sprintf("number has more than %d digits or an exponent beyond %d", limits.Digits, limits.Exponent),
		hint:    "put it in quotes for a string",
	}
}

func (r *jsonReader) array(depth int) (*datum, error) {
	var items []Value
	for r.More() {
		d, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		items = append(items, Value{d: d})
	}
	_, err := r.next()
	return arrayDatum(items, false), err
}

func (r *jsonReader) object(depth int) (*datum, error) {
	members := map[string]Value{}
	var keys []string
	for r.More() {
		at := r.InputOffset()
		token, err := r.next()
		if err != nil {
			return nil, err
		}
		key, ok := token.(string)
		if !ok {
			return nil, r.bad(at, "a key must be a string")
		}
		if _, twice := members[key]; twice {
			return nil, r.bad(at, "a key appears twice in one object")
		}
		d, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		members[key] = Value{d: d}
		keys = append(keys, key)
	}
	if _, err := r.next(); err != nil {
		return nil, err
	}
	slices.Sort(keys)
	items := make([]Value, len(keys))
	for i, key := range keys {
		items[i] = members[key]
	}
	return objectDatum(keys, items, false), nil
}
