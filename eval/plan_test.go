package eval_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A planner plans as the test says.
type planner struct {
	scripted
	plan func(req *rotators.Request) (*rotators.Plan, error)
}

func (p planner) Plan(_ context.Context, req *rotators.Request) (*rotators.Plan, error) {
	return p.plan(req)
}

// planX plans the rotation of a text with the planner x.
func planX(t *testing.T, text string, opts eval.RotateOptions, plan func(req *rotators.Request) (*rotators.Plan, error)) (*eval.Plan, string, error) {
	t.Helper()
	s := newSavingStore(text)
	s.save = func(context.Context, string, []byte, []byte, func() error) error {
		t.Error("saved")
		return nil
	}
	e := evaluatorOf(s, nil)
	e.Crypter = evaltest.Crypter{Before: func(_ context.Context, call string) error {
		if call == "encrypt" {
			t.Error("encrypted")
		}
		return nil
	}}
	e.Rotators["x"] = planner{scripted{rotate: func(context.Context, *rotators.Request, saveFunc) error {
		t.Error("rotated")
		return nil
	}}, plan}
	p, err := e.Plan(t.Context(), "r", opts)
	told := ""
	for _, result := range p.Results {
		told += fmt.Sprintf("%s %s %d steps %s\n", result.Path, result.Status, len(result.Steps), tell(result.Diagnostics))
	}
	return p, told, err
}

func TestPlan(t *testing.T) {
	old := evaltest.Envelope("r", "key-1")
	document := fmt.Sprintf(`# head
values:
  k:
    fn::rotate::x:
      inputs: {a: "${l.current}"}
      state:
        current: {fn::secret: {ciphertext: %s}} # mine
  l: {fn::rotate::pw: {inputs: {user: u}, state: {current: {fn::secret: c1}}}}
`, old)
	p, told, err := planX(t, document, eval.RotateOptions{}, func(req *rotators.Request) (*rotators.Plan, error) {
		if revealed(req.Inputs["a"]) != "c1" || revealed(req.State["current"]) != "key-1" {
			t.Errorf("request is %v, %v", revealed(req.Inputs), revealed(req.State))
		}
		return &rotators.Plan{Steps: []rotators.Step{
			{State: map[string]any{"current": req.State["current"], "intent": "?"}},
			{Call: "iam:CreateAccessKey", Why: "instead of key-1"},
			{State: map[string]any{
				"current":  schema.Unknown{Of: &schema.Schema{Secret: true}},
				"previous": req.State["current"],
				"id":       schema.Unknown{},
				"made":     schema.NewSecret("another-key"),
				"$":        "text",
			}},
		}}, nil
	})
	if err != nil || told != "k planned 3 steps \nl planned 0 steps \n" {
		t.Fatalf("%s%v", told, err)
	}
	if got := p.Results[0].Steps[1].Why; got != "instead of [secret]" {
		t.Errorf("the step says %q", got)
	}
	if string(p.Before) != document {
		t.Errorf("before: %s", p.Before)
	}
	const unknown = `"[known after the rotation]"`
	want := fmt.Sprintf(`# head
values:
  k:
    fn::rotate::x:
      inputs: {a: "${l.current}"}
      state:
        current: {fn::secret: {ciphertext: %[1]s}} # mine
        "$$": "text"
        id: %[1]s
        made:
          fn::secret: {ciphertext: %[1]s}
        previous:
          fn::secret: {ciphertext: %[2]s}
  l: {fn::rotate::pw: {inputs: {user: u}, state: {current: {fn::secret: c1}}}}
`, unknown, old)
	if diff := cmp.Diff(want, string(p.After)); diff != "" {
		t.Errorf("after:\n%s", diff)
	}
	shown, _ := json.Marshal(p)
	if all := fmt.Sprintf("%v %+v %#v %s %q", p, *p, p.Results, shown, p); strings.Contains(all, "key-1") || strings.Contains(all, "another-key") {
		t.Errorf("a secret is shown: %s", all)
	}
}

