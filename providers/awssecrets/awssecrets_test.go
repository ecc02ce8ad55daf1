package awssecrets_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awssecrets"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/providers/internal/awsgettest"
	"github.com/escapement-go/escapement/providers/providertest"
	"github.com/escapement-go/escapement/schema"
)

type (
	account = awsgettest.Account
	object  = awsgettest.Object
)

func newAccount(t awstest.TB, secrets ...awstest.Secret) account {
	return accountAt(t, nil, secrets...)
}

// accountAt has the time of a clock. With one that runs, the SDK suspects no skew, and so tries no call again for it.
func accountAt(t awstest.TB, clock *awstest.Clock, secrets ...awstest.Secret) account {
	sim := awstest.New(t, awstest.Options{Region: awsgettest.Region, Clock: clock, Secrets: secrets})
	return account{Simulator: sim, ID: "secretId", ARN: sim.SecretARN("api-key"), Provider: awssecrets.Hasty(&awssecrets.Provider{
		Options: awsclient.Options{Transport: sim.HTTPClient().Transport}, Clock: sim.Clock(),
	})}
}

// some are secrets of all kinds.
func some() []awstest.Secret {
	return []awstest.Secret{
		{Name: "api-key", Text: "my-old-api-key"}, {Name: "api-key", Text: "my-api-key"}, {Name: "app/db", Text: `{"user": "app"}`},
		{Name: "app/key", Binary: []byte{0, 1, 255}}, {Name: "locked", Text: "behind-a-key", KMSKey: "1234abcd-12ab-34cd-56ef-1234567890ab"},
	}
}

// open opens a request and returns the texts of the secrets.
func open(ctx context.Context, a account, req *providers.Request) (map[string]string, error) {
	out, err := a.Provider.Open(ctx, req)
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for name, value := range out.(object) {
		texts[name] = value.(schema.Secret).Reveal()
	}
	return texts, nil
}

func TestOpen(t *testing.T) {
	for _, test := range []struct {
		name    string
		entries []any
		want    map[string]string
		calls   []string
	}{
		{"nothing", nil, map[string]string{}, nil},
		{"one", []any{"key", "api-key"}, map[string]string{"key": "my-api-key"}, []string{"GetSecretValue api-key: ok"}},
		{"several at once", []any{"b", "app/db", "a", "api-key", "c", "app/key", "d", "locked"},
			map[string]string{"a": "my-api-key", "b": `{"user": "app"}`, "c": "AAH/", "d": "behind-a-key"},
			[]string{"BatchGetSecretValue api-key,app/db,app/key,locked: ok"}},
		{"one by two names", []any{"a", "api-key", "b", "api-key", "c", object{"secretId": "api-key", "versionStage": "AWSCURRENT"}},
			map[string]string{"a": "my-api-key", "b": "my-api-key", "c": "my-api-key"}, []string{"GetSecretValue api-key: ok"}},
		{"a former version", []any{"old", object{"secretId": "api-key", "versionStage": "AWSPREVIOUS"}},
			map[string]string{"old": "my-old-api-key"}, []string{"GetSecretValue api-key: ok"}},
		{"a former version and the current one", []any{"old", object{"secretId": "api-key", "versionStage": "AWSPREVIOUS"}, "new", "api-key"},
			map[string]string{"old": "my-old-api-key", "new": "my-api-key"}, []string{"GetSecretValue api-key: ok", "GetSecretValue api-key: ok"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newAccount(t, some()...)
			got, err := open(t.Context(), a, a.Request(test.entries...))
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
				t.Errorf("%v -want +got\n%s", err, diff)
			}
			if diff := cmp.Diff(test.calls, a.Actions()); diff != "" {
				t.Errorf("calls: -want +got\n%s", diff)
			}
		})
	}
}

