package evaltest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A declared provider or rotator is one that a case describes itself: its schemas, and what it does.
type declared struct {
	name, call string
	host       *Host

	Inputs, State, Outputs *schema.Schema
	Result                 json.RawMessage   // {"$secret": X} is X as a secret; if absent, opening returns the inputs
	States                 []json.RawMessage // that rotating hands over; opening returns the saved one
	Error                  string            // what rotating ends with; "" for success
	Unfinished             bool              // opening finds a first rotation unfinished
}

// declare reads the sections "provider NAME" and "rotator NAME" of a scenario.
func declare(host *Host, name, call, text string) (*declared, error) {
	d := &declared{name: name, call: call, host: host}
	if err := json.Unmarshal([]byte(text), d); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return d, nil
}

func (d *declared) open(ctx context.Context, inputs map[string]any) (any, error) {
	if err := d.host.note(ctx, d.call); err != nil {
		return nil, err
	}
	if d.Result == nil {
		return reveal(inputs), nil
	}
	v, err := decodeJSON(d.Result)
	return hide(v), err
}

func (d *declared) provider() providers.Provider {
	s := providers.Schema{Inputs: d.Inputs, Outputs: d.Outputs}
	return providers.New(s, func(ctx context.Context, req *providers.Request) (any, error) {
		return d.open(ctx, req.Inputs)
	})
}

// A declaredRotator opens like the provider of the same description, or returns its state if it can rotate.
type declaredRotator struct{ *declared }

func (d declaredRotator) Schema() rotators.Schema {
	return rotators.Schema{Inputs: d.Inputs, State: d.State, Outputs: d.Outputs}
}

func (d declaredRotator) Open(ctx context.Context, req *rotators.Request) (any, error) {
	if d.Unfinished {
		return nil, errors.Join(rotators.ErrNotRotated, d.host.note(ctx, d.call))
	}
	if d.States != nil && d.Result == nil {
		return req.State, d.host.note(ctx, d.call)
	}
	return d.open(ctx, req.Inputs)
}

func (d declaredRotator) Rotate(ctx context.Context, _ *rotators.Request, save func(context.Context, any) error) error {
	if err := d.host.note(ctx, d.call+" rotate"); err != nil {
		return err
	}
	if d.States == nil && d.Error == "" {
		return fmt.Errorf("%q cannot rotate", d.name)
	}
	for _, text := range d.States {
		state, err := decodeJSON(text)
		if err != nil {
			return err
		}
		if err := save(ctx, hide(state)); err != nil {
			return err
		}
	}
	if d.Error != "" {
		return errors.New(d.Error)
	}
	return nil
}
