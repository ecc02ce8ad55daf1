package schema

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

const (
	maxListed = 50  // entries of a list in a message
	maxQuoted = 100 // code points of a name or constant in a message
)

// quote prints a name.
func quote(name string) string { return strconv.Quote(shorten(name)) }

// quotePattern prints a regular expression, with its backslashes as they are.
func quotePattern(pattern string) string {
	if strings.ContainsFunc(pattern, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return quote(pattern)
	}
	return `"` + shorten(pattern) + `"`
}

// shorten cuts text that is too long for a message.
func shorten(text string) string {
	if len(text) <= maxQuoted {
		return text
	}
	runes := 0
	for i := range text {
		if runes == maxQuoted {
			return text[:i] + "…"
		}
		runes++
	}
	return text
}

func quoteList(names []string) string {
	quoted := make([]string, 0, min(len(names), maxListed))
	for _, name := range names[:min(len(names), maxListed)] {
		quoted = append(quoted, quote(name))
	}
	return listOf(quoted, len(names))
}

// listOf joins what is printed of a list of n entries.
func listOf(printed []string, n int) string {
	text := strings.Join(printed, ", ")
	if n > len(printed) {
		text += " and " + strconv.Itoa(n-len(printed)) + " more"
	}
	return text
}

func joinOr(words []string) string  { return join(words, " or ") }
func joinAnd(words []string) string { return join(words, " and ") }

func join(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	if n := len(words); n > maxListed {
		return listOf(words[:maxListed], n)
	}
	end := len(words) - 1
	return strings.Join(words[:end], ", ") + last + words[end]
}

// typeList prints the types of a schema.
func typeList(types []string) string {
	sorted := slices.Clone(types)
	slices.Sort(sorted)
	return joinOr(slices.Compact(sorted))
}

// printConstants prints what a value must be, in ascending order: numbers by value, everything else by text.
func printConstants(constants []any) string {
	if len(constants) == 0 {
		return "one of no values"
	}
	type printed struct {
		text   string
		value  any
		number bool
	}
	all := make([]printed, len(constants))
	for i, v := range constants {
		data, secret := unmark(v)
		all[i] = printed{printConstant(v), data, !secret && kindOf(data) == numberKind}
	}
	slices.SortStableFunc(all, func(a, b printed) int {
		if a.number && b.number {
			return number(a.value).compare(number(b.value))
		}
		return strings.Compare(a.text, b.text)
	})
	texts := make([]string, 0, min(len(all), maxListed))
	for _, p := range all[:min(len(all), maxListed)] {
		texts = append(texts, p.text)
	}
	if len(all) == 1 {
		return texts[0]
	}
	return "one of " + listOf(texts, len(all))
}

func printConstant(v any) string {
	if _, secret := unmark(v); secret {
		return redacted
	}
	return shorten(string(dataJSON(v)))
}

// count prints a number of things.
func count(n int, noun string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(noun, "y"):
		noun = strings.TrimSuffix(noun, "y") + "ies"
	default:
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}