// A secret is found by its ARN, with the characters at its end or without them, and a version by its id.
func TestARN(t *testing.T) {
	a := newAccount(t, some()...)
	arn := a.SecretARN("api-key")
	first := a.SecretVersions("api-key")[0].ID
	got, err := open(t.Context(), a, a.Request(
		"whole", arn, "part", arn[:len(arn)-7], "name", "api-key", "other", "app/db",
		"version", object{"secretId": arn, "versionId": first},
		"both", object{"secretId": arn, "versionId": first, "versionStage": "AWSPREVIOUS"},
	))
	want := map[string]string{
		"whole": "my-api-key", "part": "my-api-key", "name": "my-api-key", "other": `{"user": "app"}`,
		"version": "my-old-api-key", "both": "my-old-api-key",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v -want +got\n%s", err, diff)
	}
	if calls := a.Calls(); len(calls) != 3 || calls[0].Action != "BatchGetSecretValue" {
		t.Error(a.Trace())
	}
}

// many are n secrets, and what asks for them all.
func many(n int) (secrets []awstest.Secret, entries []any, want map[string]string) {
	want = map[string]string{}
	for i := range n {
		name, text := fmt.Sprintf("s%02d", i), fmt.Sprintf("text-%02d", i)
		secrets = append(secrets, awstest.Secret{Name: name, Text: text})
		entries = append(entries, "out-"+name, name)
		want["out-"+name] = text
	}
	return secrets, entries, want
}

// Twenty secrets are read with each call, and each page of an answer is read.
func TestBatches(t *testing.T) {
	secrets, entries, want := many(45)
	for _, pageSize := range []int{100, 7} {
		sim := awstest.New(t, awstest.Options{Region: awsgettest.Region, Secrets: secrets, PageSize: pageSize})
		provider := &awssecrets.Provider{Options: awsclient.Options{Transport: sim.HTTPClient().Transport}}
		a := account{Simulator: sim, ID: "secretId", Provider: provider}
		got, err := open(t.Context(), a, a.Request(entries...))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v -want +got\n%s", err, diff)
		}
		if calls := len(a.Calls()); calls != map[int]int{100: 3, 7: 7}[pageSize] {
			t.Errorf("%d calls with pages of %d", calls, pageSize)
		}
	}
}

// Without permission for batches the secrets are read one by one: a batch is tried once in each Open.
func TestWithoutBatches(t *testing.T) {
	secrets, entries, want := many(45)
	a := accountAt(t, awstest.RealTime(1), secrets...)
	a.SetPolicy("app", awstest.Policy{"secretsmanager:GetSecretValue"})
	got, err := open(t.Context(), a, a.Request(entries...))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v -want +got\n%s", err, diff)
	}
	if calls := a.Actions(); len(calls) != 46 || !strings.HasPrefix(calls[0], "BatchGetSecretValue ") || strings.Contains(strings.Join(calls[1:], ""), "Batch") {
		t.Errorf("%d calls:\n%s", len(calls), strings.Join(calls, "\n"))
	}
}

// What a batch does not answer, or what spoils it as a whole, is read alone.
func TestSpoiltBatches(t *testing.T) {
	for _, outcome := range []awstest.Outcome{
		awstest.Fail("ValidationException", 0), awstest.Fail("InvalidParameterException", 0), awstest.Altered(forgetAll), awstest.Altered(endless),
	} {
		a := newAccount(t, some()...)
		a.Script(awstest.Rule{Action: "BatchGetSecretValue", Outcome: outcome})
		got, err := open(t.Context(), a, a.Request("a", "api-key", "b", "app/db"))
		if diff := cmp.Diff(map[string]string{"a": "my-api-key", "b": `{"user": "app"}`}, got); diff != "" || err != nil {
			t.Errorf("%v: %v -want +got\n%s", outcome, err, diff)
		}
		if calls := len(a.Calls()); calls > 4 {
			t.Errorf("%v: %d calls", outcome, calls)
		}
	}
}

