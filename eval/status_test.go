package eval_test

import (
	"context"
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

// An informed rotator is an ageing one that says what its credential is.
type informed struct{ ageing }

func (r informed) Due(req *rotators.Request, now time.Time) (rotators.Due, error) {
	due, err := r.ageing.Due(req, now)
	if id, ok := req.State["id"].(string); ok {
		due.KeyID, due.Made = id, time.Unix(10, 0)
	}
	if req.State["half"] != nil {
		due.Unfinished = "half is missing"
	}
	return due, err
}

func showStatus(status *eval.Status) (text string) {
	for _, r := range status.Results {
		text += fmt.Sprintf("%s %s", r.Path, r.Rotator)
		if r.Known {
			text += fmt.Sprintf(" %v", r.Rotated)
		}
		if r.Due.KeyID != "" {
			text += fmt.Sprintf(" %s made %d", r.Due.KeyID, r.Due.Made.Unix())
		}
		for _, action := range r.Due.Actions {
			text += " due " + action.Kind
		}
		if !r.Due.Next.IsZero() {
			text += fmt.Sprintf(" next %d", r.Due.Next.Unix())
		}
		if r.Due.Unfinished != "" {
			text += " (" + r.Due.Unfinished + ")"
		}
		for _, d := range r.Diagnostics {
			text += " !" + d.Code
		}
		text += "; "
	}
	for _, d := range status.Environment.Diagnostics {
		text += "!" + d.Code + "; "
	}
	return text
}

func TestStatus(t *testing.T) {
	const login = "login: '${environments.p.l.login}'"
	for _, test := range []struct {
		name, values string
		paths        []string
		want         string // with what was called
	}{
		{"in order", "{k: {fn::rotate::age: {inputs: {after: 200, " + login + "}, state: {made: 10, id: AK1}}}}", nil,
			"k age true AK1 made 10 next 210; load p/l; "},
		{"due", "{k: {fn::rotate::age: {inputs: {after: 100, " + login + "}, state: {made: 10, id: AK1}}}}", nil,
			"k age true AK1 made 10 due rotate; load p/l; "},
		{"unfinished", "{k: {fn::rotate::age: {inputs: {after: 200}, state: {made: 10, half: 1}}}}", nil,
			"k age true next 210 (half is missing); "},
		{"never rotated", "{k: {fn::rotate::age: {inputs: {after: 100}}}}", nil, "k age false due rotate; "},
		{"no maintainer", "{k: {fn::rotate::pw: {inputs: {user: u}}}}", nil, "k pw; "},
		{"no rotator", "{a: 1}", nil, "!nothing-to-rotate; "},
		{"encrypted", "{k: {fn::rotate::age: {inputs: {after: 200}, state: {made: {fn::secret: {ciphertext: " + evaltest.Envelope("r", "10") + "}}}}}, " +
			"other: {fn::secret: {ciphertext: " + evaltest.Envelope("r", "x") + "}}}", nil, "k age true next 210; decrypt; "},
		{"a path", "{k: {fn::rotate::age: {inputs: {after: 200}, state: {made: 10}}}, l: {fn::rotate::age: {inputs: {after: 100}, state: {made: 10}}}}", []string{"l"},
			"l age true due rotate; "},
		{"a state that cannot be read", "{k: {fn::rotate::age: {inputs: {after: 200}, state: {made: x}}}}", nil, "k age !status-failed; !status-failed; "},
		{"a state that depends on a call", "{k: {fn::rotate::age: {inputs: {after: 200}, state: {made: '${e}'}}}, e: {fn::open::echo: {}}}", nil, "k age; "},
		{"an error elsewhere", "{k: {fn::rotate::age: {inputs: {after: 200}, state: {made: 10}}}, x: '${y}'}", nil, "k age; !unknown-property; "},
	} {
		t.Run(test.name, func(t *testing.T) {
			host := &evaltest.Host{Files: map[string]string{"r": "values: " + test.values + "\n", "p/l": "values: {login: {fn::open::echo: {x: 1}}}"}}
			calls := ""
			host.Before = func(_ context.Context, call string) error {
				if call != "load r" {
					calls += call + "; "
				}
				return nil
			}
			e := host.Evaluator()
			e.Rotators["age"] = informed{ageing{host, 150}}
			status, err := e.Status(t.Context(), "r", eval.StatusOptions{Paths: test.paths, Now: time.Unix(150, 0)})
			got := showStatus(status)
			if diff := cmp.Diff(test.want, got+calls); diff != "" {
				t.Errorf("%s\n%v", diff, err)
			}
			e.CheckSecrets = true // is for Check alone
			if again, _ := e.Status(t.Context(), "r", eval.StatusOptions{Paths: test.paths, Now: time.Unix(150, 0)}); showStatus(again) != got {
				t.Errorf("with CheckSecrets: %s", showStatus(again))
			}
			if bad := strings.Contains(got, "!") && !strings.Contains(got, "nothing-to-rotate"); bad != (err != nil) {
				t.Error(err)
			}
		})
	}
}

// The Status of many is that of each, in their order.
func TestStatusAll(t *testing.T) {
	host, names := fleet(100)
	host.Before = evaltest.Shuffle(1)
	e := host.Evaluator()
	e.Rotators["age"] = ageing{host, 150}
	var all []string
	opts := eval.StatusOptions{Now: time.Unix(150, 0)}
	for status, err := range e.StatusAll(t.Context(), names, opts) {
		all = append(all, fmt.Sprintf("%s %s%v", status.Environment.Name, showStatus(status), err != nil))
	}
	want := []string{"e000 k age true due rotate; false", "e001 !yaml-syntax; true", "e002 k age true next 190; false", "e003 false"}
	if diff := cmp.Diff(want, all[:4]); diff != "" || len(all) != 100 || !strings.HasPrefix(all[99], "e099 ") {
		t.Errorf("%d: %s", len(all), diff)
	}
	if calls := host.Calls(); calls["echo"]+calls["maintain"]+calls["encrypt"] > 0 {
		t.Errorf("called %v", calls)
	}
	for range e.StatusAll(t.Context(), names, opts) {
		break
	}
}

// An indiscreet rotator tells the secret in its state.
type indiscreet struct{ ageing }

func (indiscreet) Due(req *rotators.Request, _ time.Time) (rotators.Due, error) {
	secret, _ := req.State["secret"].(schema.Secret)
	return rotators.Due{
		Unfinished: "holds " + secret.Reveal(), Actions: []rotators.Action{{Kind: "rotate", Why: "made of " + secret.Reveal()}},
	}, nil
}

// What a rotator tells of its credential holds no secret.
func TestStatusShowsNoSecret(t *testing.T) {
	text := "values:\n"
	for _, name := range []string{"a", "b"} {
		secret := evaltest.Envelope("r", "hidden-"+name)
		text += "  " + name + ": {fn::rotate::age: {inputs: {after: 1}, state: {made: 1, secret: {fn::secret: {ciphertext: " + secret + "}}}}}\n"
	}
	host := &evaltest.Host{Files: map[string]string{"r": text}}
	e := host.Evaluator()
	e.Rotators["age"] = indiscreet{ageing{host, 150}}
	status, err := e.Status(t.Context(), "r", eval.StatusOptions{})
	if err != nil || len(status.Results) != 2 {
		t.Fatalf("%v, %v", status.Results, err)
	}
	for _, r := range status.Results {
		if r.Due.Unfinished != "holds [secret]" || r.Due.Actions[0].Why != "made of [secret]" {
			t.Errorf("%s: %+v", r.Path, r.Due)
		}
	}
}
