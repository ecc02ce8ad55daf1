package providertest_test

import (
	"context"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/providertest"
	"github.com/escapement-go/escapement/schema"
)

// canary is the secret of every request here; it holds characters that JSON and URLs write differently.
const canary = `hunter2 & "friends"`

// options try a greeter with two requests that differ in the answer, and with one refusal of each kind.
func options() providertest.Options {
	return providertest.Options{
		Opens:   []providers.Request{request("alice"), request("bob")},
		Refuses: []providers.Request{request("nobody"), request("")},
	}
}

func request(name string) providers.Request {
	return providers.Request{
		Inputs: map[string]any{
			"name":  name,
			"token": schema.NewSecret(canary),
			"tags":  []any{"b", "a"},
		},
		Environment: "myapp/dev",
		Root:        "myapp/dev",
		Context:     map[string]any{"host": "here"},
	}
}

// A greeter is a provider that keeps all rules. It uses most of what a schema can say about secrets.
type greeter struct{}

func (greeter) Schema() providers.Schema {
	one := 1
	return providers.Schema{
		Inputs: &schema.Schema{
			Type: []string{"object"},
			Properties: map[string]*schema.Schema{
				"name":  {Type: []string{"string"}, MinLength: &one},
				"token": {Type: []string{"string"}, Secret: true},
				"tags":  {Type: []string{"array"}, Items: text()},
			},
			Required:             []string{"name", "token"},
			AdditionalProperties: &schema.Schema{Never: true},
		},
		Outputs: &schema.Schema{
			Type: []string{"object"},
			Defs: map[string]*schema.Schema{"session": {AnyOf: []*schema.Schema{
				{Type: []string{"boolean"}},
				{Type: []string{"object"}, AdditionalProperties: &schema.Schema{Secret: true}},
			}}},
			Properties: map[string]*schema.Schema{
				"greeting": text(),
				"sessions": {Type: []string{"array"}, Items: &schema.Schema{Ref: "#/$defs/session"}},
				"header":   {AllOf: []*schema.Schema{{Type: []string{"string", "object"}}, {Secret: true}}},
			},
			Required: []string{"greeting", "sessions"},
		},
	}
}

func text() *schema.Schema { return &schema.Schema{Type: []string{"string"}} }

type inputs struct {
	Name  string        `json:"name"`
	Token schema.Secret `json:"token"`
}

func (greeter) Open(_ context.Context, req *providers.Request) (any, error) {
	var in inputs
	if err := req.Decode(&in); err != nil {
		return nil, err
	}
	if in.Name == "nobody" {
		return nil, &refusal{"no-such-user", "nobody cannot be greeted; name somebody", in.Token}
	}
	return map[string]any{
		"greeting": "hello, " + in.Name,
		"sessions": []any{true, map[string]any{"key": schema.NewSecret("key of " + in.Name)}},
		"header":   schema.NewSecret("Bearer " + in.Token.Reveal()),
		"extra":    map[string]any{},
	}, nil
}

type refusal struct {
	code, text string
	Token      any
}

func (r *refusal) Error() string          { return r.text }
func (r *refusal) DiagnosticCode() string { return r.code }
