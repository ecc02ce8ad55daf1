package eval

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// A scrubber removes secrets from text that comes from outside, such as the message of a provider.
type scrubber struct {
	secrets []string
	forms   []string // every form of every secret, longest first; nil until needed
}

// minScrubbed is the length, in bytes, from which a secret or a line of one is searched for.
const minScrubbed = 3

// text returns s with "[secret]" in the place of every secret.
func (sc *scrubber) text(s string) string {
	if len(sc.secrets) == 0 {
		return s
	}
	if sc.forms == nil {
		sc.forms = formsOfSecrets(sc.secrets)
	}
	for _, form := range sc.forms {
		if len(form) <= len(s) {
			s = strings.ReplaceAll(s, form, "[secret]")
		}
	}
	return s
}

func formsOfSecrets(secrets []string) []string {
	forms := map[string]bool{}
	add := func(text string) {
		if len(text) >= minScrubbed {
			forms[text] = true
		}
	}
	for _, secret := range secrets {
		for _, text := range append(strings.Split(secret, "\n"), secret) {
			if text = strings.TrimSuffix(text, "\r"); len(text) < minScrubbed {
				continue
			}
			add(text)
			for _, form := range encodings(text) {
				add(form)
			}
		}
	}
	sorted := make([]string, 0, len(forms))
	for form := range forms {
		sorted = append(sorted, form)
	}
	slices.SortFunc(sorted, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	return sorted
}

// encodings are the forms in which messages quote a text.
func encodings(text string) []string {
	w := jsonWriter{reveal: true}
	w.value(Value{d: stringDatum(text, false)})
	quoted := string(w.buf)
	return []string{
		quoted[1 : len(quoted)-1],
		base64.StdEncoding.EncodeToString([]byte(text)),
		base64.RawStdEncoding.EncodeToString([]byte(text)),
		base64.URLEncoding.EncodeToString([]byte(text)),
		base64.RawURLEncoding.EncodeToString([]byte(text)),
		url.QueryEscape(text),
		url.PathEscape(text),
	}
}

// log notes that something from outside has answered.
func (o *operation) log(what, key, name string, err error) {
	if o.Logger == nil {
		return
	}
	if err == nil {
		o.Logger.DebugContext(o.ctx, what, key, name)
		return
	}
	scrub := scrubber{secrets: o.secrets}
	o.Logger.DebugContext(o.ctx, what, key, name, "error", scrub.text(err.Error()))
}
