package rotatortest_test

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/rotatortest"
	"github.com/escapement-go/escapement/schema"
)

// A forgetful rotator takes every save for a good one.
type forgetful struct{}

func (forgetful) Schema() rotators.Schema {
	text := &schema.Schema{Type: []string{"object"}, Properties: map[string]*schema.Schema{
		"text": {Type: []string{"string"}, Secret: true},
	}}
	return rotators.Schema{State: text, Outputs: text}
}

func (forgetful) Open(_ context.Context, req *rotators.Request) (any, error) {
	return map[string]any{"text": req.State["text"]}, nil
}

func (forgetful) Rotate(ctx context.Context, _ *rotators.Request, save func(context.Context, any) error) error {
	_ = save(ctx, map[string]any{"text": schema.NewSecret(rand.Text())})
	return nil
}

// In a test it is Run that says which rules are broken. This world has nothing to look at but the rotator.
func ExampleCheck() {
	findings := rotatortest.Check(context.Background(), func() rotatortest.World {
		return rotatortest.World{Rotator: forgetful{}}
	})
	fmt.Println(findings[0].Rule.Name)
	fmt.Println(findings[0].Rule.Text)
	// Output:
	// settled
	// Rotate returns nil only if the last state that it handed over is saved; without one, it has changed nothing.
}
