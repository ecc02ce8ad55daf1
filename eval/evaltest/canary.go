package evaltest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// A Canary is a secret text that is planted somewhere to see where it comes out. It is immutable.
type Canary struct {
	text  string
	forms []form
}

type form struct{ name, text string }

// NewCanary makes a canary of random text. The text holds characters that JSON, URLs, YAML and shells write
// differently, so that each of the forms that [Canary.Leaks] looks for is one of its own.
func NewCanary() Canary {
	return CanaryOf("canary <" + rand.Text() + `> & "é"`)
}

// CanaryOf makes a canary of a text that is already planted. Texts of less than three bytes are found by accident.
func CanaryOf(text string) Canary {
	c := Canary{text: text, forms: []form{{"text", text}}}
	add := func(name, encoded string) {
		if len(encoded) >= 3 && encoded != text {
			c.forms = append(c.forms, form{name, encoded})
		}
	}
	for skew := range 3 {
		add("base64", unaligned(base64.RawStdEncoding, text, skew))
		add("base64url", unaligned(base64.RawURLEncoding, text, skew))
	}
	add("hex", hex.EncodeToString([]byte(text)))
	add("upper-case hex", strings.ToUpper(hex.EncodeToString([]byte(text))))
	add("URL query", url.QueryEscape(text))
	add("URL path", url.PathEscape(text))
	add("JSON", jsonText(text, true))
	add("JSON", jsonText(text, false))
	return c
}

// Text is the secret itself, to be planted.
func (c Canary) Text() string { return c.text }

// Leaks names the forms in which the canary occurs in the output: as it is, in base64 of either alphabet and any
// alignment, in hexadecimal, and escaped for URLs or JSON. It is nil if the output is clean.
func (c Canary) Leaks(output string) []string {
	var found []string
	for _, f := range c.forms {
		if strings.Contains(output, f.text) && !slices.Contains(found, f.name) {
			found = append(found, f.name)
		}
	}
	return found
}

// leastEncoded is how much of an encoding is looked for at least: less is found by accident, in the address of a pointer say.
const leastEncoded = 6

// unaligned is the part of the encoding that depends on the text alone when skew bytes stand before it and anything
// stands behind it.
func unaligned(enc *base64.Encoding, text string, skew int) string {
	s := enc.EncodeToString(append(make([]byte, skew), text...))
	from := (skew*8 + 5) / 6
	to := (skew + len(text)) * 8 / 6
	if to-from < leastEncoded {
		return ""
	}
	return s[from:to]
}

func jsonText(text string, html bool) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(html)
	if err := enc.Encode(text); err != nil {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}
