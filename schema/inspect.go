package schema

import (
	"encoding/json"
	"fmt"
	"slices"
)

// inspect returns why v is no plain data that can be worked with, nil if it is. After it, numbers are numbers and
// nothing is nested deeper than maxDepth.
func inspect(v any) *Violation {
	steps := maxSteps
	if isPlain(v, 0, &steps) {
		return nil
	}
	i := inspector{steps: maxSteps}
	i.inspect(v, false)
	return i.found
}

// isPlain says whether there is anything to find.
func isPlain(v any, depth int, steps *int) bool {
	*steps--
	if depth > maxDepth || *steps < 0 {
		return false
	}
	v, _ = unmark(v)
	switch v := v.(type) {
	case nil, bool, string, Unknown:
	case []any:
		for _, item := range v {
			if !isPlain(item, depth+1, steps) {
				return false
			}
		}
	case map[string]any:
		for _, member := range v {
			if !isPlain(member, depth+1, steps) {
				return false
			}
		}
	default:
		_, ok := numberText(v)
		return ok
	}
	return true
}

// An inspector finds the first part of data, by path, that is not plain.
type inspector struct {
	steps int
	path  []any
	found *Violation
}

func (i *inspector) inspect(v any, secret bool) {
	v, marked := unmark(v)
	secret = secret || marked
	if i.steps--; i.steps < 0 {
		i.found = &Violation{Code: codeTooManySteps, Message: tooManySteps}
		return
	}
	if len(i.path) > maxDepth {
		i.report("too-deep", fmt.Sprintf("nesting is deeper than %d", maxDepth))
		return
	}
	i.path = append(i.path, nil)
	switch v := v.(type) {
	case nil, bool, string, Unknown:
	case []any:
		for k := 0; k < len(v) && i.found == nil; k++ {
			i.path[len(i.path)-1] = k
			i.inspect(v[k], secret)
		}
	case map[string]any:
		i.members(v, secret)
	default:
		if _, ok := numberText(v); !ok {
			i.path = i.path[:len(i.path)-1]
			i.report(notPlain(v))
			return
		}
	}
	i.path = i.path[:len(i.path)-1]
}

func (i *inspector) members(members map[string]any, secret bool) {
	for _, name := range sortedKeys(members) {
		if i.found != nil {
			break
		}
		i.path[len(i.path)-1] = name
		if secret {
			i.path[len(i.path)-1] = redacted
		}
		i.inspect(members[name], secret)
	}
}

func (i *inspector) report(code, message string) {
	i.found = &Violation{Path: slices.Clone(i.path), Code: code, Message: message}
}

func notPlain(v any) (code, message string) {
	if _, ok := v.(json.Number); ok {
		return "wrong-type", "must be plain data, is a number that is not written as one in JSON"
	}
	return "wrong-type", fmt.Sprintf("must be plain data, is %T", v)
}
