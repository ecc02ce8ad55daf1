package schema

import (
	"cmp"
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
	text, isJSON := v.(json.Number)
	if !isJSON {
		other, _ := numberText(v)
		text = json.Number(other)
	}
	d, _ := parseDecimal(string(text))
	return d
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

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