// Where Rotate would not come to the rotator, Plan says the same; and what a planner does wrong is said.
func TestPlanFails(t *testing.T) {
	steps := func(states ...map[string]any) func(*rotators.Request) (*rotators.Plan, error) {
		return func(*rotators.Request) (*rotators.Plan, error) {
			plan := &rotators.Plan{}
			for _, state := range states {
				plan.Steps = append(plan.Steps, rotators.Step{State: state})
			}
			return plan, nil
		}
	}
	cyclic := map[string]any{}
	cyclic["a"] = cyclic
	for _, test := range []struct {
		name, values string
		plan         func(*rotators.Request) (*rotators.Plan, error)
		want         string
	}{
		{"an error elsewhere", "{k: {fn::rotate::x: {inputs: {}}}, z: '${nope}'}", nil, "k not-evaluated 0 steps \n"},
		{"unknown inputs", "{k: {fn::rotate::x: {inputs: {a: '${b.c}'}}}, b: {fn::open::boom: {a: 1}}}", nil, "k not-evaluated 0 steps rotation-skipped\n"},
		{"one that needs what was never made", "{k: {fn::rotate::x: {inputs: {a: '${l.current}'}}}, l: {fn::rotate::pw: {inputs: {user: u}}}}", nil,
			"k not-evaluated 0 steps rotation-skipped\nl planned 0 steps not-rotated\n"},
		{"no plan", "{k: {fn::rotate::x: {inputs: {}}}}", func(*rotators.Request) (*rotators.Plan, error) { return nil, nil }, "k planned 0 steps \n"},
		{"an error", "{k: {fn::rotate::x: {inputs: {}}}}", func(*rotators.Request) (*rotators.Plan, error) { return nil, errors.New("no") }, "k failed 0 steps rotate-failed\n"},
		{"a panic", "{k: {fn::rotate::x: {inputs: {}}}}", func(*rotators.Request) (*rotators.Plan, error) { panic("no") }, "k failed 0 steps rotate-failed\n"},
		{"a call as a state", "{k: {fn::rotate::x: {inputs: {}}}}", steps(map[string]any{"fn::x": 1}), "k failed 0 steps rotate-failed\n"},
		{"cyclic data", "{k: {fn::rotate::x: {inputs: {}}}}", steps(cyclic), "k failed 0 steps rotate-failed\n"},
		{"no text", "{k: {fn::rotate::x: {inputs: {}}}}", steps(map[string]any{"a": "\xff"}), "k failed 0 steps rotate-failed\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, told, err := planX(t, "values: "+test.values+"\n", eval.RotateOptions{}, test.plan)
			if told != test.want || (err == nil) != (test.name == "no plan") || string(p.Before) != string(p.After) {
				t.Errorf("got  %swant %s%v\n%s", told, test.want, err, p.After)
			}
		})
	}
}

// What is due is planned without asking for a plan.
func TestPlanDue(t *testing.T) {
	host := &evaltest.Host{Files: map[string]string{
		"r": "values: {k: {fn::rotate::age: {inputs: {after: 100}, state: {made: 50}}}, l: {fn::rotate::age: {inputs: {after: 100}, state: {made: 10}}}}\n",
	}}
	host.Before = func(_ context.Context, call string) error {
		if call != "load r" {
			t.Errorf("call of %s", call)
		}
		return nil
	}
	e := host.Evaluator()
	e.Rotators["age"] = ageing{host, 110}
	p, err := e.Plan(t.Context(), "r", eval.RotateOptions{Due: true, Now: time.Unix(110, 0)})
	if err != nil {
		t.Fatal(err)
	}
	want := []eval.PlanResult{
		{Path: "k", Rotator: "age", Status: eval.NothingDue, Next: time.Unix(150, 0)},
		{Path: "l", Rotator: "age", Status: eval.Planned, Due: []rotators.Action{{Kind: "rotate", Why: "it is old", At: time.Unix(110, 0)}}},
	}
	if diff := cmp.Diff(want, p.Results); diff != "" {
		t.Error(diff)
	}
}

// A plan of what cannot be found has no texts.
func TestPlanOfNothing(t *testing.T) {
	e := evaluatorOf(newSavingStore(""), nil)
	for _, name := range []string{"nowhere", "a b", "r@1"} {
		if p, err := e.Plan(t.Context(), name, eval.RotateOptions{}); err == nil || p.Environment == nil || p.Before != nil || p.After != nil {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	text := documentX + "imports: [nowhere]\n"
	if p, _, err := planX(t, text, eval.RotateOptions{}, nil); err == nil || string(p.Before) != text || string(p.After) != text {
		t.Errorf("%+v, %v", p, err)
	}
}
