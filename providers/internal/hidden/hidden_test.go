package hidden_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/internal/hidden"
	"github.com/escapement-go/escapement/schema"
)

// What is secret is found wherever it is, and masked even if one secret is a part of another.
func TestMask(t *testing.T) {
	texts := hidden.In(map[string]any{
		"a": "shown", "b": schema.NewSecret("part"), "c": []any{schema.NewSecret("is"), "open", schema.NewSecret("part of it")},
		"d": schema.SecretData(map[string]any{"e": []any{"within", true, "part"}}),
	})
	if diff := cmp.Diff(hidden.Texts{"part of it", "within", "part"}, texts); diff != "" {
		t.Error(diff)
	}
	const said = "this is shown: part, part of it; within and open"
	if got, want := texts.Mask(said), "this is shown: [secret], [secret]; [secret] and open"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := texts.With("shown: part", "so").Mask(said), "this is [secret], [secret]; [secret] and open"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := hidden.In("this").Mask(said); got != said {
		t.Errorf("%q", got)
	}
}
