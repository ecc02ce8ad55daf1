package rotators_test

import (
	"testing"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/rotatortest"
)

// The rotator of the example keeps all rules.
func TestToken(t *testing.T) {
	rotatortest.Run(t, func() rotatortest.World {
		return rotatortest.World{
			Rotator: token{},
			Request: rotators.Request{Request: providers.Request{Inputs: map[string]any{"prefix": "myapp-"}}},
		}
	})
}
