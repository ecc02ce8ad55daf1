package eval

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
	"github.com/escapement-go/escapement/schema"
)

// A dataWriter turns data into what a document writes for it, so that evaluating that yields the same data.
type dataWriter struct {
	ctx         context.Context
	crypter     Crypter
	environment string
	limits      Limits
	writing     yamltext.Writing    // of strings and mappings: Readable or Quoted
	envelopes   map[string][]string // what is encrypted already, by plaintext; nil: nothing
	used        map[string]int      // how many of these are written, since nobody need know which secrets are equal
	planning    bool                // nothing is encrypted: what is new has a placeholder
	secrets     []string            // what the crypter was given
}

// write accepts what a provider may return.
func (w *dataWriter) write(data any) (*yamltext.Value, error) {
	in := importer{limits: w.limits}
	normal, err := in.normal(data, 0)
	if err != nil {
		return nil, err
	}
	return w.value(normal)
}

func (w *dataWriter) value(v any) (*yamltext.Value, error) {
	switch v := v.(type) {
	case bool:
		return verbatim(strconv.FormatBool(v)), nil
	case json.Number:
		return verbatim(v.String()), nil
	case string:
		return w.text(v)
	case schema.Secret:
		return w.secret(v)
	case schema.Unknown:
		return w.unknown(v)
	case []any:
		return w.list(v)
	case map[string]any:
		return w.object(v)
	}
	return verbatim("null"), nil
}

func verbatim(text string) *yamltext.Value {
	return &yamltext.Value{Writing: yamltext.Verbatim, Text: text}
}

func mapping(writing yamltext.Writing, key string, item *yamltext.Value) *yamltext.Value {
	return &yamltext.Value{Kind: yamltext.Mapping, Writing: writing, Keys: []string{key}, Items: []*yamltext.Value{item}}
}

var errNotUTF8 = errors.New("a string is not valid UTF-8; encode it, for fn::fromBase64")

func (w *dataWriter) text(text string) (*yamltext.Value, error) {
	if !utf8.ValidString(text) {
		return nil, errNotUTF8
	}
	return &yamltext.Value{Writing: w.writing, Text: syntax.Escape(text)}, nil
}

// notYetKnown stands in a plan for what only the rotation will make. It is no ciphertext.
const notYetKnown = "[known after the rotation]"

// unknown writes what a plan does not know.
func (w *dataWriter) unknown(v schema.Unknown) (*yamltext.Value, error) {
	placeholder := &yamltext.Value{Writing: yamltext.Quoted, Text: notYetKnown}
	switch {
	case !w.planning:
		return nil, errors.New("a value is not known")
	case v.Of.IsSecret():
		return mapping(w.writing, "fn::secret", mapping(yamltext.OneLine, "ciphertext", placeholder)), nil
	}
	return placeholder, nil
}

// secret writes a secret string, which may have any bytes, as fn::secret, and other secret data as fn::fromJSON of its JSON.
func (w *dataWriter) secret(secret schema.Secret) (*yamltext.Value, error) {
	text, ok := secret.Data().(string)
	if !ok {
		return w.asJSON(secret)
	}
	envelope, err := w.envelope(text)
	if err != nil {
		return nil, err
	}
	return mapping(w.writing, "fn::secret", envelope), nil
}

// envelope encrypts a plaintext into what stands under fn::secret.
func (w *dataWriter) envelope(plaintext string) (*yamltext.Value, error) {
	if w.envelopes == nil {
		w.envelopes = map[string][]string{}
	}
	if w.used == nil {
		w.used = map[string]int{}
	}
	n := w.used[plaintext]
	w.used[plaintext]++
	if n < len(w.envelopes[plaintext]) {
		return envelopeValue(yamltext.OneLine, w.envelopes[plaintext][n]), nil
	}
	if w.planning {
		return mapping(yamltext.OneLine, "ciphertext", &yamltext.Value{Writing: yamltext.Quoted, Text: notYetKnown}), nil
	}
	w.secrets = append(w.secrets, plaintext)
	text, err := encryptText(w.ctx, w.crypter, w.environment, plaintext)
	if err != nil {
		return nil, err
	}
	w.envelopes[plaintext] = append(w.envelopes[plaintext], text)
	return envelopeValue(yamltext.OneLine, text), nil
}

// envelopeValue is what stands under fn::secret for an encrypted text.
func envelopeValue(writing yamltext.Writing, text string) *yamltext.Value {
	return mapping(writing, "ciphertext", verbatim(text))
}

func (w *dataWriter) list(items []any) (*yamltext.Value, error) {
	list := &yamltext.Value{Kind: yamltext.List, Writing: w.writing}
	for _, item := range items {
		value, err := w.value(item)
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, value)
	}
	return list, nil
}

