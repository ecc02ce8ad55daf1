package main

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible escapes what a terminal would not show, or would take as a command.
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
	return b.String()
}
