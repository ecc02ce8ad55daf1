package awsclient_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/schema"
)

// TestPacer has a client of the SDK ask more often than the account may. The first throttled call slows the next ones down,
// and the pace settles below the limit.
func TestPacer(t *testing.T) {
	sim := awstest.New(t, awstest.Options{Throttle: awstest.Throttle{Rate: 6, Burst: 2}})
	admin := sim.Credentials("admin")
	login := awsclient.Login{AccessKeyID: admin.AccessKeyID, SecretAccessKey: schema.NewSecret(admin.SecretAccessKey)}
	client := iam.NewFromConfig(awsclient.Options{Transport: sim.HTTPClient().Transport}.Config(login, "us-east-1"))
	pacer := &awsclient.Pacer{}
	ask := func(n int) (throttled int) {
		for range n {
			_, err := client.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{}, func(o *iam.Options) {
				o.Retryer = pacer.Retryer(aws.NopRetryer{}, sim.Clock())
			})
			if err != nil {
				throttled++
			}
		}
		return throttled
	}
	begin := sim.Clock().Now()
	if n := ask(3); n != 1 || !sim.Clock().Now().Equal(begin) {
		t.Errorf("%d of three calls at once were throttled, and not one, at %v", n, sim.Clock().Now())
	}
	n := ask(600)
	took := sim.Clock().Now().Sub(begin)
	t.Logf("600 calls at 6 a second: %d throttled, in %v", n, took)
	if n > 6 || took < 100*time.Second || took > 160*time.Second {
		t.Errorf("%d of 600 were throttled, in %v", n, took)
	}
}

// TestPacerEnds has the context of a call end while it waits for its turn: it is never sent.
func TestPacerEnds(t *testing.T) {
	sim := awstest.New(t, awstest.Options{Throttle: awstest.Throttle{Rate: 1}})
	pacer := &awsclient.Pacer{}
	client := sim.IAM(sim.Credentials("admin"), func(o *iam.Options) { o.Retryer = pacer.Retryer(aws.NopRetryer{}, sim.Clock()) })
	for range 2 {
		_, _ = client.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	calls := len(sim.Calls())
	if _, err := client.ListAccessKeys(ctx, &iam.ListAccessKeysInput{}); !errors.Is(err, context.Canceled) || len(sim.Calls()) != calls {
		t.Errorf("%v, %d calls more", err, len(sim.Calls())-calls)
	}
	var none *awsclient.Pacer
	if r := none.Retryer(aws.NopRetryer{}, nil); r != (aws.NopRetryer{}) {
		t.Errorf("no pacer makes a %T", r)
	}
}
