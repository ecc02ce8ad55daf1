package rotatortest_test

import (
	"testing"

	"github.com/escapement-go/escapement/rotators/rotatortest"
)

func TestSample(t *testing.T) {
	rotatortest.Run(t, world(&bugs{}))
}
