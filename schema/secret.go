package schema

import (
	"fmt"
	"io"
	"log/slog"
)

// redacted stands for a secret in every printed form.
const redacted = "[secret]"

// A Secret is data that must not be shown. It prints as [secret] in every form: with every verb of fmt, in slog, JSON,
// XML, YAML and errors. The zero Secret is the secret empty string.
//
// Two Secrets are == only if one is a copy of the other; [Secret.Equal] compares what they hold. A Secret is safe for
// concurrent use.
type Secret struct {
	// A function is opaque to printers that go by reflection, and a pointer to it makes Secret comparable.
	data *func() any
}

// NewSecret makes a secret of text.
func NewSecret(text string) Secret { return SecretData(text) }

// SecretData makes one secret of any plain data, such as a whole response. The data must not be changed afterwards. A
// Secret is returned as it is.
func SecretData(v any) Secret {
	if s, ok := v.(Secret); ok {
		return s
	}
	data := func() any { return v }
	return Secret{&data}
}

// Reveal returns the text of the secret: of a string the string itself, of other data its JSON, compact and with
// ascending keys, in which secrets are revealed and an Unknown is the string "[unknown]".
func (s Secret) Reveal() string {
	switch data := s.Data().(type) {
	case string:
		return data
	default:
		return string(revealedJSON(data))
	}
}

// Data returns what was put in; it must not be changed.
func (s Secret) Data() any {
	if s.data == nil {
		return ""
	}
	return (*s.data)()
}

// Equal tells whether s and t hold equal data in the sense of the function [Equal].
func (s Secret) Equal(t Secret) bool { return Equal(s, t) }

// String returns "[secret]".
func (s Secret) String() string { return redacted }

// GoString returns "[secret]".
func (s Secret) GoString() string { return redacted }

// Format writes "[secret]", whatever the verb and its flags.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns "[secret]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON returns the JSON string "[secret]".
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText returns "[secret]".
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalYAML returns "[secret]", as the usual YAML libraries ask for it.
func (s Secret) MarshalYAML() (any, error) { return redacted, nil }