// object writes an object as a mapping, unless that would be read as a call.
func (w *dataWriter) object(members map[string]any) (*yamltext.Value, error) {
	keys := slices.Sorted(maps.Keys(members))
	if slices.ContainsFunc(keys, hasFunctionPrefix) {
		return w.asJSON(members)
	}
	object := &yamltext.Value{Kind: yamltext.Mapping, Writing: w.writing}
	for _, key := range keys {
		if !utf8.ValidString(key) {
			return nil, errNotUTF8
		}
		value, err := w.value(members[key])
		if err != nil {
			return nil, err
		}
		object.Keys, object.Items = append(object.Keys, syntax.Escape(key)), append(object.Items, value)
	}
	return object, nil
}

func hasFunctionPrefix(key string) bool { return len(key) >= 4 && strings.EqualFold(key[:4], "fn::") }

// asJSON writes data as fn::fromJSON of its JSON, which is a secret if anything in the data is.
func (w *dataWriter) asJSON(data any) (*yamltext.Value, error) {
	revealed, secret := revealAll(data)
	if !isUTF8(revealed) {
		return nil, errNotUTF8
	}
	text := schema.SecretData(revealed).Reveal()
	var argument any = text
	if secret {
		argument = schema.NewSecret(text)
	}
	value, err := w.value(argument)
	if err != nil {
		return nil, err
	}
	return mapping(w.writing, "fn::fromJSON", value), nil
}

// isUTF8 reports whether every string and key in data without secrets has a JSON form.
func isUTF8(v any) bool {
	switch v := v.(type) {
	case string:
		return utf8.ValidString(v)
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !isUTF8(item) })
	case map[string]any:
		for key, item := range v {
			if !utf8.ValidString(key) || !isUTF8(item) {
				return false
			}
		}
	}
	return true
}

// revealAll returns data with the contents of its secrets, and whether there are any.
func revealAll(v any) (revealed any, secret bool) {
	switch v := v.(type) {
	case schema.Secret:
		revealed, _ = revealAll(v.Data())
		return revealed, true
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			part, hidden := revealAll(item)
			list[i], secret = part, secret || hidden
		}
		return list, secret
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, item := range v {
			part, hidden := revealAll(item)
			object[key], secret = part, secret || hidden
		}
		return object, secret
	}
	return v, false
}

// parseValue reads text of a document as a value to be written.
func parseValue(text string, limits Limits) (*yamltext.Value, error) {
	doc, issues := yamltext.Parse([]byte(text), limits.syntax().Limits)
	for _, issue := range issues {
		if !issue.Warning {
			return nil, unreadable("the value is not YAML", &issue)
		}
	}
	if doc.Root == nil {
		return nil, errors.New(`the value is empty; write null, or "" for the empty string`)
	}
	if doc.Root.Kind == yamltext.Scalar && doc.HasComments() { // which was perhaps meant to be text
		return nil, errors.New(`the value holds a comment, which would be lost; put text that holds " #" in quotes`)
	}
	return writtenNode(doc.Root, limits)
}

func writtenNode(n *yamltext.Node, limits Limits) (*yamltext.Value, error) {
	switch {
	case n.Kind == yamltext.Alias:
		return nil, errors.New("the value holds an alias; write out what it names")
	case n.Tag != "":
		return nil, errors.New("the value holds a tag; write it without")
	case n.Kind == yamltext.Scalar:
		return writtenScalar(n, limits)
	}
	value := &yamltext.Value{Kind: n.Kind}
	for i, part := range n.Content {
		if n.Kind == yamltext.Mapping && i%2 == 0 {
			if err := checkKey(part, limits); err != nil {
				return nil, err
			}
			value.Keys = append(value.Keys, part.Value)
			continue
		}
		item, err := writtenNode(part, limits)
		if err != nil {
			return nil, err
		}
		value.Items = append(value.Items, item)
	}
	return value, nil
}

func checkKey(n *yamltext.Node, limits Limits) error {
	if n.Kind == yamltext.Scalar && n.Style == yamltext.Plain && n.Value == "<<" {
		return errors.New("the value holds a merge key; write out what it merges")
	}
	scalar, issue := yamltext.Resolve(n, limits.Digits, limits.Exponent)
	if n.Kind != yamltext.Scalar || issue != nil || scalar.Kind != yamltext.String {
		return errors.New("the value holds a key that is not a string; put it in quotes")
	}
	return nil
}

// unreadable says what is wrong with text of a document, and what to do about it.
func unreadable(what string, issue *yamltext.Issue) error {
	wrong, remedy, says := strings.Cut(issue.Message, ", put ")
	switch {
	case issue.Hint != "":
		remedy = issue.Hint
	case says:
		remedy = "put " + remedy
	default:
		remedy = "put text in quotes"
	}
	return errors.New(what + ": " + wrong + "; " + remedy)
}

func writtenScalar(n *yamltext.Node, limits Limits) (*yamltext.Value, error) {
	scalar, issue := yamltext.Resolve(n, limits.Digits, limits.Exponent)
	switch {
	case issue != nil && !issue.Warning:
		return nil, unreadable("the value cannot be read", issue)
	case scalar.Kind == yamltext.String:
		return &yamltext.Value{Text: n.Value}, nil
	case n.Value == "":
		return verbatim("null"), nil
	}
	return verbatim(n.Value), nil
}
