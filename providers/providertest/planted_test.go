package providertest_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// A planted bug makes a greeter break one rule and no other.
type planted struct {
	rule, bug string
	provider  providers.Provider
}

// plantedBugs returns all planted bugs afresh, since some of them remember what happened.
func plantedBugs() []planted {
	return []planted{
		{"stable-schema", "the schema tells how often it was asked for", &countingSchema{}},

		{"valid-schema", "a type that there is not", describing(func(s *providers.Schema) {
			s.Inputs.Properties["more"] = &schema.Schema{Type: []string{"text"}}
		})},
		{"valid-schema", "a pattern that does not compile", describing(func(s *providers.Schema) {
			s.Outputs.Properties["greeting"].Pattern = "hello, ("
		})},
		{"valid-schema", "a reference to nothing", describing(func(s *providers.Schema) {
			s.Outputs.Properties["sessions"].Items.Ref = "#/$defs/sessions"
		})},
		{"valid-schema", "a reference to itself", describing(func(s *providers.Schema) {
			s.Outputs.Defs["session"] = &schema.Schema{Ref: "#/$defs/session"}
		})},
		{"valid-schema", "a pattern in a secret that does not compile", describing(func(s *providers.Schema) {
			s.Inputs.Properties["token"].Pattern = "[a-Z]"
		})},
		{"valid-schema", "a schema in itself", describing(func(s *providers.Schema) {
			s.Outputs.Properties["self"] = s.Outputs
			s.Outputs.Properties["me"] = s.Outputs
		})},
		{"valid-schema", "a bound that is no number", describing(func(s *providers.Schema) {
			s.Inputs.Properties["more"] = &schema.Schema{Minimum: "one"}
		})},

		{"admits-inputs", "a required input that Open can do without", describing(func(s *providers.Schema) {
			s.Inputs.Required = append(s.Inputs.Required, "port")
			s.Inputs.Properties["port"] = &schema.Schema{}
		})},

		{"answers", "an error for good inputs", opening(func(context.Context, *providers.Request) (any, error) {
			return nil, errors.New("closed today; try tomorrow")
		})},
		{"answers", "an error every other time", &moody{}},
		{"answers", "an answer for bad inputs", opening(func(ctx context.Context, req *providers.Request) (any, error) {
			other := *req
			other.Inputs = map[string]any{"name": "somebody"}
			return greeter{}.Open(ctx, &other)
		})},

		{"plain-outputs", "a number of Go", answering(func(_ inputs, out map[string]any) {
			out["extra"] = 5
		})},
		{"plain-outputs", "a number that is not written as in JSON", answering(func(_ inputs, out map[string]any) {
			out["extra"] = json.Number("0x10")
		})},
		{"plain-outputs", "a map of strings", answering(func(_ inputs, out map[string]any) {
			out["extra"] = []any{map[string]string{"user": "alice"}}
		})},
		{"plain-outputs", "something unknown", answering(func(_ inputs, out map[string]any) {
			out["extra"] = schema.Unknown{}
		})},
		{"plain-outputs", "a struct in a secret", answering(func(in inputs, out map[string]any) {
			out["extra"] = schema.SecretData(map[string]any{"in": in})
		})},
		{"plain-outputs", "a map in itself", answering(func(_ inputs, out map[string]any) {
			out["extra"] = out
		})},

		{"valid-outputs", "a required output left out", answering(func(_ inputs, out map[string]any) {
			delete(out, "greeting")
		})},
		{"valid-outputs", "an output of another type", answering(func(_ inputs, out map[string]any) {
			out["greeting"] = true
		})},

		{"declared-secrets", "a declared secret in plain text", answering(func(_ inputs, out map[string]any) {
			out["header"] = "Bearer 123"
		})},
		{"declared-secrets", "a part of a declared secret in plain text", answering(func(_ inputs, out map[string]any) {
			out["header"] = map[string]any{"scheme": "Bearer", "token": schema.NewSecret("123")}
		})},
		{"declared-secrets", "a number that an alternative of a definition calls secret",
			answering(func(_ inputs, out map[string]any) {
				out["sessions"] = []any{map[string]any{"key": json.Number("123")}}
			})},

		{"input-secrets", "a secret input in a string", answering(func(in inputs, out map[string]any) {
			out["extra"] = []any{"Bearer " + in.Token.Reveal()}
		})},
		{"input-secrets", "a secret input as the name of a member", answering(func(in inputs, out map[string]any) {
			out[in.Token.Reveal()] = true
		})},
		{"input-secrets", "a secret input in base64", answering(func(in inputs, out map[string]any) {
			out["extra"] = "Basic " + base64.StdEncoding.EncodeToString([]byte(in.Token.Reveal()))
		})},
		{"input-secrets", "a secret input within a string of JSON", answering(func(in inputs, out map[string]any) {
			out["extra"] = fmt.Sprintf(`{"token": %q}`, in.Token.Reveal())
		})},

		{"silent-errors", "a secret in an error", refusing(func(in inputs) error {
			return fmt.Errorf("user with token %q is unknown", in.Token.Reveal())
		})},
		{"silent-errors", "a secret in a warning", spoiling(func(req *providers.Request) {
			req.Warn(fmt.Sprintf("token %q is old", req.Inputs["token"].(schema.Secret).Reveal()))
		})},
		{"silent-errors", "a secret in a field of an error", refusing(func(in inputs) error {
			return refusalValue{refusal{"no-such-user", "nobody is unknown", in.Token.Reveal()}}
		})},

		{"error-code", "a code of several words", refusing(func(inputs) error {
			return fmt.Errorf("cannot greet: %w", &refusal{"No such user", "nobody is unknown", nil})
		})},

		{"untouched-request", "an input deleted", spoiling(func(req *providers.Request) {
			delete(req.Inputs, "tags")
		})},
		{"untouched-request", "an input sorted", spoiling(func(req *providers.Request) {
			slices.Reverse(req.Inputs["tags"].([]any))
		})},
		{"untouched-request", "something put into the context", spoiling(func(req *providers.Request) {
			req.Context["seen"] = true
		})},

		{"own-outputs", "the same map each time", &caching{share: func(out map[string]any) any { return out }}},
		{"own-outputs", "the same slice in another map", &caching{share: func(out map[string]any) any {
			return map[string]any{"greeting": out["greeting"], "sessions": out["sessions"]}
		}}},

		{"concurrent-open", "the request of whoever came last", &confused{}},
		{"concurrent-open", "an error for all but one at a time", &exclusive{}},

		{"prompt-return", "a sleep that nothing ends", opening(func(ctx context.Context, req *providers.Request) (any, error) {
			time.Sleep(time.Hour)
			return greeter{}.Open(ctx, req)
		})},
		{"prompt-return", "a look at the context before the work alone",
			opening(func(ctx context.Context, req *providers.Request) (any, error) {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				time.Sleep(time.Minute)
				return greeter{}.Open(ctx, req)
			})},

		{"no-panic", "a panic instead of an error", refusing(func(inputs) error { panic("nobody is unknown") })},
		{"no-panic", "a panic with a secret", refusing(func(in inputs) error { panic(in.Token.Reveal()) })},
		{"no-panic", "a schema that panics", describing(func(*providers.Schema) { panic("no schema") })},
	}
}

