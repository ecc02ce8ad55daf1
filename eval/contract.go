package eval

import (
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A contract is what a provider or rotator says about its data.
type contract struct {
	inputs, state, outputs *schema.Schema
	err                    error // asking for it failed
}

func contractOfProvider(p providers.Provider) *contract {
	s, err := guarded(func() (providers.Schema, error) { return p.Schema(), nil })
	return &contract{inputs: s.Inputs, outputs: s.Outputs, err: err}
}

func contractOfRotator(r rotators.Rotator) *contract {
	s, err := guarded(func() (rotators.Schema, error) { return r.Schema(), nil })
	return &contract{inputs: s.Inputs, state: s.State, outputs: s.Outputs, err: err}
}

// contract returns the contract of a key, and asks for it only once.
func (o *operation) contract(key string, ask func() *contract) *contract {
	c := o.schemas[key]
	if c == nil {
		c = ask()
		o.schemas[key] = c
	}
	return c
}
