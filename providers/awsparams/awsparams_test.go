package awsparams_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awsparams"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/providers/internal/awsgettest"
	"github.com/escapement-go/escapement/providers/providertest"
	"github.com/escapement-go/escapement/schema"
)

type (
	account = awsgettest.Account
	object  = awsgettest.Object
)

// newAccount has a clock that runs, since with another one the SDK suspects a skew and tries calls again for it.
func newAccount(t awstest.TB, parameters ...awstest.Parameter) account {
	sim := awstest.New(t, awstest.Options{Region: awsgettest.Region, Clock: awstest.RealTime(1), Parameters: parameters})
	return account{Simulator: sim, ID: "name", Provider: awsparams.Hasty(&awsparams.Provider{
		Options: awsclient.Options{Transport: sim.HTTPClient().Transport}, Clock: sim.Clock(),
	})}
}

// some are parameters of all kinds.
func some() []awstest.Parameter {
	return []awstest.Parameter{
		{Name: "/app/url", Value: "https://example.org"}, {Name: "/app/url", Value: "https://example.com", Labels: []string{"prod"}},
		{Name: "/app/url", Value: "https://example.net"}, {Name: "hosts", Type: "StringList", Value: "a.example.com,b.example.com"},
		{Name: "/app/password", Type: "SecureString", Value: "my-password"},
		{Name: "/app/locked", Type: "SecureString", Value: "behind-a-key", KMSKey: "1234abcd-12ab-34cd-56ef-1234567890ab"},
	}
}

// open opens a request and returns the outputs, with what is secret after "secret ".
func open(ctx context.Context, a account, req *providers.Request) (object, error) {
	out, err := a.Provider.Open(ctx, req)
	if err != nil {
		return nil, err
	}
	shown := maps.Clone(out.(object))
	for name, value := range shown {
		if secret, isSecret := value.(schema.Secret); isSecret {
			shown[name] = "secret " + secret.Reveal()
		}
	}
	return shown, nil
}

func TestOpen(t *testing.T) {
	const arn = "arn:aws:ssm:us-west-2:123456789012:parameter/"
	for _, test := range []struct {
		name    string
		entries []any
		want    object
		calls   []string
	}{
		{"nothing", nil, object{}, nil},
		{"a String", []any{"url", "/app/url"}, object{"url": "https://example.net"}, []string{"GetParameters /app/url: ok"}},
		{"a StringList", []any{"hosts", "hosts"}, object{"hosts": []any{"a.example.com", "b.example.com"}}, []string{"GetParameters hosts: ok"}},
		{"a SecureString", []any{"password", "/app/password"}, object{"password": "secret my-password"}, []string{"GetParameters /app/password: ok"}},
		{"several at once", []any{"a", "/app/url", "b", "/app/locked", "c", "hosts"},
			object{"a": "https://example.net", "b": "secret behind-a-key", "c": []any{"a.example.com", "b.example.com"}},
			[]string{"GetParameters /app/url,/app/locked,hosts: ok"}},
		{"one by two names", []any{"a", "hosts", "b", "hosts", "c", object{"name": "hosts", "decrypt": true}},
			object{"a": []any{"a.example.com", "b.example.com"}, "b": []any{"a.example.com", "b.example.com"}, "c": []any{"a.example.com", "b.example.com"}},
			[]string{"GetParameters hosts: ok"}},
		{"versions and labels", []any{"first", "/app/url:1", "prod", "/app/url:prod", "last", "/app/url"},
			object{"first": "https://example.org", "prod": "https://example.com", "last": "https://example.net"},
			[]string{"GetParameters /app/url:1,/app/url,/app/url:prod: ok"}},
		{"ARNs", []any{"url", arn + "app/url", "prod", arn + "app/url:prod", "hosts", arn + "hosts"},
			object{"url": "https://example.net", "prod": "https://example.com", "hosts": []any{"a.example.com", "b.example.com"}},
			[]string{"GetParameters " + arn + "hosts," + arn + "app/url:prod," + arn + "app/url: ok"}},
		{"as it is stored", []any{"password", object{"name": "/app/password", "decrypt": false}, "url", object{"name": "/app/url", "decrypt": false}},
			object{"password": "secret AQICAHhjewQiqZJLEZpgNBU0OjJ3SAjOK9nImsGwvgXGaeBpSo=", "url": "https://example.net"},
			[]string{"GetParameters /app/password,/app/url: ok"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newAccount(t, some()...)
			got, err := open(t.Context(), a, a.Request(test.entries...))
			if test.name == "as it is stored" && err == nil {
				if text := got["password"].(string); !strings.HasPrefix(text, "secret AQICAHh") || strings.Contains(text, "my-password") {
					t.Errorf("got %q", text)
				}
				got["password"] = test.want["password"]
			}
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
				t.Errorf("%v -want +got\n%s", err, diff)
			}
			if diff := cmp.Diff(test.calls, a.Actions()); diff != "" {
				t.Errorf("calls: -want +got\n%s", diff)
			}
		})
	}
}

