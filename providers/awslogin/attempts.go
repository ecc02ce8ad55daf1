package awslogin

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/schema"
)

const (
	defaultDuration  = 2 * time.Hour
	fallbackDuration = time.Hour // what a role allows unless it is changed
	firstBackoff     = 500 * time.Millisecond
)

// attempts are those of one login. They repeat what may succeed the next time; a login creates nothing that lasts, so
// any of them may be repeated.
type attempts struct {
	*Provider
	login    *login
	request  TokenRequest
	since    uint64 // how many tokens there were when the login began
	regions  []string
	region   int
	duration time.Duration
	token    *token
	taken    map[kind]int // how often each answer came; of those that count by region, in this region
	warnings []string
}

// An answer is what one attempt came to.
type answer struct {
	kind    kind
	session *session
	region  string
	token   *token

	status                   int
	code, message, requestID string
	err                      error
	skew                     time.Duration // of the clock here against the one there
	dated                    bool          // the skew is known
}

// assume asks AWS for a session until it is there or nothing remains to be tried.
func (p *Provider) assume(ctx context.Context, l *login, req TokenRequest) (*session, error) {
	if err := p.checkEndpoint(); err != nil {
		return nil, err
	}
	regions, err := p.regionsIn(l.role.Partition)
	if err != nil {
		return nil, err
	}
	a := &attempts{
		Provider: p, login: l, request: req, since: p.tokens.supplied(),
		regions: regions, duration: l.duration, taken: map[kind]int{},
	}
	if a.duration == 0 {
		a.duration = defaultDuration
	}
	if a.token, err = p.token(ctx, req, a.since, nil); err != nil {
		return nil, err
	}
	for {
		got, err := a.attempt(ctx)
		if got != nil && got.kind == accepted {
			got.session.warnings = append(a.warnings, a.subjectWarning()...)
			return got.session, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if again, otherwise := a.again(ctx, got); otherwise != nil {
			return nil, otherwise
		} else if !again {
			return nil, err
		}
	}
}

// attempt sends the token if it has not been called expired, and returns the answer, if one was asked for, with its
// error.
func (a *attempts) attempt(ctx context.Context) (got *answer, err error) {
	expired := a.try(ctx, a.token, func() error {
		got = a.ask(ctx)
		if err = a.explain(got); got.kind == expiredToken {
			return err
		}
		return nil
	})
	if expired != nil {
		err = expired
	}
	return got, err
}

// again prepares another attempt, if there is to be one after got, which is nil if the token was known to have
// expired.
func (a *attempts) again(ctx context.Context, got *answer) (bool, error) {
	if got == nil || got.kind == expiredToken {
		return a.refresh(ctx)
	}
	if got.kind == durationTooLong {
		return a.shorten(), nil
	}
	react, counted := reactions[got.kind], got.kind
	if counted == throttled {
		counted = unavailable // they count together
	}
	a.taken[counted]++
	if a.taken[counted] < react.tries {
		return true, awsclient.ClockOr(a.Clock).Sleep(ctx, backoff(a.taken[counted]))
	}
	if !react.perRegion || a.region+1 >= len(a.regions) {
		return false, nil
	}
	a.region++
	delete(a.taken, unavailable)
	return true, nil
}

// refresh replaces a token that has expired, once, unless the source has no other.
func (a *attempts) refresh(ctx context.Context) (bool, error) {
	a.taken[expiredToken]++
	if a.taken[expiredToken] >= reactions[expiredToken].tries {
		return false, nil
	}
	fresh, err := a.Provider.token(ctx, a.request, a.since, a.token)
	if err != nil {
		return false, err
	}
	same := fresh.sum == a.token.sum
	a.token = fresh
	return !same, nil
}

// shorten asks for less if the author of the document did not ask for anything, once.
func (a *attempts) shorten() bool {
	if a.login.duration != 0 || a.duration == fallbackDuration {
		return false
	}
	a.duration = fallbackDuration
	a.warnings = append(a.warnings, `the role allows no session of 2 hours, which is the default of "oidc.duration", so the `+
		`credentials last 1 hour; raise the role's maximum session duration or write "duration: 1h"`)
	return true
}

// backoff is how long to wait after so many tries: half a second, a second and so on, up to a quarter more or less.
func backoff(tries int) time.Duration {
	d := firstBackoff << (tries - 1)
	return d*3/4 + rand.N(d/2)
}

// ask asks STS once.
func (a *attempts) ask(ctx context.Context) *answer {
	x := &exchange{}
	region := a.regions[a.region]
	out, err := a.client(x, region).AssumeRoleWithWebIdentity(ctx, a.input())
	now := a.now()
	got := &answer{kind: classify(x, err), region: region, token: a.token, status: x.status, err: err}
	there := now
	if !x.date.IsZero() {
		there, got.dated, got.skew = x.date, true, now.Truncate(time.Second).Sub(x.date) // a date has whole seconds
	}
	got.readError()
	if got.kind == accepted {
		if got.session = sessionOf(out.Credentials, now, there); got.session == nil {
			got.kind = unreadable
		}
	}
	return got
}

func (a *attempts) client(x *exchange, region string) *sts.Client {
	o := sts.Options{
		Region:      region,
		Credentials: aws.AnonymousCredentials{},
		Retryer:     aws.NopRetryer{}, // the attempts are counted here
		HTTPClient:  x.client(a.HTTPClient),
	}
	if a.Endpoint != "" {
		o.BaseEndpoint = &a.Endpoint
	}
	if a.FIPS {
		o.EndpointOptions.UseFIPSEndpoint = aws.FIPSEndpointStateEnabled
	}
	if a.DualStack {
		o.EndpointOptions.UseDualStackEndpoint = aws.DualStackEndpointStateEnabled
	}
	return sts.New(o)
}

func (a *attempts) input() *sts.AssumeRoleWithWebIdentityInput {
	in := &sts.AssumeRoleWithWebIdentityInput{
		RoleArn:          &a.login.role.Text,
		RoleSessionName:  &a.login.session,
		WebIdentityToken: aws.String(a.token.text.Reveal()),
		DurationSeconds:  aws.Int32(int32(a.duration / time.Second)),
	}
	for _, policy := range a.login.policies {
		in.PolicyArns = append(in.PolicyArns, types.PolicyDescriptorType{Arn: aws.String(policy)})
	}
	return in
}

// sessionOf returns nil if a part is missing or the session has expired. The time now is by the clock here, there by
// that of AWS, which decides how long the session lasts.
func sessionOf(c *types.Credentials, now, there time.Time) *session {
	if c == nil || aws.ToString(c.AccessKeyId) == "" || aws.ToString(c.SecretAccessKey) == "" ||
		aws.ToString(c.SessionToken) == "" || c.Expiration == nil || !c.Expiration.After(there) {
		return nil
	}
	lifetime := c.Expiration.Sub(there)
	return &session{
		accessKeyID:     *c.AccessKeyId,
		secretAccessKey: schema.NewSecret(*c.SecretAccessKey),
		sessionToken:    schema.NewSecret(*c.SessionToken),
		expires:         *c.Expiration,
		until:           now.Add(lifetime - reserve(lifetime)),
	}
}

// readError takes from the SDK's error what messages say of it.
func (got *answer) readError() {
	var api smithy.APIError
	if errors.As(got.err, &api) && got.kind != unreadable && got.kind != redirected {
		got.code = shortened(got.token.scrub(api.ErrorCode()), 100)
		got.message = shortened(got.token.scrub(api.ErrorMessage()), 1000)
	}
	var response *awshttp.ResponseError
	if errors.As(got.err, &response) {
		got.requestID = shortened(got.token.scrub(response.ServiceRequestID()), 100)
	}
}
