package awslogin_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/providertest"
	"github.com/escapement-go/escapement/schema"
)

func TestOIDCContract(t *testing.T) {
	sts := newSTS(t)
	providertest.Run(t, sts.provider(always(jwt(nil))), providertest.Options{
		Opens: []providers.Request{
			*oidcRequest(),
			*oidcRequest("roleArn", schema.NewSecret(roleText), "sessionName", schema.NewSecret("secret-session"), "duration", "1h",
				"policyArns", list("arn:aws:iam::aws:policy/ReadOnlyAccess"), "subjectAttributes", list("currentEnvironment.name")),
		},
		Refuses: []providers.Request{
			*oidcRequest("roleArn", schema.NewSecret("arn:aws:iam::123456789012:user/secret-user")),
			*oidcRequest("duration", schema.NewSecret("13h13m13s")),
			*oidcRequest("sessionName", schema.NewSecret("a session of mine")),
			*oidcRequest("policyArns", []any{schema.NewSecret("arn:aws:iam::210987654321:policy/secret")}),
			*oidcRequest("subjectAttributes", []any{schema.NewSecret("secret.attribute")}),
		},
	})
	denying := newSTS(t, failure(403, "AccessDenied", "no "+roleText))
	providertest.Run(t, denying.provider(always(jwt(nil))), providertest.Options{
		Opens:   []providers.Request{{Inputs: inputs("accessKeyId", longTermID, "secretAccessKey", secret)}},
		Refuses: []providers.Request{*oidcRequest("roleArn", schema.NewSecret(roleText))},
	})
}

// What is asked for, and what comes back.
func TestLogin(t *testing.T) {
	sts := newSTS(t)
	token := jwt(nil)
	out, err := sts.provider(always(token)).Open(t.Context(), oidcRequest("duration", "1h30m",
		"policyArns", list("arn:aws:iam::aws:policy/A", "arn:aws:iam::123456789012:policy/B")))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"accessKeyId": temporaryID, "secretAccessKey": schema.NewSecret(secretText), "sessionToken": schema.NewSecret(tokenText),
		"expiresAt": "2026-03-01T13:30:00Z",
	}
	if diff := cmp.Diff(want, out, cmp.Comparer(schema.Secret.Equal)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	form := url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleArn": {roleText}, "RoleSessionName": {"session"},
		"DurationSeconds": {"5400"}, "WebIdentityToken": {token},
		"PolicyArns.member.1.arn": {"arn:aws:iam::aws:policy/A"}, "PolicyArns.member.2.arn": {"arn:aws:iam::123456789012:policy/B"},
	}
	if diff := cmp.Diff(form, sts.forms[0]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	silent(t, printed(out), token)
}

// opened counts what many logins at once came to.
func opened(t *testing.T, p *awslogin.Provider, reqs []*providers.Request) (errs []error) {
	t.Helper()
	errs = make([]error, len(reqs))
	var wg sync.WaitGroup
	for i, req := range reqs {
		wg.Go(func() { _, errs[i] = p.Open(t.Context(), req) })
	}
	wg.Wait()
	return errs
}

// fifty returns the requests of fifty environments, all different.
func fifty() []*providers.Request {
	var reqs []*providers.Request
	for i := range 50 {
		req := oidcRequest("sessionName", fmt.Sprintf("session-%d", i))
		req.Environment = fmt.Sprintf("app/e%d", i)
		reqs = append(reqs, req)
	}
	return reqs
}

// counting counts how often a source is asked, and makes each token with make.
func counting(n *atomic.Int64, make func(n int64) string) sourceFunc {
	return func(context.Context, awslogin.TokenRequest) (awslogin.Token, error) {
		return awslogin.Token{Text: schema.NewSecret(make(n.Add(1)))}, nil
	}
}

