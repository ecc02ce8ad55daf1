package awsiam

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/age"
	"github.com/escapement-go/escapement/schema"
)

func TestParseState(t *testing.T) {
	state := func(members ...any) map[string]any { return with(saved("CP")(), members...) }
	ledger := func(members ...any) map[string]any { return state("ledger", with(map[string]any{}, members...)) }
	for _, test := range []struct {
		state map[string]any
		want  string
	}{
		{nil, ""},
		{map[string]any{}, ""},
		{state(), ""},
		{state("previous", nil, "ledger", nil), ""},
		{state("current", schema.SecretData(credentialOf("C", hour))), ""},
		{state("current", without(credentialOf("C", 0), "createdAt")), ""},
		{without(state(), "current"), `"state.previous" is there without "current"`},
		{state("current", "C"), `"state.current" must be an object`},
		{state("current", without(credentialOf("C", 0), "accessKeyId")), `"state.current.accessKeyId" is missing`},
		{state("current", without(credentialOf("C", 0), "secretAccessKey")), `"state.current.secretAccessKey" is missing`},
		{state("previous", with(credentialOf("P", 0), "secretAccessKey", "")), `"state.previous.secretAccessKey" is missing`},
		{state("current", with(credentialOf("C", 0), "accessKeyId", "<access key>")), `"state.current.accessKeyId" is not the id`},
		{state("current", with(credentialOf("C", 0), "createdAt", "yesterday")), `"state.current.createdAt" is not a time`},
		{state("current", with(credentialOf("C", 0), "createDate", "yesterday")), `"state.current.createDate" is not a time`},
		{state("previous", credentialOf("C", hour)), `"state.previous" has the id of "state.current"`},
		{ledger("promotedAt", "never"), `"state.ledger.promotedAt" is not a time`},
		{ledger("promotedAt", true), `"state.ledger.promotedAt" must be a string`},
		{ledger("pending", map[string]any{}), `"state.ledger.pending.startedAt" is missing`},
		{ledger("pending", intent(hour, "secretAccessKey", "s")), `"state.ledger.pending.accessKeyId" is missing`},
		{ledger("pending", intent(hour, "baseline", "C")), `"state.ledger.pending.baseline" must be an array`},
		{ledger("pending", intent(hour, "baseline", []any{true})), `"state.ledger.pending.baseline[0]" must be a string`},
		{ledger("retiring", retiring("forget", hour)), `"state.ledger.retiring[0].action" must be "delete" or "deactivate"`},
		{ledger("retiring", retiring("delete", hour)), `"state.ledger.retiring[0]" has the id of "state.previous"`},
		{ledger("retiring", true), `"state.ledger.retiring" must be an array`},
		{ledger("quarantine", waits(hour)), ""},
		{ledger("quarantine", map[string]any{"accessKeyId": keyID("C"), "since": ago(0)}), `has the id of "state.current"`},
		{ledger("published", put("C"), "publishFailed", refusedBefore("AccessDeniedException")), ""},
		{ledger("published", map[string]any{"secretId": "s"}), `"state.ledger.published.accessKeyId" is missing`},
		{ledger("published", map[string]any{"accessKeyId": keyID("C")}), `"state.ledger.published.secretId" is missing`},
		{ledger("published", with(put("C"), "at", "then")), `"state.ledger.published.at" is not a time`},
		{ledger("publishFailed", map[string]any{}), `"state.ledger.publishFailed.code" is missing`},
		{ledger("publishFailed", true), `"state.ledger.publishFailed" must be an object`},
		{ledger("cannotDeactivate", "yes"), `"state.ledger.cannotDeactivate" must be true or false`},
	} {
		_, err := parseState(test.state)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%v: %v, want %q", test.state, err, test.want)
		}
		if req := requestWith(nil); err != nil {
			req.State = test.state
			calls := 0
			refused := new(Rotator).Rotate(t.Context(), req, func(context.Context, any) error { calls++; return nil })
			var coded *Error
			if !errors.As(refused, &coded) || coded.Code != "bad-state" || calls > 0 {
				t.Errorf("%v: rotate says %v", test.state, refused)
			}
		}
	}
}

