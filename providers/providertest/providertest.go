// Package providertest tells whether a provider keeps the rules that package providers sets.
//
// A test of a provider names requests that it opens and requests that it refuses:
//
//	func TestContract(t *testing.T) {
//		providertest.Run(t, &vault.Provider{}, providertest.Options{
//			Opens:   []providers.Request{{Inputs: map[string]any{"path": "a/b", "token": schema.NewSecret("s.123")}}},
//			Refuses: []providers.Request{{Inputs: map[string]any{"path": "../b", "token": schema.NewSecret("s.123")}}},
//		})
//	}
//
// [Run] has one subtest for each of the [Rules], and a failure quotes the rule that is broken. Run the test with the
// race detector: what happens between goroutines shows only there. [Check] returns the same as data.
//
// The suite needs no network of its own and does not know what a provider is for, so it cannot tell whether an answer
// is right. It opens each request of Opens about a dozen times, some of them at once and some with a context that is
// already done or soon will be.
package providertest

import (
	"context"
	"fmt"
	"testing"

	"github.com/escapement-go/escapement/providers"
)

// Options say what a provider is tried with. The requests are plain data as a document gives it; the defaults of the
// input schema are filled in. Secrets in them should be long enough not to occur in other text by accident. Check and
// Run change nothing in them.
type Options struct {
	// Opens are requests that the provider answers. There must be at least one; each exercises what it can reach.
	Opens []providers.Request

	// Refuses are requests that the provider refuses: either its input schema does, and then it is not called, or Open
	// returns an error. Errors are tested for secrets, so each way of failing is worth a request.
	Refuses []providers.Request
}

// A Finding is one breach of a rule.
type Finding struct {
	Rule    Rule
	Request string // the request that shows it, such as Opens[0]; empty if it takes none
	Detail  string // what was seen; it holds no text of a secret in the request
}

// String returns the finding with the rule that it is about.
func (f Finding) String() string {
	if f.Request == "" {
		return fmt.Sprintf("%s\nbroken rule: %s", f.Detail, f.Rule.Text)
	}
	return fmt.Sprintf("%s: %s\nbroken rule: %s", f.Request, f.Detail, f.Rule.Text)
}

// Run tests p in one subtest for each rule, named after it.
func Run(t *testing.T, p providers.Provider, opts Options) {
	t.Helper()
	findings := Check(t.Context(), p, opts)
	for _, rule := range Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			for _, f := range findings {
				if f.Rule == rule {
					t.Error(f)
				}
			}
		})
	}
}

// Check returns every breach of a rule by p that shows with opts, in the order in which they were seen.
func Check(ctx context.Context, p providers.Provider, opts Options) []Finding {
	s := &suite{provider: p}
	s.run(ctx, opts)
	return s.findings
}
