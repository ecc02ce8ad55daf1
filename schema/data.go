package schema

import (
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
)

// maxDepth is how deep data and schemas may be nested. It is far beyond what documents can hold and only stops data of
// Go that contains itself.
const maxDepth = 1000

// Kinds is a set of kinds of data. A known number is in one of two kinds: integers and fractions.
type kinds uint8

const (
	nullKind kinds = 1 << iota
	booleanKind
	integerKind
	fractionKind
	stringKind
	arrayKind
	objectKind

	numberKind = integerKind | fractionKind
	anyKind    = nullKind | booleanKind | numberKind | stringKind | arrayKind | objectKind
)

// kindsNamed returns the kinds that a type of JSON Schema covers.
func kindsNamed(name string) (kinds, bool) {
	switch name {
	case "null":
		return nullKind, true
	case "boolean":
		return booleanKind, true
	case "integer":
		return integerKind, true
	case "number":
		return numberKind, true
	case "string":
		return stringKind, true
	case "array":
		return arrayKind, true
	case "object":
		return objectKind, true
	}
	return 0, false
}

// names returns the kinds as a document knows them, ascending: an integer is a number.
func (k kinds) names() []string {
	var names []string
	for _, name := range []string{"array", "boolean", "null", "number", "object", "string"} {
		if named, _ := kindsNamed(name); k&named != 0 {
			names = append(names, name)
		}
	}
	return names
}

// kindOf returns the kind of plain data that is not marked, 0 if it is unknown or not plain. It gives both kinds of
// numbers to a number, since telling them apart means reading it.
func kindOf(v any) kinds {
	switch v.(type) {
	case nil:
		return nullKind
	case bool:
		return booleanKind
	case json.Number:
		return numberKind
	case string:
		return stringKind
	case []any:
		return arrayKind
	case map[string]any:
		return objectKind
	}
	if _, ok := numberText(v); ok {
		return numberKind
	}
	return 0
}

// unmark returns the data that v stands for, and whether it is secret.
func unmark(v any) (data any, secret bool) {
	for {
		switch marked := v.(type) {
		case Secret:
			v, secret = marked.Data(), true
		case Null:
			return nil, secret
		default:
			return v, secret
		}
	}
}

// numberText returns the text of a number: of a json.Number, of any integer kind of Go, or of a finite float.
func numberText(v any) (string, bool) {
	if n, ok := v.(json.Number); ok {
		_, ok := parseDecimal(string(n))
		return string(n), ok
	}
	switch n := reflect.ValueOf(v); {
	case !n.IsValid():
		return "", false
	case n.CanInt():
		return strconv.FormatInt(n.Int(), 10), true
	case n.CanUint():
		return strconv.FormatUint(n.Uint(), 10), true
	case n.CanFloat() && !math.IsInf(n.Float(), 0) && !math.IsNaN(n.Float()):
		return strconv.FormatFloat(n.Float(), 'g', -1, n.Type().Bits()), true
	}
	return "", false
}

// number returns the value of a number; zero if v is none.
func number(v any) decimal {
	text, _ := numberText(v)
	d, _ := parseDecimal(text)
	return d
}

// Equal tells whether a and b are the same plain data. Numbers are compared by exact value, so that 1 equals 1.0, and a
// Secret by what it holds. An Unknown equals nothing.
func Equal(a, b any) bool { return compare(a, b, 0) == same }

// A likeness is what is known about the equality of data.
type likeness uint8

const (
	different likeness = iota
	unsure             // it depends on something unknown
	same
)

func compare(a, b any, depth int) likeness {
	a, _ = unmark(a)
	b, _ = unmark(b)
	if isUnknown(a) || isUnknown(b) {
		return unsure
	}
	kind := kindOf(a)
	if kind == 0 || kind != kindOf(b) || depth > maxDepth {
		return different
	}
	switch kind {
	case numberKind:
		return likenessOf(a == b || number(a).compare(number(b)) == 0)
	case arrayKind:
		return compareArrays(a.([]any), b.([]any), depth)
	case objectKind:
		return compareObjects(a.(map[string]any), b.(map[string]any), depth)
	}
	return likenessOf(a == b)
}

func compareArrays(a, b []any, depth int) likeness {
	if len(a) != len(b) {
		return different
	}
	result := same
	for i := range a {
		if result = min(result, compare(a[i], b[i], depth+1)); result == different {
			break
		}
	}
	return result
}

func compareObjects(a, b map[string]any, depth int) likeness {
	if len(a) != len(b) {
		return different
	}
	result := same
	for name, v := range a {
		w, ok := b[name]
		if !ok {
			return different
		}
		if result = min(result, compare(v, w, depth+1)); result == different {
			break
		}
	}
	return result
}

func likenessOf(equal bool) likeness {
	if equal {
		return same
	}
	return different
}

func isUnknown(v any) bool {
	_, ok := v.(Unknown)
	return ok
}

// appendKey appends a text that is the same for equal data and for no other. It reports whether there is one: not if
// anything in v is unknown or not plain.
func appendKey(key []byte, v any, depth int) ([]byte, bool) {
	v, _ = unmark(v)
	kind := kindOf(v)
	if kind == 0 || depth > maxDepth {
		return key, false
	}
	ok := true
	switch v := v.(type) {
	case nil:
		key = append(key, 'n')
	case bool:
		key = strconv.AppendBool(key, v)
	case string:
		key = appendText(append(key, 's'), v)
	case []any:
		key = append(key, '[')
		for i := 0; i < len(v) && ok; i++ {
			key, ok = appendKey(key, v[i], depth+1)
		}
		key = append(key, ']')
	case map[string]any:
		key = append(key, '{')
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if key, ok = appendKey(appendText(key, name), v[name], depth+1); !ok {
				break
			}
		}
		key = append(key, '}')
	default:
		d := number(v)
		key = append(strconv.AppendInt(key, int64(d.sign()), 10), '.')
		key = append(append(key, d.digits...), 'e')
		key = append(strconv.AppendInt(key, d.exponent, 10), ';')
	}
	return key, ok
}

func appendText(key []byte, text string) []byte {
	key = append(strconv.AppendInt(key, int64(len(text)), 10), ':')
	return append(key, text...)
}

func holdsSecret(v any) bool { return holds(v, 0, func(v any) bool { _, ok := v.(Secret); return ok }) }

func holdsUnknown(v any) bool { return holds(v, 0, isUnknown) }

// holds tells whether there is something in v. Of data that contains itself it says yes.
func holds(v any, depth int, something func(any) bool) bool {
	if depth > maxDepth || something(v) {
		return true
	}
	v, _ = unmark(v)
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if holds(item, depth+1, something) {
				return true
			}
		}
	case map[string]any:
		for _, member := range v {
			if holds(member, depth+1, something) {
				return true
			}
		}
	}
	return false
}
