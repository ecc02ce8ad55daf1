package rotatortest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/providertest"
	"github.com/escapement-go/escapement/schema"
)

// mirror has the suite of providers say what is wrong with what a run has handed over and said: it makes a provider that
// answers with that. The input "at" is the index of a state; the one after the last stands for the end of the run.
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
	opts, canaries := providertest.Options{}, r.canaries()
	for at := range len(states) + 1 {
		opts.Opens = append(opts.Opens, providers.Request{
			Inputs: map[string]any{"at": json.Number(fmt.Sprint(at))}, Context: canaries,
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

// known returns every secret that the suite knows of: of the world, of the request, and of the states since.
func (t *trial) known() []string {
	found := map[string]bool{}
	var visit func(data any)
	visit = func(data any) {
		switch data := data.(type) {
		case schema.Secret:
			found[data.Reveal()] = true
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
	req := t.world.Request
	visit([]any{req.Inputs, req.Context, req.State})
	visit(t.states)
	if t.world.Secrets != nil {
		for _, text := range t.world.Secrets() {
			found[text] = true
		}
	}
	delete(found, "")
	return slices.Sorted(maps.Keys(found))
}

// canaries is a context for the suite of providers, which searches answers for the secrets in it.
func (t *trial) canaries() map[string]any {
	var secrets []any
	for _, text := range t.known() {
		secrets = append(secrets, schema.NewSecret(text))
	}
	return map[string]any{"secrets": secrets}
}

// scrub takes the secrets that the suite knows of out of a text.
func (t *trial) scrub(text string) string {
	for _, secret := range t.known() {
		text = strings.ReplaceAll(text, secret, "[secret]")
	}
	return text
}

// breach adds a finding about this world.
func (t *trial) breach(rule Rule, where, format string, args ...any) {
	t.report(Finding{Rule: rule, Where: where, Detail: t.scrub(fmt.Sprintf(format, args...))})
}
