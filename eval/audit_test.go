package eval_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// An asked rotator answers audits and verifications as the test says.
type asked struct {
	scripted
	audit  func(*rotators.Request) (*rotators.Audit, error)
	verify func(*rotators.Request) (*rotators.Proof, error)
}

func (r asked) Audit(_ context.Context, req *rotators.Request) (*rotators.Audit, error) {
	return r.audit(req)
}

func (r asked) Verify(_ context.Context, req *rotators.Request) (*rotators.Proof, error) {
	return r.verify(req)
}

// askX makes an evaluator of a document that cannot be saved, with the rotators x, which can be asked, and pw, which cannot.
func askX(document string, x asked) (*eval.Evaluator, *evaltest.Host) {
	host := &evaltest.Host{}
	e := host.Evaluator()
	e.Loader = eval.FS(fstest.MapFS{
		"r.yaml":   {Data: []byte(document)},
		"p/l.yaml": {Data: []byte("values: {login: {fn::open::echo: {x: 1}}}")},
	})
	e.Rotators["x"] = x
	return e, host
}

func TestAudit(t *testing.T) {
	const document = `values:
  k:
    fn::rotate::x: {inputs: {login: "${environments.p.l.login}"}, state: {current: {fn::secret: key-1}}}
  l: {fn::rotate::pw: {inputs: {user: u}, state: {current: {fn::secret: c1}}}}
`
	e, host := askX(document, asked{audit: func(req *rotators.Request) (*rotators.Audit, error) {
		if req.Audit.MaxAge != time.Hour || revealed(req.State["current"]) != "key-1" || req.Inputs["login"] == nil {
			t.Errorf("request is %v, %v, %v", req.Audit, revealed(req.State), revealed(req.Inputs))
		}
		needs := []rotators.Need{{Name: "quota", Checked: true, Text: "key-1 is too much", Remedy: "delete key-1"}}
		return &rotators.Audit{Subject: "owner of key-1", Needs: needs, Rows: []rotators.AuditRow{
			{KeyID: "A", Role: "current", Verdicts: []rotators.Verdict{{Code: "unused", Level: rotators.Warning, Text: "key-1 is unused"}}},
			{KeyID: "B", Role: "foreign"},
		}}, nil
	}})
	audit, err := e.Audit(t.Context(), "r", eval.AuditOptions{AuditOptions: rotators.AuditOptions{MaxAge: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	needs := []rotators.Need{{Name: "quota", Checked: true, Text: "[secret] is too much", Remedy: "delete [secret]"}}
	want := &rotators.Audit{Subject: "owner of [secret]", Needs: needs, Rows: []rotators.AuditRow{
		{KeyID: "A", Role: "current", Verdicts: []rotators.Verdict{{Code: "unused", Level: rotators.Warning, Text: "[secret] is unused"}}},
		{KeyID: "B", Role: "foreign"},
	}}
	if diff := cmp.Diff(want, audit.Results[0].Audit); diff != "" {
		t.Error(diff)
	}
	if k, l := audit.Results[0], audit.Results[1]; k.Path != "k" || k.Range.Begin.Line != 3 || l.Path != "l" || l.Audit != nil {
		t.Errorf("results are %+v, %+v", k, l)
	}
	if worst, found := audit.Worst(); worst != rotators.Warning || !found {
		t.Errorf("worst is %v, %v", worst, found)
	}
	if calls := host.Calls(); calls["echo"] != 1 || calls["rotate"] > 0 {
		t.Errorf("calls are %v", calls)
	}
}

// What goes wrong in an inquiry is said, and no other rotator is kept from answering.
func TestInquiryFails(t *testing.T) {
	const rotator = "{fn::rotate::x: {inputs: {a: %s}, state: {current: {fn::secret: key-1}}}}"
	good := func(*rotators.Request) (*rotators.Audit, error) { return &rotators.Audit{}, nil }
	for _, test := range []struct {
		name, document string
		audit          func(*rotators.Request) (*rotators.Audit, error)
		want           string
	}{
		{"an error", "values: {k: " + fmt.Sprintf(rotator, "1") + "}",
			func(*rotators.Request) (*rotators.Audit, error) { return nil, errors.New("key-1 is refused") }, "audit-failed"},
		{"a panic", "values: {k: " + fmt.Sprintf(rotator, "1") + "}",
			func(*rotators.Request) (*rotators.Audit, error) { panic("key-1") }, "audit-failed"},
		{"inputs that fail", "values: {f: {fn::open::echo: {fail: 1}}, k: " + fmt.Sprintf(rotator, `"${f}"`) + "}", good, "rotation-skipped"},
		{"no rotator", "values: {k: 1}", good, ""},
		{"no such path", "values: {k: " + fmt.Sprintf(rotator, "1") + "}", good, "no-rotator-at-path"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, host := askX(test.document, asked{audit: test.audit})
			host.Before = func(context.Context, string) error { return errors.New("no") }
			opts := eval.AuditOptions{}
			if test.want == "no-rotator-at-path" {
				opts.Paths = []string{"nowhere"}
			}
			audit, err := e.Audit(t.Context(), "r", opts)
			if (err != nil) != (test.want != "") {
				t.Fatalf("error is %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v", err)
			}
			if all := fmt.Sprintf("%v %+v %#v %v", audit, *audit, audit.Results, err); strings.Contains(all, "key-1") {
				t.Errorf("a secret is shown: %s", all)
			}
		})
	}
}

func TestVerify(t *testing.T) {
	// The login is never asked for, and what the rotator proves is told without secrets.
	const document = `values:
  k:
    fn::rotate::x: {inputs: {a: 1, login: "${environments.p.l.login}"}, state: {current: {fn::secret: key-1}}}
  new: {fn::rotate::x: {inputs: {a: 1}}}
  l: {fn::rotate::pw: {inputs: {user: u}, state: {current: {fn::secret: c1}}}}
`
	e, host := askX(document, asked{
		scripted: scripted{schema: rotators.Schema{Inputs: &schema.Schema{
			Properties: map[string]*schema.Schema{"login": {}, "a": {}}, RotateOnly: []string{"login", "a"},
		}}},
		verify: func(req *rotators.Request) (*rotators.Proof, error) {
			if _, found := req.Inputs["login"]; found || fmt.Sprint(req.Inputs["a"]) != "1" {
				t.Errorf("inputs are %v", revealed(req.Inputs))
			}
			return &rotators.Proof{KeyID: "A", Identity: "key-1"}, nil
		},
	})
	verification, err := e.Verify(t.Context(), "r", "k", "l")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&rotators.Proof{KeyID: "A", Identity: "[secret]"}, verification.Results[0].Proof); diff != "" || verification.Results[1].Proof != nil {
		t.Errorf("%s%v", diff, verification.Results[1].Proof)
	}
	if calls := host.Calls(); calls["echo"] > 0 {
		t.Errorf("calls are %v", calls)
	}
	verification, err = e.Verify(t.Context(), "r")
	if err == nil || !strings.Contains(err.Error(), "error: not rotated yet; run rotate [not-rotated]") || !errors.Is(verification.Results[1].Diagnostics.Err(), rotators.ErrNotRotated) {
		t.Errorf("error is %v, %v", err, verification.Results[1].Diagnostics)
	}
}

// Of many environments those without rotators are no news, and each has its turn.
func TestVerifyAll(t *testing.T) {
	e, _ := askX("values: {k: {fn::rotate::x: {inputs: {}, state: {current: {fn::secret: key-1}}}}}\n", asked{
		verify: func(*rotators.Request) (*rotators.Proof, error) { return &rotators.Proof{KeyID: "A"}, nil },
	})
	var got []string
	for verification, err := range e.VerifyAll(t.Context(), []string{"p/l", "r", "nothing", "r"}) {
		text := verification.Environment.Name
		for _, r := range verification.Results {
			text += " " + r.Path + " " + r.Proof.KeyID
		}
		for _, d := range verification.Environment.Diagnostics {
			text += " " + d.Code
		}
		if got = append(got, text); (err != nil) != (verification.Environment.Name == "nothing") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if diff := cmp.Diff([]string{"p/l", "r k A", "nothing load-failed", "r k A"}, got); diff != "" {
		t.Errorf("verified (-want +got):\n%s", diff)
	}
}

// CheckAll finds what Check finds, in the order of the names.
func TestCheckAll(t *testing.T) {
	host, names := fleet(60)
	e := host.Evaluator()
	var got, want []string
	for env, err := range e.CheckAll(t.Context(), names) {
		got = append(got, fmt.Sprint(env.Name, env.Values, err))
	}
	for _, name := range names {
		env, err := e.Check(t.Context(), name)
		want = append(want, fmt.Sprint(env.Name, env.Values, err))
	}
	if diff := cmp.Diff(want, got); diff != "" || !strings.Contains(strings.Join(got, ""), "yaml-syntax") {
		t.Errorf("checked (-want +got):\n%s", diff)
	}
}
