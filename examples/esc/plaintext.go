package main

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// refusePlaintext refuses a value that looks like a secret, or takes the place of one, and would stand in the document as
// plain text.
func refusePlaintext(before, after *eval.Environment, path string) error {
	value, ok := after.Values.Lookup(path)
	if !ok {
		return nil
	}
	where, what := findPlaintext(value, path), "looks like a secret"
	if old, ok := before.Values.Lookup(path); ok && old.Secret() && value.Known() && !value.Secret() {
		where, what = path, "takes the place of a secret"
	}
	if where == "" {
		return nil
	}
	return errors.Join(
		fmt.Errorf("the value at %q %s; nothing was changed", where, what),
		hint("write it with --secret, or with --plaintext if everybody may read it"))
}

// findPlaintext returns the path of a part of a value that looks like a secret and is none, or "".
func findPlaintext(value eval.Value, path string) string {
	if value.Secret() || !value.Known() {
		return ""
	}
	if text, ok := value.Plain().(string); ok {
		if looksSecret(path, text) {
			return path
		}
		return ""
	}
	for key, part := range value.All() {
		below := fmt.Sprintf("%s[%v]", path, key)
		if name, ok := key.(string); ok {
			below = path + "." + name
		}
		if found := findPlaintext(part, below); found != "" {
			return found
		}
	}
	return ""
}

var (
	secretName = regexp.MustCompile(`(?i)(pass(word|wd|phrase)?|secret|token|credentials?|(api|private|signing|encryption|access).?key)(\[\d+\])?$`)
	secretText = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----` + // PEM
		`|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}|\bglpat-[\w-]{20}|\bxox[abeprs]-[\w-]{10,}|\bsk_live_\w{16,}` +
		`|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.` + // a JSON web token
		`|://[^/\s:@]*:[^/\s:@]+@`) // a password in a URL
	keyText = regexp.MustCompile(`^[A-Za-z0-9+/=_-]{20,}$`)
)

// looksSecret guesses from the name and the text of a value whether it is a secret.
func looksSecret(path, text string) bool {
	name := path[strings.LastIndexByte(path, '.')+1:]
	switch {
	case text == "":
		return false
	case secretText.MatchString(text):
		return true
	case secretName.MatchString(name):
		return true
	}
	return keyText.MatchString(text) && mixed(text) && entropy(text) > 4
}

// mixed reports whether text has small letters, capitals and digits.
func mixed(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return 'a' <= r && r <= 'z' }) &&
		strings.ContainsFunc(text, func(r rune) bool { return 'A' <= r && r <= 'Z' }) &&
		strings.ContainsFunc(text, func(r rune) bool { return '0' <= r && r <= '9' })
}

// entropy is how much each character of text tells, in bits.
func entropy(text string) (bits float64) {
	counts := map[rune]float64{}
	for _, r := range text {
		counts[r]++
	}
	for _, n := range counts {
		p := n / float64(len(text))
		bits -= p * math.Log2(p)
	}
	return bits
}
