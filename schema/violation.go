package schema

import (
	"cmp"
	"strconv"
	"strings"
)

// A Violation says where data is not as a schema wants it. It never quotes the data.
type Violation struct {
	// Path leads from the data to what is wrong: a string for each member of an object, an int for each element of an
	// array. Inside a secret, members go by the name "[secret]".
	Path []any
	// Message says what is wrong and what is allowed, Hint what to do about it; Hint may be empty.
	Message, Hint string
	// Code names the rule, such as "wrong-type".
	Code string
}

// String returns the violation in one line: at "a.b[1]": message; hint [code].
func (v Violation) String() string { return describe(v.Path, v.Message, v.Hint, v.Code) }

func describe(path []any, message, hint, code string) string {
	var b strings.Builder
	if len(path) > 0 {
		b.WriteString("at " + strconv.Quote(pathString(path)) + ": ")
	}
	b.WriteString(message)
	if hint != "" {
		b.WriteString("; " + hint)
	}
	b.WriteString(" [" + code + "]")
	return b.String()
}

// pathString prints a path as a document would write it.
func pathString(path []any) string {
	var b strings.Builder
	for i, key := range path {
		switch key := key.(type) {
		case int:
			b.WriteString("[" + strconv.Itoa(key) + "]")
		case string:
			switch {
			case key == redacted:
				b.WriteString(redacted)
			case !isBareName(key):
				b.WriteString(`["` + strings.ReplaceAll(key, `"`, `\"`) + `"]`)
			case i > 0:
				b.WriteString("." + key)
			default:
				b.WriteString(key)
			}
		}
	}
	return b.String()
}

func isBareName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}

// comparePaths orders paths as a document with ascending keys would: what contains comes before what is in it.
func comparePaths(a, b []any) int {
	for i := range min(len(a), len(b)) {
		if c := compareKeys(a[i], b[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

func compareKeys(a, b any) int {
	m, inArray := a.(int)
	n, both := b.(int)
	if inArray && both {
		return cmp.Compare(m, n)
	}
	name, _ := a.(string)
	other, _ := b.(string)
	return cmp.Compare(name, other)
}