// What is saved is what is read, and what nobody knows is kept.
func TestStateRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z]{1,8}`)
		instant := func(name string) string {
			return epoch.Add(time.Duration(rapid.IntRange(-1e6, 1e6).Draw(t, name)) * time.Second).Format(time.RFC3339)
		}
		unknown := func(m map[string]any) map[string]any {
			if rapid.Bool().Draw(t, "unknown") {
				m["x-"+text.Draw(t, "name")] = map[string]any{"a": []any{text.Draw(t, "value"), true}}
			}
			return m
		}
		credential := func(letter string) map[string]any {
			c := unknown(credentialOf(letter, 0))
			if c["createdAt"] = instant("created"); rapid.Bool().Draw(t, "undated") {
				delete(c, "createdAt")
			}
			return c
		}
		s := unknown(map[string]any{"current": credential("C")})
		if rapid.Bool().Draw(t, "previous") {
			s["previous"] = credential("P")
		}
		l := unknown(map[string]any{"userId": text.Draw(t, "user"), "promotedAt": instant("promoted")})
		switch rapid.IntRange(0, 3).Draw(t, "pending") {
		case 1:
			l["pending"] = unknown(intent(hour))
		case 2:
			l["pending"] = unknown(pendingKey(hour))
		case 3:
			l["pending"] = intent(hour, "accessKeyId", keyID("N"))
		}
		if rapid.Bool().Draw(t, "retiring") {
			l["retiring"] = []any{unknown(map[string]any{"accessKeyId": keyID("R"), "action": "deactivate", "since": instant("since"), "inactiveSince": instant("off")})}
		}
		if rapid.Bool().Draw(t, "waiting") {
			l["quarantine"] = unknown(waits(hour))
			l["cannotDeactivate"] = true
		}
		s["ledger"] = l
		parsed, err := parseState(s)
		if err != nil {
			t.Fatal(err)
		}
		same := cmp.Comparer(schema.Secret.Equal)
		if diff := cmp.Diff(s, parsed.encode(), same); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
	})
}

// A state of any shape is read or refused.
func FuzzParseState(f *testing.F) {
	f.Add("current", "accessKeyId", "AKIA")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for _, v := range []any{c, nil, true, []any{c}, map[string]any{c: a}, schema.NewSecret(c), schema.SecretData([]any{a})} {
			for _, s := range []map[string]any{{a: v}, {a: map[string]any{b: v}}, {"ledger": map[string]any{a: map[string]any{b: v}}}, {"ledger": map[string]any{a: []any{map[string]any{b: v}}}}} {
				if parsed, err := parseState(s); err == nil {
					parsed.encode()
				}
			}
		}
	})
}

func TestOpen(t *testing.T) {
	for _, test := range []struct {
		name  string
		state map[string]any
		want  any
		err   string
	}{
		{"C", saved("C")(), map[string]any{"current": credentialOf("C", ageC)}, ""},
		{"C P", saved("CP", "pending", intent(hour))(), map[string]any{"current": credentialOf("C", ageC), "previous": credentialOf("P", ageP)}, ""},
		{"undated", map[string]any{"current": without(credentialOf("C", 0), "createdAt")},
			map[string]any{"current": without(credentialOf("C", 0), "createdAt")}, ""},
		{"createDate", map[string]any{"current": with(without(credentialOf("C", 0), "createdAt"), "createDate", "2025-01-01T13:00:00+01:00", "other", "x")},
			map[string]any{"current": with(credentialOf("C", 0), "createdAt", "2025-01-01T12:00:00Z")}, ""},
		{"unfinished", map[string]any{"ledger": map[string]any{"pending": intent(hour)}}, nil, "not rotated yet: a first rotation is unfinished; run rotate"},
		{"bad", map[string]any{"current": "C"}, nil, `"state.current" must be an object`},
	} {
		out, err := new(Rotator).Open(t.Context(), &rotators.Request{State: test.state})
		if diff := cmp.Diff(test.want, out, cmp.Comparer(schema.Secret.Equal)); diff != "" || (err == nil) != (test.err == "") || err != nil && err.Error() != test.err {
			t.Errorf("%s: %v (-want +got):\n%s", test.name, err, diff)
		}
		if test.name == "unfinished" && !errors.Is(err, rotators.ErrNotRotated) {
			t.Errorf("%v does not match ErrNotRotated", err)
		}
	}
}

// The schema admits what the protocol saves and what people write, and hides the secrets.
func TestSchema(t *testing.T) {
	s := new(Rotator).Schema()
	for _, start := range starts {
		if state := start.state(); state != nil {
			if v := s.State.Validate(state); len(v) > 0 {
				t.Errorf("start %d: %v", start.number, v)
			}
		}
	}
	placeholders := map[string]any{
		"userArn": "arn:aws:iam::<account id>:user/<username>", "region": "<region>",
		"login": map[string]any{"accessKeyId": "<access key>", "secretAccessKey": "<secret key>"},
	}
	if v := s.Inputs.Validate(placeholders); len(v) > 0 {
		t.Error(v)
	}
	if v := s.Inputs.Validate(with(placeholders, "rotateAfter", "soon", "other", 1)); len(v) != 2 {
		t.Error(v)
	}
	if !s.Inputs.AllRotateOnly() {
		t.Error("opening needs an input")
	}
	out, err := new(Rotator).Open(t.Context(), &rotators.Request{State: saved("CP")()})
	if v := s.Outputs.Validate(out); err != nil || len(v) > 0 {
		t.Error(err, v)
	}
}

// The times of the protocol fit each other.
func TestConstants(t *testing.T) {
	c := usual
	if c.ChangeBy+c.createTimeout+c.proofBefore > c.proofAfter {
		t.Error("a key may be made outside the window that proves it")
	}
	if c.listLag >= c.LeaseTTL {
		t.Error("a list may be too old to recover by")
	}
	if c.ChangeBy+c.createTimeout+2*c.SaveBudget+c.proveBudget > c.LeaseTTL || c.LeaseTTL > age.LeastInterval {
		t.Error("a run may outlive its lease, or the lease the interval")
	}
}
