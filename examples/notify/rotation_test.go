package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/examples/notify"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awsiam"
	"github.com/escapement-go/escapement/schema"
)

const document = `# stays   as it is
values:
  keys:
    fn::rotate::aws-iam:
      inputs:
        userArn: %s
        login: {accessKeyId: %s, secretAccessKey: {fn::secret: {ciphertext: %s}}}
        rotateAfter: 90d
        deactivateAfter: 100d
        deleteAfter: 110d
`

// A stage is an account and a document. All of it, the clocks included, is the same in every run.
type stage struct {
	sim  *awstest.Simulator
	host *evaltest.Host
}

// direct is a transport that serves requests itself.
type direct struct{ http.Handler }

func (d direct) RoundTrip(sent *http.Request) (*http.Response, error) {
	w, r := httptest.NewRecorder(), sent.Clone(sent.Context())
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	d.ServeHTTP(w, r)
	return w.Result(), nil
}

func newStage(t *testing.T, rotations int) *stage {
	t.Helper()
	time.Sleep(time.Until(awstest.Epoch))
	sim, err := awstest.Simulate(awstest.Options{Users: []awstest.User{{Name: "admin", Keys: []awstest.Key{{}}}, {Name: "app"}}})
	if err != nil {
		t.Fatal(err)
	}
	login := sim.Credentials("admin")
	text := fmt.Sprintf(document, sim.UserARN("app"), login.AccessKeyID, evaltest.Envelope("r", login.SecretAccessKey))
	s := &stage{sim, &evaltest.Host{Files: map[string]string{"r": text}}}
	for range rotations {
		if _, err := s.evaluator().Rotate(t.Context(), "r", eval.RotateOptions{}); err != nil {
			t.Fatal(err)
		}
		s.pass(time.Hour)
	}
	return s
}

func (s *stage) pass(d time.Duration) {
	s.sim.Advance(d)
	time.Sleep(d)
}

func (s *stage) evaluator() *eval.Evaluator {
	e := s.host.Evaluator()
	e.Rotators["aws-iam"] = &awsiam.Rotator{
		IAMEndpoint: "http://127.0.0.1/iam/", STSEndpoint: "http://127.0.0.1/sts/", Transport: direct{s.sim},
	}
	return e
}

// attempt is the number that a rotation gives itself, which is random.
var attempt = regexp.MustCompile(`[A-Z2-7]{26}`)

// rotate rotates, and returns all that has come of it: the results, the document, the calls and the saves.
func (s *stage) rotate(ctx context.Context, opts eval.RotateOptions) (string, *eval.Rotation) {
	opts.Now = s.sim.Clock().Now()
	rotation, err := s.evaluator().Rotate(ctx, "r", opts)
	results, _ := json.MarshalIndent(rotation.Results, "", " ")
	text := fmt.Sprintf("%s\n%v\n%s\n%v\n%s", results, err, s.host.Text("r"), s.host.Calls(), s.sim.Trace())
	return attempt.ReplaceAllString(text, "(random)"), rotation
}

// A play is a rotation as it would be without notices.
type play struct {
	name      string
	rotations int // before it
	prepare   func(*stage)
	opts      eval.RotateOptions
	want      string // the kinds of its events, in order
}

var plays = []play{
	{name: "the first key", want: "rotated"},
	{name: "a second key", rotations: 1, want: "rotated"},
	{name: "a third key", rotations: 2, want: "warning forgot deleted rotated"},
	{name: "nothing due", rotations: 2, opts: eval.RotateOptions{Due: true}, want: ""},
	{name: "upkeep", rotations: 2, opts: eval.RotateOptions{Due: true}, prepare: func(s *stage) { s.pass(115 * 24 * time.Hour) },
		want: "due due forgot deactivated deleted rotated"},
	{name: "a refusal", rotations: 1, prepare: func(s *stage) {
		s.sim.SetPolicy("admin", awstest.RecommendedPolicy.Without("iam:CreateAccessKey"))
	}, want: "failed"},
	{name: "a lost answer", rotations: 2, prepare: func(s *stage) {
		s.sim.Script(awstest.Rule{Action: "CreateAccessKey", Outcome: awstest.InternalError().Executed()})
	}, want: "warning forgot deleted failed"},
	{name: "a foreign key", rotations: 1, prepare: func(s *stage) {
		_, _ = s.sim.AddKey("app", awstest.Key{})
	}, want: "failed"},
}