// many are n parameters, and what asks for them all.
func many(n int) (parameters []awstest.Parameter, entries []any, want object) {
	want = object{}
	for i := range n {
		name, text := fmt.Sprintf("/p/%02d", i), fmt.Sprintf("text-%02d", i)
		parameters = append(parameters, awstest.Parameter{Name: name, Value: text})
		entries = append(entries, "out-"+name, name)
		want["out-"+name] = text
	}
	return parameters, entries, want
}

// Ten parameters are read with each call.
func TestBatches(t *testing.T) {
	parameters, entries, want := many(45)
	a := newAccount(t, parameters...)
	got, err := open(t.Context(), a, a.Request(entries...))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v -want +got\n%s", err, diff)
	}
	if calls := len(a.Calls()); calls != 5 {
		t.Errorf("%d calls", calls)
	}
}

// Without permission for GetParameters the parameters are read one by one.
func TestWithoutBatches(t *testing.T) {
	parameters, entries, want := many(45)
	a := newAccount(t, parameters...)
	a.SetPolicy("app", awstest.Policy{"ssm:GetParameter"})
	got, err := open(t.Context(), a, a.Request(entries...))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v -want +got\n%s", err, diff)
	}
	// 5 batches, at most 8 more tries of GetParameters at once before one GetParameter has succeeded, and all others
	if calls := len(a.Calls()); calls > 5+2*8+45 {
		t.Errorf("%d calls:\n%s", calls, strings.Join(a.Actions(), "\n"))
	}
}

// One parameter that spoils a call does not keep the others away.
func TestSpoiltBatch(t *testing.T) {
	a := newAccount(t, some()...)
	a.SetPolicy("app", awstest.Policy{"ssm:GetParameters *:parameter/app/*", "kms:Decrypt"})
	_, err := open(t.Context(), a, a.Request("a", "/app/url", "b", "hosts", "c", "/app/locked"))
	var refused *awsparams.Error
	if !errors.As(err, &refused) || len(refused.Problems) != 1 || !slices.Equal(refused.Problems[0].Inputs, []string{`get["b"].name`}) {
		t.Errorf("got %v", err)
	}
	if calls := a.Actions(); len(calls) != 5 { // all three, each alone, and hosts with GetParameter
		t.Errorf("calls %s", strings.Join(calls, "\n"))
	}
}

// No more than a few calls run at a time.
func TestAtOnce(t *testing.T) {
	parameters, entries, _ := many(150)
	a := newAccount(t, parameters...)
	running := make(chan struct{}, 8)
	a.Before(func(awstest.Call) {
		select {
		case running <- struct{}{}:
		default:
			t.Error("more than 8 calls at once")
		}
	})
	a.After(func(awstest.Call) { <-running })
	if _, err := open(t.Context(), a, a.Request(entries...)); err != nil || len(a.Calls()) != 15 {
		t.Error(err, len(a.Calls()))
	}
}

// A store that is throttled or out of order for a moment is no obstacle.
func TestPatience(t *testing.T) {
	for _, outcome := range []awstest.Outcome{awstest.Throttled(), awstest.InternalError(), awstest.Unavailable(), awstest.Dropped()} {
		a := newAccount(t, some()...)
		a.Script(awstest.Rule{Nth: 1, Outcome: outcome}, awstest.Rule{Nth: 2, Outcome: outcome})
		got, err := open(t.Context(), a, a.Request("url", "/app/url"))
		if err != nil || got["url"] != "https://example.net" || len(a.Calls()) != 3 {
			t.Errorf("%v: %v, %d calls", outcome, err, len(a.Calls()))
		}
	}
}

