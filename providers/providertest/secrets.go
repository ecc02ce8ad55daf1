package providertest

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// minSecret is the least length in bytes of a secret that is searched for. Shorter ones occur by accident.
const minSecret = 3

// secretsOf returns the secrets of a request in the forms in which they may get out, longest first: what is a
// schema.Secret, and what the input schema calls secret.
func secretsOf(inputs *schema.Schema, req providers.Request) []string {
	var texts []string
	collect := func(_ []any, data any) bool {
		if s, ok := data.(schema.Secret); ok {
			texts = append(texts, secretTexts(s)...)
		}
		return true
	}
	parts(nil, req.Inputs, collect)
	parts(nil, req.Context, collect)
	for _, part := range declared(inputs, req.Inputs) {
		if text, ok := part.data.(string); ok {
			texts = append(texts, text)
		}
	}
	var all []string
	for _, text := range texts {
		if len(text) >= minSecret {
			all = append(all, forms(text)...)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

// secretTexts returns the strings in a secret.
func secretTexts(s schema.Secret) []string {
	var texts []string
	parts(nil, s.Data(), func(_ []any, data any) bool {
		switch data := data.(type) {
		case string:
			texts = append(texts, data)
		case schema.Secret:
			texts = append(texts, secretTexts(data)...)
		}
		return true
	})
	return texts
}

// forms returns text as it is and as it is written within quotes, in a URL, and in a header.
func forms(text string) []string {
	inJSON, _ := json.Marshal(text) // of a string it cannot fail
	inGo := strconv.Quote(text)     // as in most JSON of others, too
	return []string{
		text,
		string(inJSON[1 : len(inJSON)-1]),
		inGo[1 : len(inGo)-1],
		url.QueryEscape(text),
		url.PathEscape(text),
		base64.RawStdEncoding.EncodeToString([]byte(text)),
		base64.RawURLEncoding.EncodeToString([]byte(text)),
	}
}

func (t *trial) leaks(text string) bool {
	return slices.ContainsFunc(t.secrets, func(secret string) bool { return strings.Contains(text, secret) })
}

func (t *trial) scrub(text string) string {
	for _, secret := range t.secrets {
		text = strings.ReplaceAll(text, secret, "[secret]")
	}
	return text
}

// leaksIn returns the paths in outputs of strings that hold a secret of the request, and of objects that have it in the
// name of a member.
func (t *trial) leaksIn(outputs any) [][]any {
	var paths [][]any
	parts(nil, outputs, func(path []any, data any) bool {
		if text, ok := data.(string); ok && t.leaks(text) {
			paths = append(paths, path)
		}
		if members, ok := data.(map[string]any); ok && slices.ContainsFunc(slices.Collect(maps.Keys(members)), t.leaks) {
			paths = append(paths, path)
		}
		return true
	})
	return paths
}
