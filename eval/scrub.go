package eval

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"index/suffixarray"
	"iter"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
)

const (
	minScrubbed = 3       // bytes from which a secret, or a line of one, is searched for
	maxIndexed  = 4 << 20 // bytes of texts that are searched at a time, unless one alone is longer
)

// scrub puts "[secret]" into the place of every secret in texts that come from outside, such as messages of providers.
// It looks the secrets up in an index of the texts, for there may be thousands of both.
func scrub(texts, secrets []string) {
	secrets = slices.Compact(slices.Sorted(slices.Values(secrets)))
	for len(texts) > 0 && len(secrets) > 0 {
		n, size := 0, 0
		for n < len(texts) && (n == 0 || size+len(texts[n]) <= maxIndexed) {
			size += len(texts[n])
			n++
		}
		scrubIndexed(texts[:n], secrets)
		texts = texts[n:]
	}
}

func scrubIndexed(texts, secrets []string) {
	starts, longest := make([]int, len(texts)), 0
	var all []byte
	for i, text := range texts {
		starts[i], longest = len(all), max(longest, len(text))
		all = append(all, text...)
	}
	index := suffixarray.New(all)
	found := make([]map[string]bool, len(texts)) // what each text holds
	for form := range formsOfSecrets(secrets, longest) {
		for _, at := range index.Lookup([]byte(form), -1) {
			i := sort.SearchInts(starts, at+1) - 1
			if at+len(form) > starts[i]+len(texts[i]) {
				continue // it reaches into the next text
			}
			if found[i] == nil {
				found[i] = map[string]bool{}
			}
			found[i][form] = true
		}
	}
	for i := range texts {
		for _, form := range longestFirst(found[i]) {
			texts[i] = strings.ReplaceAll(texts[i], form, secretText)
		}
	}
}

func longestFirst(forms map[string]bool) []string {
	sorted := make([]string, 0, len(forms))
	for form := range forms {
		sorted = append(sorted, form)
	}
	slices.SortFunc(sorted, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	return sorted
}

// formsOfSecrets yields the forms of every secret, and of every line of one, that has at most limit bytes.
func formsOfSecrets(secrets []string, limit int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, secret := range secrets {
			for _, text := range append(strings.Split(secret, "\n"), secret) {
				text = strings.TrimSuffix(text, "\r")
				if len(text) < minScrubbed || len(text) > limit {
					continue
				}
				for _, form := range encodings(text) {
					if !yield(form) {
						return
					}
				}
			}
		}
	}
}

// encodings are the forms in which messages quote a text.
func encodings(text string) []string {
	forms := []string{text, url.QueryEscape(text), url.PathEscape(text)}
	for _, quoted := range []string{jsonString(text, true), jsonString(text, false), strconv.Quote(text)} {
		forms = append(forms, quoted[1:len(quoted)-1])
	}
	for _, encoding := range []*base64.Encoding{
		base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding,
	} {
		forms = append(forms, encoding.EncodeToString([]byte(text)))
	}
	lower := hex.EncodeToString([]byte(text))
	return append(forms, lower, strings.ToUpper(lower))
}

func jsonString(text string, html bool) string {
	w := jsonWriter{html: html}
	w.string(text)
	return string(w.buf)
}

// maxLogged bounds the errors that the log of an operation shows, since each has to be scrubbed by itself.
const maxLogged = 100

// log notes that something from outside has answered.
func (o *operation) log(what, key, name string, err error) {
	switch {
	case o.Logger == nil:
	case err == nil:
		o.Logger.DebugContext(o.ctx, what, key, name)
	case o.logged == maxLogged:
		o.Logger.DebugContext(o.ctx, what, key, name, "error", "see the diagnostics")
	default:
		o.logged++
		text := []string{outsideText(err)}
		scrub(text, o.secrets)
		o.Logger.DebugContext(o.ctx, what, key, name, "error", text[0])
	}
}
