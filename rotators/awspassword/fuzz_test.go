package awspassword

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// Whatever a state is, it is refused, or it is what it was when it has been written again.
func FuzzState(f *testing.F) {
	for _, s := range starts {
		text, _ := json.Marshal(plain(s.state("AIDA")))
		f.Add(string(text))
	}
	f.Add(`{"current":{"password":"p","setAt":"2025-01-01T00:00:00Z"},"ledger":{"pending":{"startedAt":"2025-01-01T00:00:00Z","candidates":[{}]}},"x":[1]}`)
	f.Fuzz(func(t *testing.T, text string) {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var data map[string]any
		if d.Decode(&data) != nil {
			return
		}
		_, _ = (&Rotator{}).Open(t.Context(), &rotators.Request{State: data})
		_, _ = (&Rotator{}).Due(&rotators.Request{Request: providers.Request{Inputs: data}, State: data}, awstest.Epoch)
		s, err := parseState(data)
		if err != nil {
			return
		}
		once := s.encode()
		again, err := parseState(once)
		if err != nil || !schema.Equal(once, again.encode()) {
			t.Errorf("%q: written again it is another state: %v", text, err)
		}
		if violations := stateSchema().Validate(once); len(violations) > 0 && len(stateSchema().Validate(data)) == 0 {
			t.Errorf("%q: the schema refuses what is written: %v", text, violations)
		}
	})
}

// plain reveals the secrets in data.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for name, e := range v {
			m[name] = plain(e)
		}
		return m
	case []any:
		var l []any
		for _, e := range v {
			l = append(l, plain(e))
		}
		return l
	case schema.Secret:
		return v.Reveal()
	}
	return v
}