// perform plays one under a clock that nothing but waiting moves on, and tells what came of it.
func (p play) perform(t *testing.T, report func(s *stage) (tell func(string, rotators.Event), done func())) (outcome string, events []rotators.Event) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, p.rotations)
		if p.prepare != nil {
			p.prepare(s)
		}
		opts := p.opts
		done := func() {}
		if report != nil {
			opts.Report, done = report(s)
		}
		began := time.Now()
		text, rotation := s.rotate(t.Context(), opts)
		outcome = fmt.Sprintf("%s\nin %v", text, time.Since(began))
		events = rotation.Results[0].Events
		done()
	})
	return outcome, events
}

// A receiver does something to its n-th notice, or to all of them if n is negative.
type receiver struct {
	n    int
	act  func(ctx context.Context) error
	seen int
	told []notify.Notice
}

func (r *receiver) String() string { return "the receiver" }

func (r *receiver) Send(ctx context.Context, n notify.Notice) error {
	r.told = append(r.told, n)
	r.seen++
	if r.n < 0 || r.n == r.seen-1 {
		return r.act(ctx)
	}
	return nil
}

// misfortunes are what may become of a notice.
var misfortunes = map[string]func(ctx context.Context) error{
	"taken":    func(context.Context) error { return nil },
	"refused":  func(context.Context) error { return errors.New("no") },
	"hanging":  func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	"panic":    func(context.Context) error { panic("canary") },
	"slow":     func(ctx context.Context) error { return sleep(ctx, 7*time.Second) },
	"too slow": func(ctx context.Context) error { return sleep(ctx, 500*time.Hour) },
	"no server": func(ctx context.Context) error {
		return (&notify.URL{Address: &url.URL{Scheme: "https", Host: "x"}, Key: schema.NewSecret("key"), Transport: answers(0)}).Send(ctx, notify.Notice{})
	},
	"500": func(ctx context.Context) error {
		return (&notify.URL{Address: &url.URL{Scheme: "https", Host: "x"}, Key: schema.NewSecret("key"), Transport: answers(500)}).Send(ctx, notify.Notice{})
	},
}

// answers is a receiver on the web that always answers so, or not at all.
type answers int

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	if a == 0 {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return &http.Response{StatusCode: int(a), Body: io.NopCloser(strings.NewReader(""))}, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TestNoticesChangeNothing has each misfortune befall each notice, and all of them, of every rotation. The results, the
// document, the calls, the saves, and the time that all takes are those of a rotation that nobody is told of.
func TestNoticesChangeNothing(t *testing.T) {
	cells, lost := 0, 0
	for _, p := range plays {
		want, events := p.perform(t, nil)
		var kinds []string
		for _, e := range events {
			kinds = append(kinds, e.Kind)
		}
		if got := strings.Join(kinds, " "); got != p.want {
			t.Errorf("%s: the events are %s, want %s", p.name, got, p.want)
		}
		for name, act := range misfortunes {
			for n := -1; n < len(events); n++ {
				r, said := &receiver{n: n, act: act}, &strings.Builder{}
				got, _ := p.perform(t, func(*stage) (func(string, rotators.Event), func()) {
					notifier := notify.New(said, r)
					return notifier.Report("r"), notifier.Close
				})
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s, %s at notice %d: %s", p.name, name, n, diff)
				}
				if said.Len() > 0 {
					lost++
				}
				if bad := name != "taken" && name != "slow" && len(events) > 0; bad != (said.Len() > 0) && name != "slow" {
					t.Errorf("%s, %s at notice %d: said %q", p.name, name, n, said)
				}
				for i, notice := range r.told {
					if notice.Kind != events[i].Kind || notice.Text != events[i].Text || notice.Path != "keys" || notice.Rotator != "aws-iam" {
						t.Errorf("%s: notice %d is %+v of %+v", p.name, i, notice, events[i])
					}
				}
				cells++
			}
		}
	}
	t.Logf("notices: %d rotations x %d misfortunes at each event and at all: %d cells, %d with a warning, 0 differences", len(plays), len(misfortunes), cells, lost)
}

