package password_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/password"
	"github.com/escapement-go/escapement/rotators/rotatortest"
	"github.com/escapement-go/escapement/schema"
)

// The rotator keeps the rules that hold for every rotator, by the clock of a bubble.
func TestConformance(t *testing.T) {
	imported := map[string]any{"current": map[string]any{"password": schema.NewSecret("correct horse")}}
	for name, req := range map[string]rotators.Request{
		"usual":    {},
		"by age":   {Request: providers.Request{Inputs: map[string]any{"rotateAfter": "1d"}}},
		"imported": {Request: providers.Request{Inputs: map[string]any{"rotateAfter": "1d"}}, State: imported},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, f := range rotatortest.Check(t.Context(), func() rotatortest.World { return world(req) }) {
					t.Error(f)
				}
			})
		})
	}
}

func world(req rotators.Request) rotatortest.World {
	return rotatortest.World{
		Rotator: password.Rotator{},
		Request: req,
		Works: func(data any) error {
			if passwordOf(data, "current") == "" {
				return errors.New("there is no password")
			}
			return nil
		},
		Elapse: func() { time.Sleep(25 * time.Hour) },
	}
}

// passwordOf returns the text of the current or previous password of a state or of outputs; "" if there is none.
func passwordOf(data any, which string) string {
	object, _ := data.(map[string]any)[which].(map[string]any)
	if text, isText := object["password"].(string); isText {
		return text // written by hand
	}
	secret, _ := object["password"].(schema.Secret)
	return secret.Reveal()
}
