package awspassword

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/rotatortest"
	"github.com/escapement-go/escapement/schema"
)

// The rotator keeps the rules that hold for every rotator.
func TestConformance(t *testing.T) {
	t.Parallel()
	for name, inputs := range map[string]map[string]any{
		"on demand": {}, "by age": {"rotateAfter": "20h"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rotatortest.Run(t, func() rotatortest.World { return conformanceWorld(inputs, 0) })
		})
	}
}

// The suite notices that a password was not written ahead.
func TestConformanceOfMutants(t *testing.T) {
	findings := rotatortest.Check(t.Context(), func() rotatortest.World { return conformanceWorld(nil, ruleAhead) })
	if len(findings) == 0 {
		t.Error("nobody notices")
	}
}

func conformanceWorld(inputs map[string]any, without rule) rotatortest.World {
	sim, err := awstest.Simulate(awstest.Options{Users: []awstest.User{{Name: "admin", Keys: []awstest.Key{{}}}, {Name: "app", Password: word(0)}}})
	if err != nil {
		panic(err)
	}
	login := sim.Credentials("admin")
	all := map[string]any{
		"userArn": sim.UserARN("app"),
		"login":   map[string]any{"accessKeyId": login.AccessKeyID, "secretAccessKey": schema.NewSecret(login.SecretAccessKey)},
	}
	maps.Copy(all, inputs)
	return rotatortest.World{
		Rotator: &Rotator{clock: sim.Clock(), dialer: simDialer{sim.NewRun()}, without: without},
		Request: rotators.Request{Request: providers.Request{Inputs: all}},
		Works:   func(data any) error { return signIn(sim, data) },
		Changes: func() int { return countWrites(sim) },
		Secrets: sim.Secrets,
		Elapse:  func() { sim.Advance(25 * time.Hour) },
		Now:     sim.Clock().Now,
	}
}

// signIn tries the passwords of a state, or of outputs.
func signIn(sim *awstest.Simulator, data any) error {
	m := data.(map[string]any)
	var all []any
	if current, _ := m["current"].(map[string]any); current != nil {
		all = append(all, current["password"])
	}
	if candidates, _ := m["candidates"].([]any); candidates != nil {
		all = append(all, candidates...)
	}
	for _, c := range readState(m).candidates() {
		all = append(all, c.password)
	}
	for _, password := range all {
		if s, isSecret := password.(schema.Secret); isSecret && sim.SignIn("app", s.Reveal()) {
			return nil
		}
	}
	return errors.New("none of the passwords is in force")
}

func countWrites(sim *awstest.Simulator) int {
	n := 0
	for _, c := range sim.Calls() {
		if c.Executed && !strings.HasPrefix(c.Action, "Get") {
			n++
		}
	}
	return n
}
