package yamltext

import "strings"

// ScalarKind is the kind of value that a scalar means.
type ScalarKind uint8

// The kinds of scalar values.
const (
	Null ScalarKind = iota
	Bool
	Number
	String
)

// String names the kind in the words of diagnostics.
func (k ScalarKind) String() string {
	return [...]string{"null", "boolean", "number", "string"}[k]
}

// Resolved is what a scalar means.
type Resolved struct {
	Kind ScalarKind
	Bool bool   // of a boolean
	Text string // of a string; of a number, which is always a valid JSON number
}

// Resolve decides what a scalar means; an alias of a scalar means the same. A number whose text is
// valid JSON keeps it, any other is rewritten without loss. More than maxDigits digits, or an
// exponent beyond maxExponent in either direction, are "number-too-large"; a limit of zero is none.
//
// The issue has no span. If it is a warning, the value is right; along with an error the value is
// the text as a string. A collection is null, with the issue of its tag as in [TagIssue].
func Resolve(n *Node, maxDigits, maxExponent int) (Resolved, *Issue) {
	for n.Kind == Alias && n.Target != nil {
		n = n.Target
	}
	switch {
	case n.Kind == Alias: // of a node that contains it
		return Resolved{}, nil
	case n.Kind != Scalar:
		return Resolved{}, TagIssue(n)
	}
	limits := numberLimits{digits: maxDigits, exponent: maxExponent}
	switch {
	case n.Tag != "" && n.Tag != "!":
		return resolveTagged(n, limits)
	case n.Style != Plain:
		return stringOf(n.Value), nil
	default:
		return resolvePlain(n.Value, limits)
	}
}

// TagIssue returns what is wrong with the tag of a collection: "unknown-tag", a warning, for a tag
// without meaning, "bad-tag" for one that only a scalar can have. It has no span.
func TagIssue(n *Node) *Issue {
	switch n.Tag {
	case "!!null", "!!bool", "!!int", "!!float", "!!str", "!!binary", "!!timestamp":
		return badTag(n.Tag)
	}
	if n.Tag == "" || n.Tag == "!" || strings.HasPrefix(n.Tag, "!!") {
		return nil
	}
	return unknownTag(n.Tag)
}

// stringOf is what a scalar means whose text is a string.
func stringOf(s string) Resolved {
	return Resolved{Kind: String, Text: s}
}

// resolvePlain resolves a plain scalar without a tag.
func resolvePlain(s string, limits numberLimits) (Resolved, *Issue) {
	if r, ok := resolveWord(s); ok {
		return r, nil
	}
	if c := s[0]; c > '9' || c < '+' || c == ',' || c == '/' {
		return stringOf(s), nil
	}
	if notFinite(s) {
		return stringOf(s), newIssue("number-not-finite", "number is not finite; put it in quotes for a string")
	}
	if n, ok := spell(s); ok {
		return n.resolve(s, limits)
	}
	return stringOf(s), nil
}

// resolveWord resolves the spellings of null and the booleans.
func resolveWord(s string) (Resolved, bool) {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return Resolved{}, true
	case "true", "True", "TRUE":
		return Resolved{Kind: Bool, Bool: true}, true
	case "false", "False", "FALSE":
		return Resolved{Kind: Bool}, true
	default:
		return Resolved{}, false
	}
}

// resolveTagged resolves a scalar with a tag, however it is quoted.
func resolveTagged(n *Node, limits numberLimits) (Resolved, *Issue) {
	want := Null
	switch n.Tag {
	case "!!str", "!!binary", "!!timestamp":
		return stringOf(n.Value), nil
	case "!!null":
	case "!!bool":
		want = Bool
	case "!!float":
		want = Number
	case "!!int":
		want = Number
		if number, ok := spell(n.Value); ok && !number.isInteger() || notFinite(n.Value) {
			return stringOf(n.Value), badTag(n.Tag)
		}
	default:
		if !strings.HasPrefix(n.Tag, "!!") {
			return stringOf(n.Value), unknownTag(n.Tag)
		}
		untagged := *n
		untagged.Tag = ""
		return Resolve(&untagged, limits.digits, limits.exponent)
	}
	r, issue := resolvePlain(n.Value, limits)
	switch {
	case issue != nil && !issue.Warning && want == Number:
		return stringOf(n.Value), issue
	case r.Kind != want:
		return stringOf(n.Value), badTag(n.Tag)
	default:
		return r, issue
	}
}

func badTag(tag string) *Issue {
	return newIssue("bad-tag", "text cannot be read as %s", tag)
}

func unknownTag(tag string) *Issue {
	return newIssue("unknown-tag", "tag %q has no meaning here and is ignored", tag).warning()
}

// notFinite reports whether s spells an infinity or no number, which JSON cannot.
func notFinite(s string) bool {
	switch s {
	case ".nan", ".NaN", ".NAN":
		return true
	}
	_, s = cutSign(s)
	switch s {
	case ".inf", ".Inf", ".INF":
		return true
	default:
		return false
	}
}
