package evaltest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/escapement-go/escapement/schema"
)

// unknownText stands for an unknown in plain data that is to be compared.
const unknownText = "[unknown]"

func number(text string) json.Number { return json.Number(text) }

// reveal is the plain data with the texts of secrets in their place, and unknownText for unknowns.
func reveal(v any) any {
	switch v := v.(type) {
	case schema.Secret:
		return reveal(v.Data())
	case schema.Unknown, *schema.Unknown:
		return unknownText
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, member := range v {
			out[key] = reveal(member)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = reveal(item)
		}
		return out
	}
	return v
}

// canonical is the JSON text of plain data: compact, keys ascending, numbers as they are spelled.
func canonical(v any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// canonicalJSON is the canonical form of a JSON text.
func canonicalJSON(text []byte) (string, error) {
	v, err := decodeJSON(text)
	if err != nil {
		return "", err
	}
	return canonical(v)
}

func decodeJSON(text []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("text after the JSON value")
	}
	return v, nil
}