// Equal logins at the same time are one; the session is shared until shortly before it ends.
func TestSessionsAreShared(t *testing.T) {
	for _, test := range []struct{ duration, fresh string }{{"15m", "11m15s"}, {"20m", "15m"}, {"1h", "55m"}, {"12h", "11h55m"}} {
		sts := newSTS(t)
		var asked atomic.Int64
		p := sts.provider(counting(&asked, func(int64) string { return jwt(map[string]any{"exp": start.Unix() + 100_000}) }))
		same := slices.Repeat([]*providers.Request{oidcRequest("duration", test.duration)}, 50)
		fresh, err := time.ParseDuration(test.fresh)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			advance time.Duration
			asked   int
		}{{0, 1}, {fresh - time.Second, 1}, {time.Second, 2}} {
			sts.clock.advance(step.advance)
			if err := errors.Join(opened(t, p, same)...); err != nil {
				t.Error(err)
			}
			if sts.count() != step.asked || asked.Load() != 1 {
				t.Errorf("%s after %v: %d requests, want %d; %d tokens", test.duration, step.advance, sts.count(), step.asked, asked.Load())
			}
		}
	}
}

// Logins that differ in anything do not share a session.
func TestSessionsDiffer(t *testing.T) {
	variants := []func(*providers.Request){
		func(*providers.Request) {},
		func(r *providers.Request) { r.Environment = "other" },
		func(r *providers.Request) { r.Root = "other" },
		func(r *providers.Request) { r.Inputs = oidcInputs("roleArn", roleText+"2") },
		func(r *providers.Request) { r.Inputs = oidcInputs("sessionName", "other") },
		func(r *providers.Request) { r.Inputs = oidcInputs("duration", "1h") },
		func(r *providers.Request) { r.Inputs = oidcInputs("policyArns", list("arn:aws:iam::aws:policy/A")) },
		func(r *providers.Request) { r.Inputs = oidcInputs("subjectAttributes", list("rootEnvironment.name")) },
	}
	sts := newSTS(t)
	p := sts.provider(always(jwt(nil)))
	for range 2 {
		for _, change := range variants {
			req := oidcRequest()
			change(req)
			if _, err := p.Open(t.Context(), req); err != nil {
				t.Error(err)
			}
		}
	}
	// These are equal to the first.
	for _, in := range []map[string]any{oidcInputs("policyArns", list()), oidcInputs("roleArn", schema.NewSecret(roleText))} {
		req := oidcRequest()
		req.Inputs = in
		if _, err := p.Open(t.Context(), req); err != nil {
			t.Error(err)
		}
	}
	if sts.count() != len(variants) {
		t.Errorf("%d requests, want %d", sts.count(), len(variants))
	}
}

