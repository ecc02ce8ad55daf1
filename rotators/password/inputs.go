package password

import (
	"strings"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/age"
	"github.com/escapement-go/escapement/rotators/internal/draw"
)

const (
	usualLength = 32
	maxLength   = 1024
)

// A policy says what a password looks like.
type policy struct {
	length  int
	classes []class // those that may occur
}

// A class is a kind of characters.
type class struct {
	alphabet string
	least    int // how many of them there must be
}

// parsePolicy reads the inputs that say what a password looks like.
func parsePolicy(req *rotators.Request) (policy, error) {
	raw := struct {
		Length          int    `json:"length"`
		Lower           bool   `json:"lower"`
		Upper           bool   `json:"upper"`
		Numeric         bool   `json:"numeric"`
		Special         bool   `json:"special"`
		MinLower        int    `json:"minLower"`
		MinUpper        int    `json:"minUpper"`
		MinNumeric      int    `json:"minNumeric"`
		MinSpecial      int    `json:"minSpecial"`
		OverrideSpecial string `json:"overrideSpecial"`
	}{Length: usualLength, Lower: true, Upper: true, Numeric: true, Special: true}
	if err := req.Decode(&raw); err != nil {
		return policy{}, &Error{Code: "bad-input", Text: err.Error()}
	}
	if raw.Length < 1 || raw.Length > maxLength {
		return policy{}, badInput("length", "must be from 1 to %d", maxLength)
	}
	special, err := parseSpecial(raw.OverrideSpecial, raw.Special)
	if err != nil {
		return policy{}, err
	}
	p, sum := policy{length: raw.Length}, 0
	for _, c := range []struct {
		name, least string
		enabled     bool
		class
	}{
		{"lower", "minLower", raw.Lower, class{draw.Lower, raw.MinLower}},
		{"upper", "minUpper", raw.Upper, class{draw.Upper, raw.MinUpper}},
		{"numeric", "minNumeric", raw.Numeric, class{draw.Digits, raw.MinNumeric}},
		{"special", "minSpecial", raw.Special, class{special, raw.MinSpecial}},
	} {
		switch sum += c.class.least; {
		case c.class.least < 0 || c.class.least > maxLength:
			return policy{}, badInput(c.least, "must be from 0 to %d", maxLength)
		case sum > raw.Length:
			return policy{}, badInput("length", `is less than "minLower", "minUpper", "minNumeric" and "minSpecial" together`)
		case c.enabled:
			p.classes = append(p.classes, c.class)
		case c.class.least > 0:
			return policy{}, badInput(c.least, "wants characters that %q excludes; leave one of them out", c.name)
		}
	}
	if len(p.classes) == 0 {
		return policy{}, badInput("lower", `and "upper", "numeric" and "special" exclude all characters; leave one of them out`)
	}
	return p, nil
}

// parseSpecial returns the alphabet of special characters, the usual one if there is no other.
func parseSpecial(override string, enabled bool) (string, error) {
	switch {
	case override == "":
		return draw.Special, nil
	case !enabled:
		return "", badInput("overrideSpecial", `wants characters that "special" excludes; leave one of them out`)
	}
	for i, c := range override {
		switch {
		case c <= ' ' || c >= 0x7f || strings.ContainsRune(draw.Lower+draw.Upper+draw.Digits, c):
			return "", badInput("overrideSpecial", "has %q, which is no special character; use some of %s", c, draw.Special)
		case strings.ContainsRune(override[:i], c):
			return "", badInput("overrideSpecial", "has %q more than once", c)
		}
	}
	return override, nil
}

// parseTimes reads the durations, which are all that Due needs.
func parseTimes(req *rotators.Request) (age.Times, error) {
	t, err := age.ReadTimes(req.Decode)
	if err != nil {
		return t, &Error{Code: "bad-input", Text: err.Error()}
	}
	return t, nil
}
