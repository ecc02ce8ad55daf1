package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// printJSON prints a value as all commands do.
func printJSON(w io.Writer, v any) error {
	text, err := jsonText(v, "")
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// jsonText writes a value in lines, of which all but the first begin with the prefix.
func jsonText(v any, prefix string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent(prefix, "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return visibleJSON(b.Bytes()), nil
}

// visibleJSON escapes what a terminal would not show, or would take as a command, in text that is JSON. Whoever reads it
// reads the same: such characters stand only in strings.
func visibleJSON(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r != 0x7f && (r < utf8.RuneSelf || unicode.IsGraphic(r)):
			out = append(out, text[:size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		text = text[size:]
	}
	return out
}