// A caller who gives up does not take the others along, and the last one ends the work.
func TestGivingUp(t *testing.T) {
	sts := newSTS(t)
	began, ended := make(chan struct{}, 10), make(chan error, 10)
	release := make(chan struct{})
	p := sts.provider(sourceFunc(func(ctx context.Context, _ awslogin.TokenRequest) (awslogin.Token, error) {
		began <- struct{}{}
		select {
		case <-release:
			ended <- nil
			return awslogin.Token{Text: schema.NewSecret(jwt(nil))}, nil
		case <-ctx.Done():
			ended <- ctx.Err()
			return awslogin.Token{}, ctx.Err()
		}
	}))
	first, giveUp := context.WithCancel(t.Context())
	results := make(chan error, 2)
	open := func(ctx context.Context) {
		_, err := p.Open(ctx, oidcRequest())
		results <- err
	}
	go open(first)
	<-began
	giveUp()
	if err := <-results; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the work ended with %v", err)
	}
	go open(t.Context())
	<-began
	close(release)
	if err := <-results; err != nil || sts.count() != 1 {
		t.Errorf("got %v after %d requests", err, sts.count())
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Open(done, oidcRequest("sessionName", "another")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// By the clock of the machine, too, waiting for the next try ends with the context.
func TestWaitingEndsWithContext(t *testing.T) {
	w := &wire{answer: func(int, *http.Request) reply { return failure(400, "Throttling", "busy") }}
	p := w.provider()
	p.Clock = nil
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := p.Open(ctx, oidcRequest()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v after %d requests", err, len(w.sent))
	}
}

// What an issuer of ours refuses keeps its code.
func TestIssuerRefuses(t *testing.T) {
	sts := newSTS(t)
	_, err := sts.provider(issuer(ecKey())).Open(t.Context(), oidcRequest("subjectAttributes", list("pulumi.user.login")))
	checkError(t, err, "bad-input", `the subject attribute "pulumi.user.login" has no value`)
	_, err = sts.provider(issuer(nil)).Open(t.Context(), oidcRequest())
	checkError(t, err, "bad-issuer", "the issuer has no key")
	cause := errors.New("the vault is sealed")
	_, err = sts.provider(sourceFunc(func(context.Context, awslogin.TokenRequest) (awslogin.Token, error) {
		return awslogin.Token{}, cause
	})).Open(t.Context(), oidcRequest())
	if !errors.Is(err, cause) || sts.count() > 0 {
		t.Errorf("got %v after %d requests", err, sts.count())
	}
}

// The default of two hours falls back to one, with a warning that every login with that session gets.
func TestDefaultDuration(t *testing.T) {
	sts := newSTS(t)
	sts.script = func(n int, form url.Values) reply {
		if form.Get("DurationSeconds") == "7200" {
			return failure(400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
		}
		return success(sts.clock.Now(), time.Hour)
	}
	p := sts.provider(always(jwt(nil)))
	const want = `the role allows no session of 2 hours, which is the default of "oidc.duration", so the credentials last 1 hour; ` +
		`raise the role's maximum session duration or write "duration: 1h"`
	for range 2 {
		var warned []string
		req := oidcRequest()
		req.Warn = func(message string) { warned = append(warned, message) }
		out, err := p.Open(t.Context(), req)
		if err != nil || out.(map[string]any)["expiresAt"] != "2026-03-01T13:00:00Z" {
			t.Errorf("got %v, %v", out, err)
		}
		if diff := cmp.Diff([]string{want}, warned); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	if got := []string{sts.forms[0].Get("DurationSeconds"), sts.forms[1].Get("DurationSeconds")}; sts.count() != 2 || got[0] != "7200" || got[1] != "3600" {
		t.Errorf("%d requests, %v", sts.count(), got)
	}
	if _, err := p.Open(t.Context(), oidcRequest("sessionName", "nobody-listens")); err != nil {
		t.Error(err)
	}
}

// Attributes that the source cannot set are worth a warning.
func TestSubjectWarning(t *testing.T) {
	t.Setenv("AWSLOGIN_TEST_TOKEN", jwt(nil))
	own := issuer(ecKey())
	for _, test := range []struct {
		source awslogin.TokenSource
		inputs []any
		want   []string
	}{
		{awslogin.Env{Name: "AWSLOGIN_TEST_TOKEN"}, nil, nil},
		{awslogin.Env{Name: "AWSLOGIN_TEST_TOKEN"}, []any{"subjectAttributes", list("rootEnvironment.name")}, []string{
			`"oidc.subjectAttributes" has no effect, since the source of tokens "env:AWSLOGIN_TEST_TOKEN" cannot set the subject, which is ` +
				`"pulumi:environments:org:acme:env:aws/login"; remove rootEnvironment.name, or use an issuer of your own`}},
		{own, []any{"subjectAttributes", list("rootEnvironment.name")}, nil},
		{&own, []any{"subjectAttributes", list("rootEnvironment.name")}, nil},
	} {
		var warned []string
		req := oidcRequest(test.inputs...)
		req.Warn = func(message string) { warned = append(warned, message) }
		if _, err := newSTS(t).provider(test.source).Open(t.Context(), req); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(test.want, warned); diff != "" {
			t.Errorf("%v: -want +got:\n%s", test.source, diff)
		}
	}
}

// A provider that has logged in prints neither tokens nor credentials.
func TestProviderPrintsNothing(t *testing.T) {
	sts := newSTS(t)
	token := jwt(nil)
	p := sts.provider(always(token))
	if _, err := p.Open(t.Context(), oidcRequest()); err != nil {
		t.Fatal(err)
	}
	p.Source = nil
	silent(t, fmt.Sprintf("%v %+v %#v", p, p, p), token, strings.Split(token, ".")[1])
}

// redirectedTo counts what arrives at a place that nobody should be sent to.
func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := newSTS(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		sts := newSTS(t, reply{status: status, header: map[string]string{"Location": elsewhere.URL}})
		p := sts.provider(always(jwt(nil)))
		p.HTTPClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
		_, err := p.Open(t.Context(), oidcRequest())
		checkError(t, err, "redirected")
		if sts.count() != 1 || elsewhere.count() != 0 {
			t.Errorf("%d: %d and %d requests", status, sts.count(), elsewhere.count())
		}
	}
}
