package password_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/password"
	"github.com/escapement-go/escapement/schema"
)

// A first rotation, as an evaluator performs it.
func Example() {
	ctx := context.Background()
	req := &rotators.Request{Request: providers.Request{Inputs: map[string]any{
		"length": json.Number("40"), "minNumeric": json.Number("2"), "overrideSpecial": "-_.",
	}}}
	save := func(_ context.Context, state any) error {
		req.State = state.(map[string]any) // the evaluator encrypts it and writes it into the document
		return nil
	}
	if err := (password.Rotator{}).Rotate(ctx, req, save); err != nil {
		fmt.Println(err)
		return
	}
	out, err := password.Rotator{}.Open(ctx, req)
	if err != nil {
		fmt.Println(err)
		return
	}
	current := out.(map[string]any)["current"].(map[string]any)
	fmt.Println(current["password"], "of", len(current["password"].(schema.Secret).Reveal()), "characters")
	// Output: [secret] of 40 characters
}
