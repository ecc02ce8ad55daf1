package awstest_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/providers/awstest"
)

// IAM takes so many calls at once, then so many a second, and carries out none of the others. STS does not count.
func TestThrottle(t *testing.T) {
	sim := awstest.New(t, awstest.Options{Throttle: awstest.Throttle{Rate: 2, Burst: 3}})
	client := sim.IAM(sim.Credentials("admin"))
	ask := func(n int) (taken int) {
		for range n {
			if _, err := client.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{}); err == nil {
				taken++
			}
		}
		return taken
	}
	for _, step := range []struct {
		wait time.Duration
		want int
	}{{0, 3}, {0, 0}, {time.Second, 2}, {500 * time.Millisecond, 1}, {time.Hour, 3}} {
		sim.Advance(step.wait)
		if got := ask(5); got != step.want {
			t.Errorf("after %v %d calls were taken, not %d", step.wait, got, step.want)
		}
	}
	calls := sim.Calls()
	if last := calls[len(calls)-1]; last.Executed || last.Outcome != "Throttling" {
		t.Errorf("%v", last)
	}
	if _, err := sim.STS(sim.Credentials("admin")).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); err != nil {
		t.Error(err)
	}
}