// A Report that panics changes nothing either. One that does not return for an hour holds the rotation up, as it must, but
// no key is lost of it, and the next rotation goes on.
func TestReportsThatMisbehave(t *testing.T) {
	cells, held := 0, 0
	for _, p := range plays {
		want, events := p.perform(t, nil)
		for n := range events {
			at := func(misbehave func()) func(string, rotators.Event) {
				i := -1
				return func(string, rotators.Event) {
					if i++; i == n {
						misbehave()
					}
				}
			}
			got, _ := p.perform(t, func(*stage) (func(string, rotators.Event), func()) {
				return at(func() { panic("canary") }), func() {}
			})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, a panic at event %d: %s", p.name, n, diff)
			}
			p.perform(t, func(s *stage) (func(string, rotators.Event), func()) {
				return at(func() { s.pass(time.Hour); held++ }), func() { s.mustWork(t, p, n) }
			})
			cells += 2
		}
	}
	t.Logf("reports: %d cells, %d of them held up for an hour, 0 keys lost", cells, held)
}

// mustWork rotates again, when nothing is in the way any more, and makes sure that the saved keys work all the time.
func (s *stage) mustWork(t *testing.T, p play, n int) {
	t.Helper()
	for run := range 4 {
		env, err := s.evaluator().Open(context.Background(), "r", "keys")
		if p.rotations > 0 || run > 2 {
			id, _ := env.Values.Lookup("keys.current.accessKeyId")
			text, _ := id.Plain().(string)
			if key, ok := s.sim.Key(text); err != nil || !ok || key.Deleted || key.Status != "Active" {
				t.Errorf("%s, held up at event %d, run %d: the current key %q does not work: %v", p.name, n, run, text, err)
			}
		}
		s.sim.ClearScript()
		s.sim.SetPolicy("admin", awstest.RecommendedPolicy)
		s.pass(25 * time.Hour)
		_, rotation := s.rotate(context.Background(), eval.RotateOptions{})
		if status := rotation.Results[0].Status; run == 3 && status != eval.Succeeded && p.name != "a foreign key" {
			t.Errorf("%s, held up at event %d: %s: %v", p.name, n, status, rotation.Results[0].Diagnostics)
		}
	}
}

// No notice holds a secret, whatever happens.
func TestNoticesHoldNoSecret(t *testing.T) {
	notices := 0
	for _, p := range plays {
		var text string
		var secrets []string
		p.perform(t, func(s *stage) (func(string, rotators.Event), func()) {
			r, said := &receiver{n: -1, act: misfortunes["taken"]}, &strings.Builder{}
			notifier := notify.New(said, r)
			return notifier.Report("r"), func() {
				notifier.Close()
				for _, n := range r.told {
					line, _ := json.Marshal(n)
					text += fmt.Sprintf("%s %s %s %+v\n", line, n.Subject(), n.Body(), n)
					notices++
				}
				text, secrets = text+said.String(), s.sim.Secrets()
			}
		})
		if len(secrets) == 0 {
			t.Fatal("there are no secrets")
		}
		for _, secret := range secrets {
			if leaks := evaltest.CanaryOf(secret).Leaks(text); len(leaks) > 0 {
				t.Errorf("%s: a secret leaks as %v", p.name, leaks)
			}
		}
	}
	t.Logf("canaries: %d notices hold no secret", notices)
}
