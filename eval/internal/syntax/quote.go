package syntax

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/escapement-go/escapement/schema"
)

// Quote puts a name in quotes for a message. Characters that do not show, or that a terminal takes as a command, are
// escaped.
func Quote(name string) string {
	if strings.IndexFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) < 0 {
		return `"` + name + `"`
	}
	return strconv.Quote(name)
}

// maxShown is how much a message shows of a name or path, in bytes.
const maxShown = 1000

// Shorten cuts a name that is too long for a message.
func Shorten(name string) string {
	if len(name) <= maxShown {
		return name
	}
	return strings.ToValidUTF8(name[:maxShown], "") + "…"
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = Quote(name)
	}
	return strings.Join(quoted, ", ")
}

// didYouMean is the end of a hint that suggests the nearest of the candidates.
func didYouMean(name string, candidates []string) string {
	if near := schema.Nearest(name, candidates); near != "" {
		return "; did you mean " + Quote(near) + "?"
	}
	return ""
}
