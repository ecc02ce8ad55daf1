package evaltest

import (
	"context"
	"errors"
	"fmt"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// Providers are the providers of the conformance cases:
//
//   - echo takes anything and returns it, all secrets revealed and none of it secret.
//   - boom takes anything and fails with the text "no: " and its input "a", a secret revealed.
//   - typed takes a string "a" and an integer "n", 7 by default, and returns them as "x" and "n", with a secret "key".
//   - vault takes anything and returns it as one secret, which its schema does not announce.
//   - where takes anything and returns "environment", "root" and "context" of the request.
func (h *Host) Providers() map[string]providers.Provider {
	return map[string]providers.Provider{
		"echo":  h.provider("echo", providers.Schema{}, echo),
		"boom":  h.provider("boom", providers.Schema{}, boom),
		"typed": h.provider("typed", typedSchema(), typed),
		"vault": h.provider("vault", providers.Schema{}, vault),
		"where": h.provider("where", providers.Schema{}, where),
	}
}

// Rotators holds the rotator of the conformance cases. Its input "user" is required; "login" and "region" are
// rotate-only. Its state and output are "current", "previous" (both secret), "note" and "n". Opening returns the state.
// Rotating fails at once for the user "bad"; otherwise it hands over the text "p${w}" as "current", the old "current"
// or null as "previous", "a$b" as "note" and 42 as "n".
func (h *Host) Rotators() map[string]rotators.Rotator {
	return map[string]rotators.Rotator{"pw": pw{h}}
}

type openFunc = func(ctx context.Context, req *providers.Request) (any, error)

func (h *Host) provider(name string, s providers.Schema, open openFunc) providers.Provider {
	return providers.New(s, func(ctx context.Context, req *providers.Request) (any, error) {
		if err := h.note(ctx, name); err != nil {
			return nil, err
		}
		return open(ctx, req)
	})
}

func echo(_ context.Context, req *providers.Request) (any, error) {
	return reveal(req.Inputs), nil
}

func boom(_ context.Context, req *providers.Request) (any, error) {
	return nil, fmt.Errorf("no: %v", reveal(req.Inputs["a"]))
}

func vault(_ context.Context, req *providers.Request) (any, error) {
	return schema.SecretData(reveal(req.Inputs)), nil
}

func where(_ context.Context, req *providers.Request) (any, error) {
	return map[string]any{"environment": req.Environment, "root": req.Root, "context": reveal(req.Context)}, nil
}

func typedSchema() providers.Schema {
	return providers.Schema{
		Inputs: &schema.Schema{
			Type:                 []string{"object"},
			Properties:           map[string]*schema.Schema{"a": ofType("string"), "n": {Type: []string{"integer"}, Default: number("7")}},
			Required:             []string{"a"},
			AdditionalProperties: &schema.Schema{Never: true},
		},
		Outputs: &schema.Schema{
			Type:                 []string{"object"},
			Properties:           map[string]*schema.Schema{"x": ofType("string"), "n": ofType("number"), "key": secretString()},
			Required:             []string{"x", "n", "key"},
			AdditionalProperties: &schema.Schema{Never: true},
		},
	}
}

func typed(_ context.Context, req *providers.Request) (any, error) {
	return map[string]any{"x": req.Inputs["a"], "n": req.Inputs["n"], "key": schema.NewSecret("KEY-1")}, nil
}

type pw struct{ host *Host }

func (r pw) Schema() rotators.Schema {
	state := &schema.Schema{
		Type: []string{"object"},
		Properties: map[string]*schema.Schema{
			"current": secretString(), "previous": secretString(), "note": ofType("string"), "n": ofType("number"),
		},
		Required: []string{"current"},
	}
	return rotators.Schema{
		Inputs: &schema.Schema{
			Type:       []string{"object"},
			Properties: map[string]*schema.Schema{"user": ofType("string"), "login": {}, "region": {}},
			Required:   []string{"user"},
			RotateOnly: []string{"login", "region"},
		},
		State:   state,
		Outputs: state,
	}
}

func (r pw) Open(ctx context.Context, req *rotators.Request) (any, error) {
	if err := r.host.note(ctx, "pw open"); err != nil {
		return nil, err
	}
	return req.State, nil
}

func (r pw) Rotate(ctx context.Context, req *rotators.Request, save func(ctx context.Context, state any) error) error {
	if err := r.host.note(ctx, "pw rotate"); err != nil {
		return err
	}
	if reveal(req.Inputs["user"]) == "bad" {
		return errors.New("user is bad")
	}
	return save(ctx, map[string]any{
		"current":  schema.NewSecret("p${w}"),
		"previous": req.State["current"],
		"note":     "a$b",
		"n":        number("42"),
	})
}

func ofType(name string) *schema.Schema { return &schema.Schema{Type: []string{name}} }

func secretString() *schema.Schema {
	return &schema.Schema{Type: []string{"string"}, Secret: true}
}
