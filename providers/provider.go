package providers

import (
	"context"

	"github.com/escapement-go/escapement/schema"
)

// A Provider turns the inputs of a call in a document into outputs. The package documentation lists its obligations.
// Its methods are called by several goroutines at once.
type Provider interface {
	// Schema describes the inputs and the outputs. It is pure, does no I/O, and answers equally on every call.
	Schema() Schema

	// Open returns the outputs for req as plain data: nil, bool, json.Number, string, schema.Secret, []any and
	// map[string]any. Sensitive strings are schema.Secret. The answer is the caller's own, req is not.
	// When ctx is done, Open returns soon, with ctx's error unless it has an answer.
	Open(ctx context.Context, req *Request) (any, error)
}

// A Schema describes what a provider takes and returns. A nil field allows anything; inputs are an object all the same.
type Schema struct {
	Inputs, Outputs *schema.Schema
}

// A Request is what a provider is asked to open. It belongs to the caller: a provider reads it and keeps no part of it.
type Request struct {
	// Inputs are the inputs of the call as plain data, wholly known and valid, with defaults filled in.
	Inputs map[string]any
	// Environment is the name of the environment that contains the call.
	Environment string
	// Root is the name of the environment that is being opened; it differs from Environment in an imported one.
	Root string
	// Context is what the host put under ${context}, as plain data.
	Context map[string]any
	// Warn tells the author of the document something that is not an error, in the words of one: in lower case,
	// without full stop, and without the text of a secret. It may be called by several goroutines until Open returns.
	// Nil means that nobody listens.
	Warn func(message string)
}

// New returns a Provider with schema s that opens with the function open, which must not be nil and has the obligations
// of [Provider].Open. Neither s nor what it points to may change afterwards.
func New(s Schema, open func(context.Context, *Request) (any, error)) Provider {
	return function{s, open}
}

// A function is a provider made of its two answers.
type function struct {
	schema Schema
	open   func(context.Context, *Request) (any, error)
}

func (f function) Schema() Schema { return f.schema }

func (f function) Open(ctx context.Context, req *Request) (any, error) { return f.open(ctx, req) }
