package rotators_test

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A token is a whole rotator. Its credential is random text that nobody else needs to be told of.
type token struct{}

func (token) Schema() rotators.Schema {
	text := &schema.Schema{
		Type:       []string{"object"},
		Properties: map[string]*schema.Schema{"text": {Type: []string{"string"}, Secret: true}},
		Required:   []string{"text"},
	}
	return rotators.Schema{
		Inputs: &schema.Schema{
			Type:       []string{"object"},
			Properties: map[string]*schema.Schema{"prefix": {Type: []string{"string"}}},
			RotateOnly: []string{"prefix"},
		},
		State:   text,
		Outputs: text,
	}
}

func (token) Open(_ context.Context, req *rotators.Request) (any, error) {
	return map[string]any{"text": req.State["text"]}, nil
}

func (token) Rotate(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) error {
	var in struct {
		Prefix string `json:"prefix"`
	}
	if err := req.Decode(&in); err != nil {
		return err
	}
	return save(ctx, map[string]any{"text": schema.NewSecret(in.Prefix + rand.Text())})
}

func ExampleRotator() {
	var r rotators.Rotator = token{}
	ctx := context.Background()
	req := &rotators.Request{Request: providers.Request{Inputs: map[string]any{"prefix": "myapp-"}}}

	err := r.Rotate(ctx, req, func(_ context.Context, state any) error {
		req.State = state.(map[string]any) // the evaluator encrypts it and writes it into the document
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Open(ctx, req))
	// Output: map[text:[secret]] <nil>
}
