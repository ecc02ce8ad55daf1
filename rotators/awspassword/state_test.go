package awspassword

import (
	"errors"
	"testing"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// What is opened of which state.
func TestOpen(t *testing.T) {
	secret := secretWord(0)
	for _, test := range []struct {
		state map[string]any
		want  any
		code  string
	}{
		{map[string]any{"current": map[string]any{"password": secret, "setAt": "2025-01-01T12:00:00Z", "userName": "app", "mine": 1}},
			map[string]any{"current": map[string]any{"password": secret, "setAt": "2025-01-01T12:00:00Z", "userName": "app"}}, ""},
		{map[string]any{"current": map[string]any{"password": word(0)}}, map[string]any{"current": map[string]any{"password": secret}}, ""},
		{map[string]any{"current": schema.SecretData(map[string]any{"password": word(0)})}, map[string]any{"current": map[string]any{"password": secret}}, ""},
		{starts[2].state(""), map[string]any{
			"current":    map[string]any{"password": secret, "setAt": "2025-09-24T00:00:00Z", "userName": "app"},
			"candidates": []any{secretWord(1)},
		}, ""},
		{map[string]any{"ledger": starts[2].state("")["ledger"]}, nil, "not-rotated"},
		{map[string]any{"current": map[string]any{}}, nil, "bad-state"},
		{map[string]any{"current": "it"}, nil, "bad-state"},
		{map[string]any{"current": map[string]any{"password": secret, "setAt": "soon"}}, nil, "bad-state"},
		{map[string]any{"ledger": map[string]any{"pending": map[string]any{"candidates": []any{}}}}, nil, "bad-state"},
		{map[string]any{"ledger": map[string]any{"pending": map[string]any{"startedAt": ago(0), "candidates": make([]any, 9)}}}, nil, "bad-state"},
	} {
		got, err := (&Rotator{}).Open(t.Context(), &rotators.Request{State: test.state})
		var coded *Error
		switch {
		case test.code == "" && (err != nil || !schema.Equal(got, test.want)):
			t.Errorf("%v: %v, %v", test.state, got, err)
		case test.code != "" && (!errors.As(err, &coded) || coded.Code != test.code || errors.Is(err, rotators.ErrNotRotated) != (test.code == "not-rotated")):
			t.Errorf("%v: %v, want %s", test.state, err, test.code)
		case test.code == "" && len((&Rotator{}).Schema().Outputs.Validate(got)) > 0:
			t.Errorf("%v: the schema refuses the outputs", test.state)
		}
	}
}
