package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync"

	"github.com/escapement-go/escapement/eval"
)

// addsPlaintext reports whether a change adds the text of an fn::secret that is not encrypted.
func addsPlaintext(ctx context.Context, from, to *eval.Document) (bool, error) {
	before, after := recorder{}, recorder{}
	if _, err := to.Encrypt(ctx, &after); err != nil {
		return false, err
	}
	if len(after.texts) == 0 {
		return false, nil
	}
	if _, err := from.Encrypt(ctx, &before); err != nil {
		return false, err
	}
	for text, n := range after.texts {
		if n > before.texts[text] {
			return true, nil
		}
	}
	return false, nil
}

// A recorder counts the texts that it is to encrypt.
type recorder struct {
	mu    sync.Mutex
	texts map[string]int
}

func (r *recorder) Encrypt(_ context.Context, _ string, plaintext []byte) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.texts == nil {
		r.texts = map[string]int{}
	}
	r.texts[string(plaintext)]++
	return nil, nil
}

func (r *recorder) Decrypt(context.Context, string, []byte) ([]byte, error) {
	return nil, errors.New("a recorder cannot decrypt")
}

// refuseLikeness refuses a value at a path that looks like a secret, or takes the place of one, and would stand in the
// document as plain text.
func refuseLikeness(before, after *eval.Environment, path string) error {
	old, _ := before.Values.Lookup(path)
	value, _ := after.Values.Lookup(path)
	where, what := findLikeness(old, value, path)
	if what == "" {
		return nil
	}
	return errors.Join(
		fmt.Errorf("the value at %q %s; nothing was changed", where, what),
		hint("write it with --secret, or with --plaintext if everybody may read it"))
}

// findLikeness returns the path of a part of a value that looks like a secret and is none, and what it does.
func findLikeness(old, value eval.Value, path string) (where, what string) {
	kind := value.Kind()
	switch {
	case value.Secret() || !value.Known() || kind == eval.Null:
		return "", ""
	case old.Secret():
		return path, "takes the place of a secret"
	case (kind == eval.String || kind == eval.Number) && looksSecret(path, fmt.Sprint(value.Plain())):
		return path, "looks like a secret"
	}
	for key, part := range value.All() {
		if where, what := findLikeness(partOf(old, key), part, partPath(path, key)); what != "" {
			return where, what
		}
	}
	return "", ""
}

// partOf returns a part of a value, null if there is none.
func partOf(v eval.Value, key any) eval.Value {
	switch key := key.(type) {
	case int:
		if v.Kind() == eval.Array && key < v.Len() {
			return v.Index(key)
		}
	case string:
		part, _ := v.Member(key)
		return part
	}
	return eval.Value{}
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

func partPath(path string, key any) string {
	name, ok := key.(string)
	switch {
	case !ok:
		return fmt.Sprintf("%s[%d]", path, key)
	case plainName.MatchString(name):
		return strings.TrimPrefix(path+"."+name, ".")
	}
	return path + `["` + strings.ReplaceAll(name, `"`, `\"`) + `"]`
}

var (
	secretName = regexp.MustCompile(`(?i)(pass(word|wd|phrase)?|secret|token|credentials?|(api|private|signing|encryption|access).?key)("?\])?(\[\d+\])?$`)
	secretText = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----` + // PEM
		`|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}|\bglpat-[\w-]{20}|\bxox[abeprs]-[\w-]{10,}|\bsk_live_\w{16,}` +
		`|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.` + // a JSON web token
		`|://[^/\s:@]*:[^/\s:@]+@`) // a password in a URL
	keyText = regexp.MustCompile(`^[A-Za-z0-9+/=_-]{20,}$`)
)

// looksSecret guesses from the name and the text of a value whether it is a secret.
func looksSecret(path, text string) bool {
	switch {
	case text == "":
		return false
	case secretText.MatchString(text):
		return true
	case secretName.MatchString(path):
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
