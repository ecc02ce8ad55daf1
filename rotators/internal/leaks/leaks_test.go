package leaks_test

import (
	"testing"

	"github.com/escapement-go/escapement/rotators/internal/leaks"
)

func TestIn(t *testing.T) {
	const secret = `Canary+/"<secret>&`
	for text, want := range map[string]int{
		"nothing of a Canary":                        0,
		"said " + secret:                             1,
		"Q2FuYXJ5Ky8iPHNlY3JldD4m":                   1,
		"?x=Canary%2B%2F%22%3Csecret%3E%26&":         1,
		`{"x":"Canary+/\"\u003csecret\u003e\u0026"}`: 1,
	} {
		if got := leaks.In(text, "other", secret); len(got) != want {
			t.Errorf("%q: %q, want %d", text, got, want)
		}
	}
}
