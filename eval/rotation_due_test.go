package eval_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// An ageing rotator renews its credential so many seconds after it was made. It counts in seconds of the epoch.
type ageing struct {
	host *evaltest.Host
	now  int64
}

func (ageing) Schema() rotators.Schema {
	return rotators.Schema{Inputs: &schema.Schema{
		Properties: map[string]*schema.Schema{"after": {}, "login": {}}, RotateOnly: []string{"after", "login"},
	}}
}

func (r ageing) Open(ctx context.Context, req *rotators.Request) (any, error) {
	return req.State, r.host.Before(ctx, "open")
}

func (r ageing) Rotate(context.Context, *rotators.Request, func(context.Context, any) error) error {
	return errors.New("rotated although that was not asked for")
}

func (r ageing) Due(req *rotators.Request, now time.Time) (rotators.Due, error) {
	if req.State == nil {
		return rotators.Due{Actions: []rotators.Action{{Kind: "rotate", Why: "there is none"}}}, nil
	}
	after, err := strconv.Atoi(fmt.Sprint(req.Inputs["after"]))
	if err != nil {
		return rotators.Due{}, fmt.Errorf("after is %v", req.Inputs["after"])
	}
	made, err := strconv.Atoi(fmt.Sprint(revealed(req.State["made"])))
	if err != nil {
		panic(err)
	}
	due := time.Unix(int64(made+after), 0)
	if due.After(now) {
		return rotators.Due{Next: due}, nil
	}
	return rotators.Due{Actions: []rotators.Action{{Kind: "rotate", Why: "it is old", At: due}}}, nil
}

func (r ageing) Maintain(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) error {
	if err := r.host.Before(ctx, "maintain"); err != nil {
		return err
	}
	if err := save(ctx, map[string]any{"made": schema.NewSecret(strconv.FormatInt(r.now, 10)), "login": req.Inputs["login"]}); err != nil {
		return err
	}
	req.Report(rotators.Event{Kind: "renewed"})
	return nil
}

func TestDue(t *testing.T) {
	const imports = "values: {login: {fn::open::echo: {x: 1}}, days: {fn::open::echo: {x: 100}}}"
	for _, test := range []struct {
		name, values string
		now          int64
		want         string
	}{
		{"nothing", "{k: {fn::rotate::age: {inputs: {after: 100, login: '${environments.p.l.login}'}, state: {made: 10}}}}", 109,
			"k nothing-due next 110; load p/l"},
		{"nothing by a reference", "{days: 100, k: {fn::rotate::age: {inputs: {after: '${days}', login: '${environments.p.l.login}'}, state: {made: 10}}}}", 109,
			"k nothing-due next 110; load p/l"},
		{"nothing, and the state is encrypted", "{k: {fn::rotate::age: {inputs: {after: 100}, state: {made: {fn::secret: {ciphertext: " + evaltest.Envelope("r", "10") + "}}}}}}", 109,
			"k nothing-due next 110; decrypt"},
		{"rotate", "{k: {fn::rotate::age: {inputs: {after: 100, login: '${environments.p.l.login}'}, state: {made: 10}}}}", 110,
			"k succeeded saved next 210; load p/l; echo; maintain; encrypt; save r; open"},
		{"never rotated", "{k: {fn::rotate::age: {inputs: {after: 100}}}}", 110,
			"k succeeded saved next 210; maintain; encrypt; save r; open"},
		{"no maintainer", "{k: {fn::rotate::pw: {inputs: {user: '${e.x}'}}}, e: {fn::open::echo: {}}}", 110,
			"k nothing-due"},
		{"one of two", "{k: {fn::rotate::age: {inputs: {after: 100}, state: {made: 50}}}, l: {fn::rotate::age: {inputs: {after: 100}, state: {made: 10}}}}", 110,
			"k nothing-due next 150; l succeeded saved next 210; maintain; encrypt; save r; open"},
		{"one that needs another", "{k: {fn::rotate::age: {inputs: {after: 100, login: '${l.made}'}, state: {made: 10}}}, l: {fn::rotate::age: {inputs: {after: 100}, state: {made: 50}}}}", 110,
			"k succeeded saved next 210; l nothing-due next 150; open; maintain; encrypt; save r; open"},
		{"an age that depends on a call", "{k: {fn::rotate::age: {inputs: {after: '${environments.p.l.days.x}'}, state: {made: 10}}}}", 110,
			"k failed; !rotate-failed; load p/l"},
		{"a panic", "{k: {fn::rotate::age: {inputs: {after: 100}, state: {made: x}}}}", 110,
			"k failed; !rotate-failed"},
		{"an unknown state", "{k: {fn::rotate::age: {inputs: {after: 100, login: '${environments.p.l.login}'}, state: {made: '${e.x}'}}}, e: {fn::open::boom: {a: 1}}}", 110,
			"k not-evaluated; !rotation-skipped; load p/l; boom"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			host := &evaltest.Host{Files: map[string]string{"r": "values: " + test.values + "\n", "p/l": imports}}
			var calls string
			host.Before = func(_ context.Context, call string) error {
				if call != "load r" {
					calls += "; " + call
				}
				return nil
			}
			e := host.Evaluator()
			e.Rotators["age"] = ageing{host, test.now}
			rotation, _ := e.Rotate(t.Context(), "r", eval.RotateOptions{Due: true, Now: time.Unix(test.now, 0)})
			for i, result := range rotation.Results {
				if i > 0 {
					got += "; "
				}
				got += fmt.Sprintf("%s %s", result.Path, result.Status)
				if result.Saved {
					got += " saved"
				}
				if !result.Next.IsZero() {
					got += fmt.Sprintf(" next %d", result.Next.Unix())
				}
				for _, d := range result.Diagnostics {
					got += "; !" + d.Code
				}
			}
			if diff := cmp.Diff(test.want, got+calls); diff != "" {
				t.Errorf("%s\n%v", diff, rotation.Environment.Diagnostics)
			}
		})
	}
}
