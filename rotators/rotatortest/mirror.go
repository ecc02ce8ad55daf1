package rotatortest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/providertest"
	"github.com/escapement-go/escapement/schema"
)

// A mirror is a provider that answers with what a run has handed over, so that the suite of providers can say what is
// wrong with it. Its input "at" is the index of a state; the one after the last stands for the end of the run.
func (r *run) mirror() {
	var states []any
	for _, h := range r.saves {
		if h.state == nil {
			r.breach(plainStates, r.where(), "a state of the Go type %T was handed over", h.given)
			continue
		}
		states = append(states, h.state)
	}
	p := providers.New(providers.Schema{Outputs: r.schema.State}, func(_ context.Context, req *providers.Request) (any, error) {
		at, err := req.Inputs["at"].(json.Number).Int64()
		if err != nil || int(at) < len(states) {
			return copyData(states[at]), err
		}
		for _, e := range r.events {
			req.Warn(fmt.Sprintf("%+v", e))
		}
		return nil, r.err
	})
	opts := providertest.Options{}
	for at := range len(states) + 1 {
		opts.Opens = append(opts.Opens, providers.Request{
			Inputs: map[string]any{"at": json.Number(fmt.Sprint(at))}, Context: r.known(),
		})
	}
	for _, f := range providertest.Check(context.Background(), p, opts) {
		rule, isEnd := Rule{}, f.Request == fmt.Sprintf("Opens[%d]", len(states))
		switch f.Rule.Name {
		case "plain-outputs", "valid-outputs":
			rule = plainStates
		case "declared-secrets", "input-secrets", "silent-errors":
			rule = hiddenSecrets
		case "error-code":
			rule, _ = ruleOf(f.Rule)
		}
		if rule != (Rule{}) && (rule != plainStates || !isEnd) {
			r.breach(rule, r.where(), "%s", strings.Replace(f.Detail, "the answer", "a state", 1))
		}
	}
}

// known holds every secret that the suite knows of.
func (t *trial) known() map[string]any {
	var texts []any
	if t.world.Secrets != nil {
		for _, text := range t.world.Secrets() {
			texts = append(texts, schema.NewSecret(text))
		}
	}
	req := t.world.Request
	return map[string]any{"inputs": req.Inputs, "context": req.Context, "state": req.State, "states": t.states, "world": texts}
}

// scrub takes the secrets that the suite knows of out of a text.
func (t *trial) scrub(text string) string {
	var visit func(data any)
	visit = func(data any) {
		switch data := data.(type) {
		case schema.Secret:
			if secret := data.Reveal(); secret != "" {
				text = strings.ReplaceAll(text, secret, "[secret]")
			}
		case []any:
			for _, item := range data {
				visit(item)
			}
		case map[string]any:
			for _, member := range data {
				visit(member)
			}
		}
	}
	visit(t.known())
	return text
}

// breach adds a finding about this world.
func (t *trial) breach(rule Rule, where, format string, args ...any) {
	t.report(Finding{Rule: rule, Where: where, Detail: t.scrub(fmt.Sprintf(format, args...))})
}
