package awsiam

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/rotatortest"
	"github.com/escapement-go/escapement/schema"
)

// The rotator keeps the rules that hold for every rotator, in an account where new keys take a while to work.
func TestConformance(t *testing.T) {
	t.Parallel()
	for name, ages := range map[string]map[string]any{
		"two keys": {},
		"by age":   {"rotateAfter": "1d", "deactivateAfter": "30h", "deleteAfter": "40h"},
		"published, by age": {
			"rotateAfter": "1d", "deactivateAfter": "30h", "deleteAfter": "40h", "publish": secretOf(theSecret),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rotatortest.Run(t, func() rotatortest.World { return conformanceWorld(ages, 0) })
		})
	}
}

// The suite notices each rule of the rotator whose loss it can see.
func TestConformanceOfMutants(t *testing.T) {
	t.Parallel()
	for _, mutant := range []struct {
		without rule
		breaks  string
	}{
		{ruleIntent, "same-end"},
		{ruleSecretFirst, "same-end"},
		{ruleProve, "renews"},
		{ruleUncertain, "uncertain"},
		{ruleRemember, "settled"},
	} {
		inputs := map[string]any{}
		if mutant.without == ruleRemember {
			inputs["publish"] = secretOf(theSecret)
		}
		findings := rotatortest.Check(t.Context(), func() rotatortest.World { return conformanceWorld(inputs, mutant.without) })
		var broken []string
		for _, f := range findings {
			broken = append(broken, f.Rule.Name)
		}
		if !strings.Contains(strings.Join(broken, " "), mutant.breaks) {
			t.Errorf("without rule %b: %q are broken, and not %q", mutant.without, broken, mutant.breaks)
		}
	}
}

func conformanceWorld(ages map[string]any, without rule) rotatortest.World {
	sim, err := awstest.Simulate(awstest.Options{
		Users:       []awstest.User{{Name: "admin", Keys: []awstest.Key{{}}}, {Name: "app"}},
		Consistency: awstest.Consistency{Propagation: 3 * time.Second},
		Secrets:     []awstest.Secret{{Name: theSecret, Text: "canary: nothing was published yet"}},
	})
	if err != nil {
		panic(err)
	}
	login := sim.Credentials("admin")
	inputs := map[string]any{
		"userArn": sim.UserARN("app"),
		"login":   map[string]any{"accessKeyId": login.AccessKeyID, "secretAccessKey": schema.NewSecret(login.SecretAccessKey)},
	}
	maps.Copy(inputs, ages)
	sim.Advance(time.Minute) // the login has propagated
	rotator := &Rotator{clock: sim.Clock(), dialer: simDialer{sim.NewRun()}, without: without}
	return rotatortest.World{
		Rotator: patient{rotator, func() { sim.Advance(time.Hour) }},
		Request: rotators.Request{Request: providers.Request{Inputs: inputs}},
		Live:    func() []string { return liveKeys(sim) },
		Works:   func(data any) error { return tryCurrent(sim, data) },
		Changes: func() int { return countWrites(sim) },
		Secrets: sim.Secrets,
		Elapse:  func() { sim.Advance(25 * time.Hour) },
		Now:     sim.Clock().Now,
	}
}

// A patient rotator rotates again after a while if the former key had yet to be published.
type patient struct {
	*Rotator
	wait func()
}

func (p patient) Rotate(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) error {
	var kinds []string
	again := *req
	again.Report = func(e rotators.Event) {
		kinds = append(kinds, e.Kind)
		if req.Report != nil {
			req.Report(e)
		}
	}
	err := p.Rotator.Rotate(ctx, &again, func(ctx context.Context, state any) error {
		again.State, _ = state.(map[string]any)
		return save(ctx, state)
	})
	if err != nil || !slices.Contains(kinds, "published") || !slices.Contains(kinds, "no-op") {
		return err
	}
	p.wait()
	return p.Rotator.Rotate(ctx, &again, save)
}

func liveKeys(sim *awstest.Simulator) []string {
	var ids []string
	for _, k := range sim.Keys("app") {
		if k.Status == active {
			ids = append(ids, k.ID)
		}
	}
	return ids
}

// tryCurrent signs a call with the current key of a state, or of outputs.
func tryCurrent(sim *awstest.Simulator, data any) error {
	current, _ := data.(map[string]any)["current"].(map[string]any)
	id, _ := current["accessKeyId"].(string)
	secret, _ := current["secretAccessKey"].(schema.Secret)
	if id == "" {
		return fmt.Errorf("there is no current key")
	}
	client := sim.STS(aws.Credentials{AccessKeyID: id, SecretAccessKey: secret.Reveal()})
	_, err := client.GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{})
	return err
}

func countWrites(sim *awstest.Simulator) int {
	n := 0
	for _, c := range sim.Calls() {
		if c.Executed && !strings.HasPrefix(c.Action, "Get") && !strings.HasPrefix(c.Action, "List") {
			n++
		}
	}
	return n
}