// No more than a few calls run at a time.
func TestAtOnce(t *testing.T) {
	secrets, entries, _ := many(30)
	for i := 1; i < len(entries); i += 2 {
		entries[i] = object{"secretId": entries[i], "versionStage": "AWSPREVIOUS"}
	}
	a := newAccount(t, append(secrets, secrets...)...)
	running, most := make(chan struct{}, 8), 0
	a.Before(func(awstest.Call) {
		select {
		case running <- struct{}{}:
			most = max(most, len(running))
		default:
			t.Error("more than 8 calls at once")
		}
	})
	a.After(func(awstest.Call) { <-running })
	if _, err := open(t.Context(), a, a.Request(entries...)); err != nil || most == 0 {
		t.Error(err, most)
	}
}

// A login by a role, a throttled store and a store that is out of order for a moment are no obstacle.
func TestPatience(t *testing.T) {
	for _, outcome := range []awstest.Outcome{awstest.Throttled(), awstest.InternalError(), awstest.Unavailable(), awstest.Dropped()} {
		a := newAccount(t, some()...)
		a.Script(awstest.Rule{Nth: 1, Outcome: outcome}, awstest.Rule{Nth: 2, Outcome: outcome})
		got, err := open(t.Context(), a, a.Request("key", "api-key"))
		if err != nil || got["key"] != "my-api-key" || len(a.Calls()) != 3 {
			t.Errorf("%v: %v, %d calls", outcome, err, len(a.Calls()))
		}
	}
}

// What is asked for is what comes, whatever the entries, and no secret is asked for twice.
func TestAnyEntries(t *testing.T) {
	secrets, _, _ := many(12)
	a := newAccount(t, append(secrets, secrets...)...)
	rapid.Check(t, func(t *rapid.T) {
		before := len(a.Calls())
		ids := rapid.MapOf(rapid.StringMatching(`[a-z"\]. -]{1,5}`), rapid.IntRange(0, 11)).Draw(t, "get")
		stages := rapid.SampledFrom([]string{"", "AWSCURRENT", "AWSPREVIOUS"})
		var entries []any
		want, unique := map[string]string{}, map[string]bool{}
		for _, name := range slices.Sorted(keys(ids)) {
			entry := object{"secretId": fmt.Sprintf("s%02d", ids[name])}
			stage := stages.Draw(t, "stage")
			if stage != "" {
				entry["versionStage"] = stage
			}
			entries = append(entries, name, entry)
			want[name] = fmt.Sprintf("text-%02d", ids[name])
			unique[fmt.Sprint(ids[name], stage == "AWSPREVIOUS")] = true
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
			t.Fatalf("asked for %d secrets, want %d", asked, len(unique))
		}
	})
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// A done context ends an Open, whatever it waits for.
func TestContext(t *testing.T) {
	a := newAccount(t, some()...)
	ctx, cancel := context.WithCancel(t.Context())
	a.Script(awstest.Rule{Outcome: awstest.TimedOut(time.Minute)})
	a.Before(func(awstest.Call) { cancel() })
	if _, err := open(ctx, a, a.Request("key", "api-key")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// The provider keeps the rules of package providers.
func TestContract(t *testing.T) {
	a := newAccount(t, append(some(), awstest.Secret{Name: "hidden-name", Text: "x"})...)
	hidden := a.Request("a", "nothing")
	hidden.Inputs["get"] = object{"a": object{"secretId": schema.NewSecret("hidden-name-of-nothing")}}
	wrong := a.Request("a", "api-key")
	wrong.Inputs["login"].(object)["secretAccessKey"] = schema.NewSecret("wrong-secret-of-the-key")
	elsewhere := a.Request("a", "api-key")
	elsewhere.Inputs["region"] = "nowhere"
	providertest.Run(t, a.Provider, providertest.Options{
		Opens: []providers.Request{
			*a.Request("a", "api-key"), *a.Request("a", "api-key", "b", "app/key"), *a.Request(),
			*a.Request("a", object{"secretId": "api-key", "versionStage": "AWSPREVIOUS"}),
		},
		Refuses: []providers.Request{*hidden, *wrong, *elsewhere, *a.Request("a", "nothing", "b", "api-key", "c", "neither")},
	})
}
