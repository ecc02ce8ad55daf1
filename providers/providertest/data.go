package providertest

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

func copyRequest(req providers.Request) providers.Request {
	req.Inputs, _ = copyData(req.Inputs).(map[string]any)
	req.Context, _ = copyData(req.Context).(map[string]any)
	return req
}

// copyData returns plain data with maps and slices of its own. Secrets are immutable and stay.
func copyData(data any) any {
	switch data := data.(type) {
	case []any:
		items := slices.Clone(data)
		for i, item := range items {
			items[i] = copyData(item)
		}
		return items
	case map[string]any:
		members := maps.Clone(data)
		for name, member := range members {
			members[name] = copyData(member)
		}
		return members
	default:
		return data
	}
}

// parts calls visit with data and everything in it, members in the order of their names, until visit returns false.
// It does not look into secrets.
func parts(path []any, data any, visit func(path []any, data any) bool) bool {
	if !visit(path, data) {
		return false
	}
	switch data := data.(type) {
	case []any:
		for i, item := range data {
			if !parts(below(path, i), item, visit) {
				return false
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(data)) {
			if !parts(below(path, name), data[name], visit) {
				return false
			}
		}
	}
	return true
}

// below returns the path of a member or an item.
func below(path []any, step any) []any { return append(slices.Clip(path), step) }

// maxDepth is deeper than any answer and ends the walk through a map that contains itself.
const maxDepth = 1000

var numberShape = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// notPlain finds the first part of data that is not plain data.
func notPlain(data any) (where, what string, found bool) {
	parts(nil, data, func(path []any, data any) bool {
		what = flaw(data)
		if len(path) > maxDepth {
			path, what = path[:1], "nested too deeply, or contains itself"
		}
		where, found = printPath(path), what != ""
		return !found
	})
	return where, what, found
}

// flaw says why data, its parts aside, is no plain data; it is empty if it is.
func flaw(data any) string {
	switch data := data.(type) {
	case nil, bool, string, []any, map[string]any:
		return ""
	case json.Number:
		if !numberShape.MatchString(data.String()) {
			return "a json.Number that is not written as in JSON"
		}
		return ""
	case schema.Secret:
		if _, what, found := notPlain(data.Data()); found {
			return "a secret with a part that is " + what
		}
		return ""
	default:
		return fmt.Sprintf("of the Go type %T", data)
	}
}

// shared finds a map or slice that is part of both a and b.
func shared(a, b any) (where string, found bool) {
	seen := map[uintptr]bool{}
	parts(nil, a, func(_ []any, data any) bool {
		if p := storage(data); p != 0 {
			seen[p] = true
		}
		return true
	})
	parts(nil, b, func(path []any, data any) bool {
		where, found = printPath(path), seen[storage(data)]
		return !found
	})
	return where, found
}

// storage identifies what a change of data would change; it is 0 if data cannot be changed.
func storage(data any) uintptr {
	switch data := data.(type) {
	case []any:
		if cap(data) == 0 {
			return 0
		}
		return reflect.ValueOf(data).Pointer()
	case map[string]any:
		return reflect.ValueOf(data).Pointer()
	default:
		return 0
	}
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// printPath returns where path leads, in the notation of documents.
func printPath(path []any) string {
	if len(path) == 0 {
		return "the whole"
	}
	var b strings.Builder
	for i, step := range path {
		name, isName := step.(string)
		switch {
		case !isName:
			fmt.Fprintf(&b, "[%d]", step)
		case !plainName.MatchString(name):
			fmt.Fprintf(&b, `["%s"]`, strings.ReplaceAll(name, `"`, `\"`))
		case i > 0:
			b.WriteString("." + name)
		default:
			b.WriteString(name)
		}
	}
	return strconv.Quote(b.String())
}
