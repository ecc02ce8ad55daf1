package yamltext

import (
	"math/big"
	"strings"
)

// numberLimits bounds how long numbers may be.
type numberLimits struct {
	digits, exponent int
}

// number is the spelling of a number, taken apart. Underscores are gone.
type number struct {
	sign     string // "", "+" or "-"
	base     int    // 2, 8, 10 or 16
	whole    string // digits before the dot, without the prefix of a base
	dot      bool
	fraction string // digits after the dot
	exponent string // with its "e" and sign; "" if there is none
}

// spell takes a text apart if it spells a number. It allocates only for underscores.
func spell(s string) (number, bool) {
	var n number
	n.sign, s = cutSign(s)
	s = dropUnderscores(s)
	if n.base, s = cutBase(s); n.base != 10 {
		n.whole = s
		return n, s != "" && digits(s, n.base) == len(s)
	}
	n.whole, s = s[:digits(s, 10)], s[digits(s, 10):]
	if s != "" && s[0] == '.' {
		n.dot = true
		end := 1 + digits(s[1:], 10)
		n.fraction, s = s[1:end], s[end:]
	}
	if n.whole == "" && n.fraction == "" {
		return n, false
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		n.exponent = s
		_, s = cutSign(s[1:])
		return n, s != "" && digits(s, 10) == len(s)
	}
	return n, s == ""
}

func cutSign(s string) (sign, rest string) {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[:1], s[1:]
	}
	return "", s
}

// cutBase cuts the prefix of a base from unsigned text.
func cutBase(s string) (base int, rest string) {
	if len(s) >= 2 && s[0] == '0' {
		switch s[1] {
		case 'x', 'X':
			return 16, s[2:]
		case 'o', 'O':
			return 8, s[2:]
		case 'b', 'B':
			return 2, s[2:]
		}
	}
	return 10, s
}

// dropUnderscores drops those after the first digit.
func dropUnderscores(s string) string {
	first := strings.IndexAny(s, "0123456789")
	if first < 0 || strings.IndexByte(s[first:], '_') < 0 {
		return s
	}
	return s[:first] + strings.ReplaceAll(s[first:], "_", "")
}

// digits returns how many digits of a base s begins with.
func digits(s string, base int) int {
	for i := range len(s) {
		if digit(s[i]) >= base {
			return i
		}
	}
	return len(s)
}

// digit returns the value of a digit of any base up to 16, and 16 for anything else.
func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	default:
		return 16
	}
}

// isInteger reports whether the number is spelled without dot and exponent.
func (n number) isInteger() bool {
	return !n.dot && n.exponent == ""
}

// resolve returns the number, which is spelled s.
func (n number) resolve(s string, limits numberLimits) (Resolved, *Issue) {
	if n.tooLarge(limits) {
		return stringOf(s), tooLarge(limits)
	}
	if n.isJSON(s) {
		return Resolved{Kind: Number, Text: s}, nil
	}
	decimal := n
	if n.isOctal() {
		n.base = 8
	}
	r := Resolved{Kind: Number, Text: n.rewrite()}
	switch {
	case limits.digits > 0 && n.base == 16 && len(strings.TrimPrefix(r.Text, "-")) > limits.digits:
		return stringOf(s), tooLarge(limits)
	case n.base != decimal.base && r.Text != "0" && r.Text != decimal.rewrite():
		return r, newIssue("leading-zero",
			`number with a leading zero is read as octal; write "0o…" for octal, no zero for decimal, or put it in quotes`).warning()
	}
	return r, nil
}

// tooLarge reports whether the number has too many digits or too large an exponent.
func (n number) tooLarge(limits numberLimits) bool {
	if limits.digits > 0 && max(len(n.whole)+len(n.fraction), len(n.exponent)) > limits.digits {
		return true
	}
	if limits.exponent <= 0 || n.exponent == "" {
		return false
	}
	_, power := cutSign(n.exponent[1:])
	value := 0
	for i := range len(power) {
		if value = value*10 + digit(power[i]); value > limits.exponent {
			return true
		}
	}
	return false
}

func tooLarge(limits numberLimits) *Issue {
	return newIssue("number-too-large",
		"number has more than %d digits or an exponent beyond %d; put it in quotes for a string",
		limits.digits, limits.exponent)
}

// isJSON reports whether the number's spelling s is that of JSON.
func (n number) isJSON(s string) bool {
	return n.base == 10 && n.sign != "+" &&
		n.whole != "" && (n.whole == "0" || n.whole[0] != '0') &&
		(!n.dot || n.fraction != "") && strings.IndexByte(s, '_') < 0
}

// isOctal reports whether the number is one that YAML 1.1 reads as octal.
func (n number) isOctal() bool {
	return n.base == 10 && n.isInteger() && len(n.whole) > 1 && n.whole[0] == '0' &&
		digits(n.whole, 8) == len(n.whole)
}

// rewrite spells the number as JSON does.
func (n number) rewrite() string {
	sign := strings.TrimPrefix(n.sign, "+")
	if n.base != 10 {
		value, _ := new(big.Int).SetString(sign+n.whole, n.base)
		return value.String()
	}
	whole := strings.TrimLeft(n.whole, "0")
	if whole == "" {
		whole = "0"
	}
	fraction := n.fraction
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction + n.exponent
}
