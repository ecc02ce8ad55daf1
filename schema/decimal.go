package schema

import (
	"cmp"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// A decimal is a number by its exact value, ±0.DIGITS × 10^exponent, so that equal numbers are equal decimals. It costs as
// much as its text, however large the exponent is.
type decimal struct {
	negative bool
	digits   string // without zeros at either end; empty: zero
	exponent int64  // where the point stands: before the digits if 0, behind the first one if 1
}

// maxExponent bounds exponents so that computing with them cannot overflow. Numbers beyond it are not told apart.
const maxExponent = 1 << 60

// maxFactorDigits is the longest number that multipleOf divides.
const maxFactorDigits = 20_000

// parseDecimal reads a number in the syntax of JSON.
func parseDecimal(text string) (decimal, bool) {
	rest, negative := strings.CutPrefix(text, "-")
	whole, rest := cutDigits(rest)
	if whole == "" || len(whole) > 1 && whole[0] == '0' {
		return decimal{}, false
	}
	var fraction string
	if after, ok := strings.CutPrefix(rest, "."); ok {
		if fraction, rest = cutDigits(after); fraction == "" {
			return decimal{}, false
		}
	}
	exponent, ok := parseExponent(rest)
	if !ok {
		return decimal{}, false
	}
	return newDecimal(negative, whole, fraction, exponent), true
}

func newDecimal(negative bool, whole, fraction string, exponent int64) decimal {
	digits := strings.TrimLeft(whole, "0")
	exponent += int64(len(digits))
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		if digits == "" {
			trimmed := strings.TrimLeft(fraction, "0")
			exponent -= int64(len(fraction) - len(trimmed))
			fraction = trimmed
		}
		digits += fraction
	}
	if digits = strings.TrimRight(digits, "0"); digits == "" {
		return decimal{}
	}
	return decimal{negative, digits, exponent}
}

// cutDigits splits s behind its leading digits.
func cutDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

// parseExponent reads what may follow the digits of a number.
func parseExponent(s string) (int64, bool) {
	if s == "" {
		return 0, true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return 0, false
	}
	s = s[1:]
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	digits, rest := cutDigits(s)
	if digits == "" || rest != "" {
		return 0, false
	}
	var n int64
	for i := 0; i < len(digits) && n < maxExponent; i++ {
		n = min(n*10+int64(digits[i]-'0'), maxExponent)
	}
	if negative {
		n = -n
	}
	return n, true
}

func (d decimal) isInteger() bool { return d.exponent >= int64(len(d.digits)) }

// int returns an integer that is not negative; the largest int if it is larger.
func (d decimal) int() int {
	const longest = 19 // digits of the largest int
	if d.exponent > longest {
		return math.MaxInt
	}
	n, err := strconv.Atoi("0" + d.digits + strings.Repeat("0", int(d.exponent)-len(d.digits)))
	if err != nil {
		return math.MaxInt
	}
	return n
}

// compare returns -1, 0 or +1 as d is less than, equal to or greater than e.
func (d decimal) compare(e decimal) int {
	if d.sign() != e.sign() {
		return cmp.Compare(d.sign(), e.sign())
	}
	c := cmp.Compare(d.exponent, e.exponent)
	if c == 0 {
		c = strings.Compare(d.digits, e.digits)
	}
	return c * d.sign()
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// isMultipleOf tells whether d is factor times an integer. It never computes a power of ten, only its remainder. Of
// numbers too long to divide it says no.
func (d decimal) isMultipleOf(factor decimal) bool {
	if d.digits == "" {
		return true
	}
	if factor.digits == "" || len(d.digits) > maxFactorDigits || len(factor.digits) > maxFactorDigits {
		return false
	}
	// The digits as integers, times ten to the shift, must leave no remainder. They do not end in zero, so that a
	// negative shift always leaves one.
	shift := (d.exponent - int64(len(d.digits))) - (factor.exponent - int64(len(factor.digits)))
	if shift < 0 {
		return false
	}
	n, _ := new(big.Int).SetString(d.digits, 10)
	m, _ := new(big.Int).SetString(factor.digits, 10)
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(shift), m)
	n.Mod(n.Mul(n.Mod(n, m), power), m)
	return n.Sign() == 0
}
