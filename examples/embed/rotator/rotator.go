package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A token is a credential of the service. Its name is not secret.
type token struct {
	Name string        `json:"name"`
	Text schema.Secret `json:"text"`
}

func (t *token) data() map[string]any { return map[string]any{"name": t.Name, "text": t.Text} }

// A tokenRotator renews tokens. The token before the current one works until the next rotation.
type tokenRotator struct {
	service client
}

// Schema says that opening needs no input, and that a state has a current token once the first rotation has ended.
func (tokenRotator) Schema() rotators.Schema {
	text, secret := &schema.Schema{Type: []string{"string"}}, &schema.Schema{Type: []string{"string"}, Secret: true}
	object := func(properties map[string]*schema.Schema, required ...string) *schema.Schema {
		return &schema.Schema{Type: []string{"object"}, Properties: properties, Required: required}
	}
	one := object(map[string]*schema.Schema{"name": text, "text": secret}, "name", "text")
	inputs := object(map[string]*schema.Schema{"admin": secret}, "admin")
	inputs.RotateOnly = []string{"admin"}
	return rotators.Schema{
		Inputs:  inputs,
		State:   object(map[string]*schema.Schema{"current": one, "previous": one, "doomed": {Type: []string{"array"}, Items: text}}),
		Outputs: object(map[string]*schema.Schema{"current": one, "previous": one}, "current"),
	}
}

// Open returns the current token and the previous one. It asks nobody.
func (tokenRotator) Open(_ context.Context, req *rotators.Request) (any, error) {
	if req.State["current"] == nil {
		return nil, fmt.Errorf("there is no token yet: %w; run rotate", rotators.ErrNotRotated)
	}
	out := map[string]any{"current": req.State["current"]}
	if req.State["previous"] != nil {
		out["previous"] = req.State["previous"]
	}
	return out, nil
}

// Rotate makes a token. Whatever may exist and must not is named in the list of the doomed before it is made and as long as
// it is there, so that the next run can delete it.
func (r tokenRotator) Rotate(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) error {
	in, old, err := decode(req)
	if err != nil {
		return err
	}
	// The first save takes the document: a rival that has not saved since will find a conflict.
	name, doomed := rand.Text(), old.Doomed
	if old.Previous != nil {
		doomed = append(slices.Clone(doomed), old.Previous.Name)
	}
	if err := save(ctx, (&state{Current: old.Current, Doomed: append(slices.Clone(doomed), name)}).data()); err != nil {
		return fmt.Errorf("nothing was made: %w", err)
	}
	for _, other := range doomed {
		if err := r.service.remove(ctx, in.Admin, other); err != nil {
			return err
		}
	}
	text, err := r.service.create(ctx, in.Admin, name)
	if err != nil {
		return err
	}
	if err := r.service.try(ctx, text); err != nil {
		return err
	}
	// The second save makes the token current. A conflict says for certain that this has not come about.
	err = save(ctx, (&state{Current: &token{name, text}, Previous: old.Current}).data())
	if errors.Is(err, rotators.ErrConflict) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return errors.Join(err, r.service.remove(ctx, in.Admin, name))
	}
	if err == nil && req.Report != nil {
		req.Report(rotators.Event{Time: time.Now(), Kind: "rotated", KeyID: name, Text: "there is a new token"})
	}
	return err
}
