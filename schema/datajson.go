package schema

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// dataJSON returns v as compact JSON with ascending keys. A Secret is "[secret]", an Unknown is "[unknown]". What is no
// plain data is a string that names its type.
func dataJSON(v any) []byte {
	var e encoder
	e.encode(v, 0)
	return e.dst
}

// revealedJSON is dataJSON with what is in a Secret.
func revealedJSON(v any) []byte {
	e := encoder{reveal: true}
	e.encode(v, 0)
	return e.dst
}

type encoder struct {
	dst    []byte
	reveal bool
	tooFar bool // data of Go that contains itself has no JSON form; what was written is then cut short
}

func (e *encoder) encode(v any, depth int) {
	v, secret := unmark(v)
	e.tooFar = e.tooFar || depth > maxDepth
	switch {
	case secret && !e.reveal:
		v = redacted
	case isUnknown(v):
		v = unknownText
	}
	switch v := v.(type) {
	case nil:
		e.dst = append(e.dst, "null"...)
	case bool:
		e.dst = strconv.AppendBool(e.dst, v)
	case string:
		e.dst = appendQuoted(e.dst, v)
	case []any:
		e.array(v, depth+1)
	case map[string]any:
		e.object(v, depth+1)
	default:
		if text, ok := numberText(v); ok {
			e.dst = append(e.dst, text...)
			return
		}
		e.dst = appendQuoted(e.dst, fmt.Sprintf("[%T]", v))
	}
}

func (e *encoder) array(items []any, depth int) {
	e.dst = append(e.dst, '[')
	for i, item := range items {
		if e.tooFar {
			break
		}
		if i > 0 {
			e.dst = append(e.dst, ',')
		}
		e.encode(item, depth)
	}
	e.dst = append(e.dst, ']')
}

func (e *encoder) object(members map[string]any, depth int) {
	e.dst = append(e.dst, '{')
	for i, name := range sortedKeys(members) {
		if e.tooFar {
			break
		}
		if i > 0 {
			e.dst = append(e.dst, ',')
		}
		e.dst = append(appendQuoted(e.dst, name), ':')
		e.encode(members[name], depth)
	}
	e.dst = append(e.dst, '}')
}

// appendQuoted appends s as a JSON string. Bytes that are not UTF-8 become U+FFFD.
func appendQuoted(dst []byte, s string) []byte {
	if isPlainText(s) {
		return append(append(append(dst, '"'), s...), '"')
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string always has a JSON form
	return append(dst, strings.TrimSuffix(b.String(), "\n")...)
}

// isPlainText tells whether s stands for itself between the quotes of JSON.
func isPlainText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