// A bug is a greeter that is wrong in one way.
type bug struct {
	schema func(*providers.Schema)
	open   func(context.Context, *providers.Request) (any, error)
}

func (b bug) Schema() providers.Schema {
	s := greeter{}.Schema()
	if b.schema != nil {
		b.schema(&s)
	}
	return s
}

func (b bug) Open(ctx context.Context, req *providers.Request) (any, error) {
	if b.open != nil {
		return b.open(ctx, req)
	}
	return greeter{}.Open(ctx, req)
}

func describing(change func(*providers.Schema)) bug { return bug{schema: change} }

func opening(open func(context.Context, *providers.Request) (any, error)) bug { return bug{open: open} }

// answering changes every answer.
func answering(change func(inputs, map[string]any)) bug {
	return opening(func(ctx context.Context, req *providers.Request) (any, error) {
		out, err := greeter{}.Open(ctx, req)
		if err != nil {
			return nil, err
		}
		var in inputs
		err = req.Decode(&in)
		change(in, out.(map[string]any))
		return out, err
	})
}

// refusing replaces every error.
func refusing(fail func(inputs) error) bug {
	return opening(func(ctx context.Context, req *providers.Request) (any, error) {
		out, err := greeter{}.Open(ctx, req)
		if err == nil {
			return out, nil
		}
		var in inputs
		if err := req.Decode(&in); err != nil {
			return nil, err
		}
		return nil, fail(in)
	})
}

// spoiling changes every request.
func spoiling(change func(*providers.Request)) bug {
	return opening(func(ctx context.Context, req *providers.Request) (any, error) {
		change(req)
		return greeter{}.Open(ctx, req)
	})
}

// A refusalValue is printed with all of its fields by %#v.
type refusalValue struct{ refusal }

func (r refusalValue) Error() string { return r.text }

type countingSchema struct {
	greeter
	calls atomic.Int64
}

func (c *countingSchema) Schema() providers.Schema {
	s := c.greeter.Schema()
	s.Inputs.Comment = fmt.Sprintf("call %d", c.calls.Add(1))
	return s
}

type moody struct {
	greeter
	calls atomic.Int64
}

func (m *moody) Open(ctx context.Context, req *providers.Request) (any, error) {
	if m.calls.Add(1)%2 == 0 {
		return nil, errors.New("not now; try again")
	}
	return m.greeter.Open(ctx, req)
}

type caching struct {
	greeter
	share func(map[string]any) any

	mu    sync.Mutex
	cache map[string]map[string]any
}

func (c *caching) Open(ctx context.Context, req *providers.Request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name, _ := req.Inputs["name"].(string)
	if out, ok := c.cache[name]; ok {
		return c.share(out), nil
	}
	out, err := c.greeter.Open(ctx, req)
	if err != nil {
		return nil, err
	}
	if c.cache == nil {
		c.cache = map[string]map[string]any{}
	}
	c.cache[name] = out.(map[string]any)
	return c.share(c.cache[name]), nil
}

type confused struct {
	greeter
	last atomic.Pointer[providers.Request]
}

func (c *confused) Open(ctx context.Context, req *providers.Request) (any, error) {
	c.last.Store(req)
	time.Sleep(time.Millisecond)
	return c.greeter.Open(ctx, c.last.Load())
}

type exclusive struct {
	greeter
	busy atomic.Bool
}

func (e *exclusive) Open(ctx context.Context, req *providers.Request) (any, error) {
	if !e.busy.CompareAndSwap(false, true) {
		return nil, errors.New("busy; try again")
	}
	defer e.busy.Store(false)
	time.Sleep(time.Millisecond)
	return e.greeter.Open(ctx, req)
}
