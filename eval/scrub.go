package eval

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"index/suffixarray"
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
func scrub(texts []*string, secrets []string) {
	if !slices.ContainsFunc(texts, func(text *string) bool { return len(*text) >= minScrubbed }) {
		return
	}
	secrets = slices.Compact(slices.Sorted(slices.Values(secrets)))
	for len(texts) > 0 && len(secrets) > 0 {
		n, size := 0, 0
		for n < len(texts) && (n == 0 || size+len(*texts[n]) <= maxIndexed) {
			size += len(*texts[n])
			n++
		}
		scrubIndexed(texts[:n], secrets)
		texts = texts[n:]
	}
}

// scrubbed returns a text from outside without the secrets.
func scrubbed(text string, secrets []string) string {
	scrub([]*string{&text}, secrets)
	return text
}

func scrubIndexed(texts []*string, secrets []string) {
	x := newTextIndex(texts)
	for _, piece := range pieces(secrets, x.longest) {
		for _, form := range encodings(piece) {
			x.find(form)
		}
	}
	for i, text := range texts {
		for _, form := range longestFirst(x.found[i]) {
			*text = strings.ReplaceAll(*text, form, secretText)
		}
	}
}

// A textIndex finds what occurs in texts.
type textIndex struct {
	texts   []*string
	longest int   // of the texts, in bytes
	starts  []int // of each text in the index
	index   *suffixarray.Index
	found   []map[string]bool // what each text holds of what was looked for
}

func newTextIndex(texts []*string) *textIndex {
	x := &textIndex{texts: texts, starts: make([]int, len(texts)), found: make([]map[string]bool, len(texts))}
	var all []byte
	for i, text := range texts {
		x.starts[i], x.longest = len(all), max(x.longest, len(*text))
		all = append(all, *text...)
	}
	x.index = suffixarray.New(all)
	return x
}

// find notes the texts that hold a form of a secret.
func (x *textIndex) find(form string) {
	for _, at := range x.index.Lookup([]byte(form), -1) {
		i := sort.SearchInts(x.starts, at+1) - 1
		if at+len(form) > x.starts[i]+len(*x.texts[i]) {
			continue // it reaches into the next text
		}
		if x.found[i] == nil {
			x.found[i] = map[string]bool{}
		}
		x.found[i][form] = true
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

// pieces are the secrets, and the lines of each, that are long enough to be searched for and have at most limit bytes.
func pieces(secrets []string, limit int) (all []string) {
	for _, secret := range secrets {
		for _, text := range append(strings.Split(secret, "\n"), secret) {
			text = strings.TrimSuffix(text, "\r")
			if len(text) >= minScrubbed && len(text) <= limit {
				all = append(all, text)
			}
		}
	}
	return all
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
