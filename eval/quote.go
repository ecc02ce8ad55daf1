package eval

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// quoteShell quotes for a POSIX shell, which expands nothing between single quotes.
func quoteShell(b []byte, text string) ([]byte, string) {
	b = append(b, '\'')
	b = append(b, strings.ReplaceAll(text, `'`, `'\''`)...)
	return append(b, '\''), ""
}

var fishEscapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`)

// quoteFish quotes for fish, which knows two escapes between single quotes.
func quoteFish(b []byte, text string) ([]byte, string) {
	b = append(b, '\'')
	b = append(b, fishEscapes.Replace(text)...)
	return append(b, '\''), ""
}

const notText = "it is not valid UTF-8"

// quotePowerShell quotes for PowerShell. The result is a line of ASCII, since PowerShell splits what a program writes into
// lines, and reads it in the code page of the console.
func quotePowerShell(b []byte, text string) ([]byte, string) {
	if !utf8.ValidString(text) {
		return b, notText
	}
	var parts []string
	plain := 0 // where text that is not yet in parts begins
	for i, r := range text {
		if ' ' <= r && r <= '~' {
			continue
		}
		parts = appendPlain(parts, text[plain:i])
		for _, unit := range utf16.Encode([]rune{r}) {
			parts = append(parts, fmt.Sprintf("[char]%d", unit))
		}
		plain = i + utf8.RuneLen(r)
	}
	if plain == 0 {
		return append(b, singlePowerShell(text)...), ""
	}
	parts = appendPlain(parts, text[plain:])
	return append(b, "-join("+strings.Join(parts, ",")+")"...), ""
}

func appendPlain(parts []string, text string) []string {
	if text == "" {
		return parts
	}
	return append(parts, singlePowerShell(text))
}

// singlePowerShell quotes printable ASCII. PowerShell takes typographic quotes for quotes, too, but these are not ASCII.
func singlePowerShell(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

var dotenvNewlines = strings.NewReplacer("\n", `\n`)

// quoteDotenv quotes so that all readers of .env files read the same, though they agree on little: which escapes there are
// depends on the reader, and one of them drops carriage returns. There is one form for most texts, and none for some.
func quoteDotenv(b []byte, text string) ([]byte, string) {
	single, line := !strings.Contains(text, "'"), !strings.Contains(text, "\n")
	escape := strings.Contains(text, `\\`) || strings.HasSuffix(text, `\`) // to some readers, between single quotes
	switch {
	case !utf8.ValidString(text):
		return b, notText
	case strings.Contains(text, "\r"):
		return b, "it holds a carriage return"
	case single && line && !escape:
		return append(b, "'"+text+"'"...), ""
	case !strings.ContainsAny(text, "\"\\$`"):
		return append(b, `"`+dotenvNewlines.Replace(text)+`"`...), ""
	case single && !escape:
		return append(b, "'"+text+"'"...), ""
	case single:
		return b, `it ends in a backslash or holds two in a row`
	}
	return b, "it holds a single quote and one of \", \\, $ and `"
}
