package awspassword

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
	"github.com/escapement-go/escapement/schema"
)

// impatient are the limits of tests that really wait between the tries of a read.
func impatient() *iamuser.Limits {
	limits := iamuser.Usual
	limits.ReadBackoff = time.Millisecond
	return &limits
}

// overHTTP has the runs of a world use the SDK.
func overHTTP(a *attempt) *Rotator {
	return &Rotator{
		IAMEndpoint: a.sim.URL("iam"), STSEndpoint: a.sim.URL("sts"), Transport: a.run.Transport(),
		clock: a.sim.Clock(), random: a.random, limits: impatient(), without: a.variant.without,
	}
}

// Over HTTP each outcome of a step comes to the same as without.
func TestOverHTTP(t *testing.T) {
	figures, cells := &tally{table: "Hi"}, 0
	for _, s := range starts {
		for _, step := range steps {
			for i, f := range append(append([]fault{crash}, common()...), own(step)...) {
				if s.number != 2 && (testing.Short() || i%3 != s.number%3) {
					continue
				}
				var ends [2]string
				for i, make := range []func(*attempt) *Rotator{nil, overHTTP} {
					w := newWorld(s, variant{make: make})
					a := w.attempt().prepare(step)
					f.strike(a, step, 0)
					a.perform()
					ends[i] = a.end()
					w.lied = f.name == "other UserId"
					figures.finish(w, step+": "+f.name, a.came(step))
					cells++
				}
				if ends[0] != ends[1] {
					t.Errorf("start %d, %s: %s: %s without HTTP and %s with", s.number, step, f.name, ends[0], ends[1])
				}
			}
		}
	}
	figures.report(t, cells)
}

// A page in the place of an answer is not taken for success: the answer to UpdateLoginProfile has no content.
func TestPage(t *testing.T) {
	for _, make := range []func(*attempt) *Rotator{nil, overHTTP} {
		w := newWorld(starts[1], variant{make: make})
		w.sim.Script(awstest.Rule{Action: "UpdateLoginProfile", Outcome: awstest.HTML()})
		if a := w.attempt().perform(); a.end() != "password-unknown" {
			t.Error(a.end(), a.err)
		}
		w.settle(time.Hour)
		for _, v := range w.violations {
			t.Error(v)
		}
		w.sim.Close()
	}
}

// A redirect is not followed, so that nobody but AWS gets a password.
func TestRedirects(t *testing.T) {
	strangers := 0
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers++ }))
	defer stranger.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		w := newWorld(starts[1], variant{make: overHTTP})
		w.sim.Script(awstest.Rule{Action: "UpdateLoginProfile", Outcome: awstest.Redirect(status, stranger.URL)})
		if a := w.attempt().perform(); a.code() != "password-unknown" {
			t.Errorf("%d: %s, %v", status, a.end(), a.err)
		}
		w.settle(time.Hour)
		for _, v := range w.violations {
			t.Error(v)
		}
		w.sim.Close()
	}
	if strangers > 0 {
		t.Errorf("a stranger got %d requests", strangers)
	}
}

// A proxy that repeats the request in its error gets no password into ours.
func TestRepeatedRequest(t *testing.T) {
	w := newWorld(starts[1], variant{make: overHTTP})
	defer w.sim.Close()
	base := w.sim
	repeats := roundTripper(func(req *http.Request) (*http.Response, error) {
		return nil, errors.New("cannot forward " + base.Credentials("login").SecretAccessKey + " " + strings.Join(w.held(), " "))
	})
	login := awsclient.Login{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: schema.NewSecret("it")}
	if _, err := (sdkDialer{&Rotator{Transport: repeats}, *impatient()}).IAM(login, "us-east-1").GetUser(t.Context(), nil); err == nil {
		t.Error("no error")
	}
	w.variant.make = func(a *attempt) *Rotator {
		r := overHTTP(a)
		r.Transport = repeats
		return r
	}
	a := w.attempt().perform()
	if a.code() != "aws-failed" || !strings.Contains(a.err.Error(), "[secret]") {
		t.Error("the request was not repeated")
	}
	if leaks := w.leaks(); len(leaks) > 0 {
		t.Errorf("%d secrets are printed", len(leaks))
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
