// Package hidden keeps the secrets among the inputs of a call out of what is said about it.
package hidden

import (
	"cmp"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/schema"
)

// Texts must not be told. The longest come first, so that none is left over in parts because another is a part of it.
type Texts []string

// shortest is the length in bytes from which a secret is hidden; shorter ones are in any text.
const shortest = 3

// In returns the secret strings in plain data.
func In(data any) Texts { return Texts(nil).With(gather(data, false)...) }

// With returns the texts and others.
func (t Texts) With(others ...string) Texts {
	all := slices.DeleteFunc(slices.Concat(t, others), func(text string) bool { return len(text) < shortest })
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	return slices.Compact(all)
}

// Mask returns what is to be said, with [secret] in the place of each of the texts.
func (t Texts) Mask(said string) string {
	for _, text := range t {
		said = strings.ReplaceAll(said, text, "[secret]")
	}
	return said
}

// gather returns the strings in data, which may be a part of a secret, that are secret.
func gather(data any, secret bool) (found []string) {
	switch data := data.(type) {
	case schema.Secret:
		return gather(data.Data(), true)
	case []any:
		for _, item := range data {
			found = append(found, gather(item, secret)...)
		}
	case map[string]any:
		for _, member := range data {
			found = append(found, gather(member, secret)...)
		}
	case string:
		if secret {
			found = []string{data}
		}
	}
	return found
}
