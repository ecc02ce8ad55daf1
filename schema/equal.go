package schema

import "strconv"

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
		for _, name := range sortedKeys(v) {
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