// What is asked for is what comes, whatever the entries, and no parameter is asked for twice.
func TestAnyEntries(t *testing.T) {
	parameters, _, _ := many(25)
	a := newAccount(t, parameters...)
	rapid.Check(t, func(t *rapid.T) {
		before := len(a.Calls())
		ids := rapid.MapOf(rapid.StringMatching(`[a-z"\]. -]{1,5}`), rapid.IntRange(0, 24)).Draw(t, "get")
		var entries []any
		want, unique := object{}, map[string]bool{}
		for _, name := range slices.Sorted(maps.Keys(ids)) {
			parameter := fmt.Sprintf("/p/%02d", ids[name]) + rapid.SampledFrom([]string{"", ":1"}).Draw(t, "version")
			decrypt := rapid.Bool().Draw(t, "decrypt")
			entries = append(entries, name, object{"name": parameter, "decrypt": decrypt})
			want[name] = fmt.Sprintf("text-%02d", ids[name])
			unique[fmt.Sprint(parameter, decrypt)] = true
		}
		got, err := open(context.Background(), a, a.Request(entries...))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("%v -want +got\n%s", err, diff)
		}
		asked := 0
		for _, c := range a.Calls()[before:] {
			asked += 1 + strings.Count(c.Resource, ",")
		}
		if asked != len(unique) {
			t.Fatalf("asked for %d parameters, want %d", asked, len(unique))
		}
	})
}

// A done context ends an Open, whatever it waits for.
func TestContext(t *testing.T) {
	a := newAccount(t, some()...)
	ctx, cancel := context.WithCancel(t.Context())
	a.Script(awstest.Rule{Outcome: awstest.TimedOut(time.Minute)})
	a.Before(func(awstest.Call) { cancel() })
	if _, err := open(ctx, a, a.Request("url", "/app/url")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// What AWS says of the type of a parameter decides what is secret; nothing said means secret.
func TestUnknownType(t *testing.T) {
	a := newAccount(t, some()...)
	a.Script(awstest.Rule{Outcome: awstest.Altered(func(out *ssm.GetParametersOutput) {
		out.Parameters[0].Type = "Novelty"
		out.Parameters[0].Selector = aws.String("")
	})})
	got, err := open(t.Context(), a, a.Request("url", "/app/url"))
	if err != nil || got["url"] != "secret https://example.net" {
		t.Error(got, err)
	}
}

// The provider keeps the rules of package providers.
func TestContract(t *testing.T) {
	a := newAccount(t, some()...)
	hidden := a.Request("a", "nothing")
	hidden.Inputs["get"] = object{"a": object{"name": schema.NewSecret("/hidden-name-of-nothing")}}
	wrong := a.Request("a", "/app/url")
	wrong.Inputs["login"].(object)["secretAccessKey"] = schema.NewSecret("wrong-secret-of-the-key")
	elsewhere := a.Request("a", "/app/url")
	elsewhere.Inputs["region"] = "nowhere"
	providertest.Run(t, a.Provider, providertest.Options{
		Opens: []providers.Request{
			*a.Request("a", "/app/url"), *a.Request("a", "/app/password", "b", "hosts", "c", "hosts"), *a.Request(),
		},
		Refuses: []providers.Request{*hidden, *wrong, *elsewhere, *a.Request("a", "/nothing", "b", "hosts", "c", "/neither")},
	})
}

// Two names of one list have a list each.
func TestOwnLists(t *testing.T) {
	a := newAccount(t, some()...)
	got, err := open(t.Context(), a, a.Request("a", "hosts", "b", "hosts"))
	if err != nil {
		t.Fatal(err)
	}
	got["a"].([]any)[0] = "changed"
	if first := got["b"].([]any)[0]; first != "a.example.com" {
		t.Errorf("the other list begins with %v", first)
	}
}
