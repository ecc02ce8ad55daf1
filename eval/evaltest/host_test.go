package evaltest_test

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

func TestHostLoads(t *testing.T) {
	down := errors.New("down")
	h := &evaltest.Host{Files: map[string]string{"a": "x: 1"}, Failures: map[string]error{"b": down}}
	if text, err := h.Load(t.Context(), "a"); err != nil || string(text) != "x: 1" {
		t.Errorf("a is %q, %v", text, err)
	}
	if _, err := h.Load(t.Context(), "b"); err != down {
		t.Errorf("error of b is %v", err)
	}
	if _, err := h.Load(t.Context(), "c"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error of c is %v", err)
	}
	if diff := cmp.Diff(map[string]int{"load a": 1, "load b": 1, "load c": 1}, h.Calls()); diff != "" {
		t.Error(diff)
	}
}

func TestProviders(t *testing.T) {
	h := &evaltest.Host{}
	secret := schema.NewSecret("s")
	open := func(name string, inputs map[string]any) (any, error) {
		return h.Providers()[name].Open(t.Context(), &providers.Request{Inputs: inputs, Environment: "e", Root: "r"})
	}
	got, err := open("echo", map[string]any{"a": secret, "l": []any{secret}})
	if diff := cmp.Diff(map[string]any{"a": "s", "l": []any{"s"}}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if _, err := open("boom", map[string]any{"a": secret}); err == nil || err.Error() != "no: s" {
		t.Errorf("boom fails with %v", err)
	}
	got, err = open("vault", map[string]any{"a": "x"})
	if v, ok := got.(schema.Secret); !ok || err != nil || !cmp.Equal(v.Data(), map[string]any{"a": "x"}) {
		t.Errorf("vault gives %#v, %v", got, err)
	}
	got, err = open("where", nil)
	if m, ok := got.(map[string]any); !ok || err != nil || m["environment"] != "e" || m["root"] != "r" {
		t.Errorf("where gives %v, %v", got, err)
	}
	want := map[string]int{"echo": 1, "boom": 1, "vault": 1, "where": 1}
	if diff := cmp.Diff(want, h.Calls()); diff != "" {
		t.Error(diff)
	}
}

func TestRotator(t *testing.T) {
	h := &evaltest.Host{}
	pw := h.Rotators()["pw"]
	var saved any
	save := func(_ context.Context, state any) error { saved = state; return nil }
	req := &rotators.Request{State: map[string]any{"current": schema.NewSecret("c1")}}
	req.Inputs = map[string]any{"user": "u"}
	if err := pw.Rotate(t.Context(), req, save); err != nil {
		t.Fatal(err)
	}
	state, ok := saved.(map[string]any)
	if !ok || state["current"].(schema.Secret).Reveal() != "p${w}" || state["previous"].(schema.Secret).Reveal() != "c1" {
		t.Errorf("saved %v", saved)
	}
	if violations := pw.Schema().State.Validate(saved); len(violations) > 0 {
		t.Errorf("the state violates its schema: %v", violations)
	}
	saved, req.Inputs = nil, map[string]any{"user": "bad"}
	if err := pw.Rotate(t.Context(), req, save); err == nil || saved != nil {
		t.Errorf("a bad user: saved %v, %v", saved, err)
	}
}

func TestCrypter(t *testing.T) {
	var c evaltest.Crypter
	body, err := c.Encrypt(t.Context(), "a", []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	if leaks := evaltest.CanaryOf("text").Leaks(string(body)); leaks != nil {
		t.Errorf("the body holds the text as %v", leaks)
	}
	if text, err := c.Decrypt(t.Context(), "a", body); err != nil || string(text) != "text" {
		t.Errorf("decrypts to %q, %v", text, err)
	}
	if _, err := c.Decrypt(t.Context(), "b", body); err == nil {
		t.Error("another environment may decrypt")
	}
	if _, err := c.Decrypt(t.Context(), "a", []byte("k2xxxxx")); err == nil {
		t.Error("a foreign text decrypts")
	}
	if got := evaltest.Seal(1, nil); got != "ZXNjeAAAAAEQbF1s" {
		t.Errorf("the envelope of an empty body is %s", got)
	}
}

func TestBarrier(t *testing.T) {
	before := evaltest.Barrier(3)
	var done sync.WaitGroup
	for range 3 {
		done.Go(func() {
			if err := before(t.Context(), ""); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := evaltest.Barrier(2)(ctx, ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one of two goes on with %v", err)
	}
}
