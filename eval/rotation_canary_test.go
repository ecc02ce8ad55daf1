package eval_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// The rows of canaryCases that only a rotation reports.
func init() {
	for name, values := range map[string]string{
		"rotate-failed":    "  k: {fn::rotate::telling: {inputs: {a: {fn::secret: «s»}}, state: {b: {fn::secret: «s»}}}}\n",
		"rotator panics":   "  k: {fn::rotate::panicking: {inputs: {a: {fn::secret: {ciphertext: «c»}}}, state: {b: " + secretJSON("«l»") + "}}}\n",
		"invalid-state":    "  k: {fn::rotate::lying: {inputs: {a: {fn::secret: «s»}, b: " + secretJSON("«l»") + "}}}\n",
		"state-not-saved":  "  k: {fn::rotate::careless: {inputs: {a: {fn::secret: «s»}, b: " + secretJSON("«n»") + "}}}\n",
		"what is due":      "  k: {fn::rotate::due: {inputs: {a: {fn::secret: «s»}}, state: {b: {fn::secret: {ciphertext: «c»}}}}}\n",
		"rotation-skipped": "  k: {fn::rotate::telling: {inputs: {a: {fn::secret: «s»}, b: '${b}'}}}\n  b: {fn::open::telling: {a: {fn::secret: «s»}}}\n",
	} {
		canaryCases[name] = rowOf(values)
	}
	conflict := rowOf("  k: {fn::rotate::telling: {inputs: {a: {fn::secret: «s»}}}}\n")
	conflict.change = func(e *eval.Evaluator) { e.Loader = &forgetful{Loader: e.Loader} }
	canaryCases["save-conflict"] = conflict
	readOnly := conflict
	readOnly.change = func(e *eval.Evaluator) { e.Loader = struct{ eval.Loader }{e.Loader} }
	canaryCases["not-writable"] = readOnly
}

func rowOf(text string) planted { return values(text) }

// A forgetful saver has lost everything once something is to be saved.
type forgetful struct {
	eval.Loader
	lost bool
}

func (f *forgetful) Load(ctx context.Context, name string) ([]byte, error) {
	if f.lost {
		return []byte("values: {}\n"), nil
	}
	return f.Loader.Load(ctx, name)
}

func (f *forgetful) Save(context.Context, string, []byte, []byte) error {
	f.lost = true
	return eval.ErrConflict
}

// misbehavingRotators tell what they know, in every way.
func misbehavingRotators() map[string]rotators.Rotator {
	know := func(req *rotators.Request) string {
		return fmt.Sprintf("%v and %v", revealed(req.Inputs), revealed(req.State))
	}
	tell := func(req *rotators.Request) {
		req.Report(rotators.Event{Kind: "told", Text: know(req)})
		req.Warn(know(req))
	}
	data := func(req *rotators.Request) map[string]any {
		return map[string]any{"a": revealed(req.Inputs["a"]), "b": schema.SecretData(revealed(req.Inputs))}
	}
	secretData := &schema.Schema{Properties: map[string]*schema.Schema{"a": {Secret: true, Type: []string{"number"}}}}
	return map[string]rotators.Rotator{
		"telling": planner{scripted{rotate: func(ctx context.Context, req *rotators.Request, save saveFunc) error {
			tell(req)
			return errors.Join(errors.New(know(req)), save(ctx, map[string]any{"s": schema.SecretData(data(req)["a"])}))
		}}, func(req *rotators.Request) (*rotators.Plan, error) {
			return &rotators.Plan{Steps: []rotators.Step{{Why: know(req), State: map[string]any{"s": schema.SecretData(data(req))}}}}, nil
		}},
		"panicking": planner{scripted{rotate: func(_ context.Context, req *rotators.Request, _ saveFunc) error {
			tell(req)
			panic(know(req))
		}}, func(req *rotators.Request) (*rotators.Plan, error) { return nil, errors.New(know(req)) }},
		"due": maintainer{scripted{rotate: func(_ context.Context, req *rotators.Request, _ saveFunc) error {
			return errors.New(know(req))
		}}, func(req *rotators.Request) rotators.Due {
			return rotators.Due{Actions: []rotators.Action{{Kind: "rotate", Why: know(req)}}}
		}},
		"lying": scripted{rotators.Schema{State: secretData}, func(ctx context.Context, req *rotators.Request, save saveFunc) error {
			return save(ctx, data(req))
		}},
		"careless": scripted{rotate: func(ctx context.Context, req *rotators.Request, save saveFunc) error {
			_ = save(ctx, []any{data(req), know(req)})
			return nil
		}},
	}
}

// rotate rotates, or plans to, and prints all of what comes out beside the environment.
func (p *printed) rotate(ctx context.Context, e *eval.Evaluator, verb string) (*eval.Environment, error) {
	opts := eval.RotateOptions{Report: func(path string, event rotators.Event) { fmt.Fprintf(p, "%s %+v\n", path, event) }}
	name := "r"
	switch verb {
	case "plan":
		plan, err := e.Plan(ctx, name, opts)
		p.parts(plan, *plan, plan.Results)
		return plan.Environment, err
	case "rotate paths":
		opts.Paths = []string{"a", "s", "k"}
	case "rotate due":
		opts.Due = true
	case "rotate version":
		name = "r@1"
	}
	rotation, err := e.Rotate(ctx, name, opts)
	p.parts(rotation, *rotation, rotation.Results)
	for _, result := range rotation.Results {
		p.parts(result, &result, result.Unsaved, result.Events)
	}
	return rotation.Environment, err
}

func (p *printed) parts(parts ...any) {
	for _, part := range parts {
		fmt.Fprintf(p, "%v %+v %#v %s %q\n", part, part, part, part, part)
		text, err := json.Marshal(part)
		fmt.Fprintf(p, "%s %v\n", text, err)
	}
}
