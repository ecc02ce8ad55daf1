package main

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible escapes what a terminal would not show, or would take as a command, and what others would. It is for text on one
// line that is not esc's own.
func visible(text string) string {
	var b strings.Builder
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		if unicode.IsGraphic(r) && (r != utf8.RuneError || size > 1) {
			b.WriteRune(r)
		} else {
			quoted := strconv.Quote(text[:size])
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		text = text[size:]
	}
	return harmless(b.String())
}

// visibleAll joins parts that others have written, such as the cells of a table.
func visibleAll(separator string, parts ...string) string {
	all := make([]string, len(parts))
	for i, part := range parts {
		all[i] = visible(part)
	}
	return strings.Join(all, separator)
}

// runnerCommand matches what begins a command to the runner of GitHub Actions, which looks for them in all that a step prints:
// "::" at the beginning of a line, and "##[" anywhere.
var runnerCommand = regexp.MustCompile(`(?m)^(\s*:):|(##)\[`)

// harmless keeps text that is not esc's own from being taken as such commands. One of them ends the masking of secrets.
func harmless(text string) string {
	if os.Getenv("GITHUB_ACTIONS") != "true" {
		return text
	}
	return runnerCommand.ReplaceAllStringFunc(text, func(begin string) string {
		last := len(begin) - 1
		return begin[:last] + `\x` + strconv.FormatInt(int64(begin[last]), 16)
	})
}
