package awsiam

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90d": 90 * day, "12h": 12 * hour, "1h30m": 90 * time.Minute, "1d1h1m1s": 25*hour + time.Minute + time.Second, "3600s": hour,
		"0d5m": 5 * time.Minute, "24h": day,
	} {
		if got, err := parseDuration(text); got != want || err != nil {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "0d", "0s", "1", "d", "1w", "1.5h", "-1h", "1h1d", "1h 1m", " 1h", "1h1h", "1H", "99999999999999999999d", "200000d200000d",
		"9223372036s9223372036s", "106751d24h", "１h"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestParseUser(t *testing.T) {
	for text, want := range map[string]user{
		"arn:aws:iam::123456789012:user/app":                        {account: "123456789012", name: "app"},
		"arn:aws:iam::012345678901:user/a/b/app":                    {account: "012345678901", name: "app"},
		"arn:aws:iam::123456789012:user/team:x/app":                 {account: "123456789012", name: "app"},
		"arn:aws-cn:iam::123456789012:user/app+a=b,c.d@e-f_g":       {account: "123456789012", name: "app+a=b,c.d@e-f_g"},
		"arn:aws-us-gov:iam::123456789012:user/app":                 {account: "123456789012", name: "app"},
		"arn:aws-iso:iam::123456789012:user/app":                    {account: "123456789012", name: "app"},
		"arn:aws-iso-b:iam::123456789012:user/app":                  {account: "123456789012", name: "app"},
		"arn:aws-iso-e:iam::123456789012:user/app":                  {account: "123456789012", name: "app"},
		"arn:aws-iso-f:iam::123456789012:user/app":                  {account: "123456789012", name: "app"},
		"arn:aws-eusc:iam::123456789012:user/app":                   {account: "123456789012", name: "app"},
		"arn:aws:iam::123456789012:user/" + strings.Repeat("n", 64): {account: "123456789012", name: strings.Repeat("n", 64)},
	} {
		got, err := parseUser(text)
		if err != nil || got.account != want.account || got.name != want.name || got.arn != text {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for text, hint := range map[string]string{
		"":         "is not an ARN",
		"app":      "is not an ARN",
		"user/app": "is not an ARN",
		"arn:aws:iam::<account id>:user/<username>":                  "white space or a character",
		"arn:aws:iam::123456789:user/app":                            "12 digits",
		"arn:aws:iam::1234567890123:user/app":                        "12 digits",
		"arn:aws:iam::12345678901a:user/app":                         "12 digits",
		"arn:aws:iam:us-east-1:123456789012:user/app":                "has a region",
		"arn:aws:iam::123456789012:root":                             "root of an account",
		"arn:aws:iam::123456789012:role/app":                         "a role",
		"arn:aws:sts::123456789012:assumed-role/app/session":         "names sessions",
		"arn:aws:iam::123456789012:assumed-role/app":                 "a role",
		"arn:aws:iam::123456789012:group/app":                        "a group",
		"arn:aws:iam::123456789012:mfa/app":                          "an MFA device",
		"arn:aws:iam::123456789012:policy/app":                       "something else",
		"arn:aws:iam::123456789012:user/*":                           "wildcard",
		"arn:aws:iam::123456789012:user/a?p":                         "wildcard",
		"arn:aws:iam::123456789012:user/":                            "ends in a slash",
		"arn:aws:iam::123456789012:user/team/":                       "ends in a slash",
		"arn:aws:iam::123456789012:user/a b":                         "white space",
		"arn:aws:iam::123456789012:user/appé":                        "white space or a character",
		"arn:aws:iam::123456789012:user/a#b":                         "does not end in the name",
		"arn:aws:iam::123456789012:user/a:b":                         "does not end in the name",
		"arn:aws:iam::123456789012:user/" + strings.Repeat("n", 65):  "does not end in the name",
		"arn:aws:iam::123456789012:user":                             "something else",
		"arn:azure:iam::123456789012:user/app":                       "unknown partition",
		"arn:aws:s3:::bucket":                                        `is not an ARN of "iam"`,
		"arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789ab": `is not an ARN of "iam"`,
	} {
		if _, err := parseUser(text); err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("%q: %v, want %q", text, err, hint)
		}
	}
}

func TestRegions(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "aws", "eu-central-2": "aws", "mx-central-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov",
		"us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b", "eu-isoe-west-1": "aws-iso-e", "us-isof-south-1": "aws-iso-f",
		"eusc-de-east-1": "aws-eusc",
	} {
		if got, known := partitionOf(region); !known || got.name != want {
			t.Errorf("%s is in %q, want %q", region, got.name, want)
		}
	}
	for _, region := range []string{"", "us-east", "US-EAST-1", "xx-east-1", "us-east-1 ", "useast1", "zz-gov-west-1", "us_east_1"} {
		if got, known := partitionOf(region); known {
			t.Errorf("%q is in %s", region, got.name)
		}
	}
	for _, p := range partitions {
		if its, _ := partitionOf(p.region); its.name != p.name {
			t.Errorf("the default region of %s is in %s", p.name, its.name)
		}
	}
}

func requestWith(changes map[string]any) *rotators.Request {
	inputs := map[string]any{
		"userArn": "arn:aws:iam::123456789012:user/app",
		"login":   map[string]any{"accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": schema.NewSecret(keySecret("C"))},
	}
	for name, v := range changes {
		inputs[name] = v
	}
	return &rotators.Request{Request: providers.Request{Inputs: inputs}}
}

func TestParseInputs(t *testing.T) {
	login := func(members ...any) map[string]any {
		return map[string]any{"login": with(map[string]any{"accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": "s"}, members...)}
	}
	inputs := func(members ...any) map[string]any { return with(map[string]any{}, members...) }
	for _, test := range []struct {
		changes map[string]any
		want    string // part of the error; empty for none
	}{
		{nil, ""},
		{inputs("minInterval", "5m"), ""},
		{inputs("minInterval", "4m59s"), `"minInterval" must be from 5m to 168h`},
		{inputs("minInterval", "168h"), ""},
		{inputs("minInterval", "168h1s"), `"minInterval"`},
		{inputs("rotateAfter", "1h"), ""},
		{inputs("rotateAfter", "59m"), `"rotateAfter" must be from 1h to 3650d`},
		{inputs("rotateAfter", "3650d"), ""},
		{inputs("rotateAfter", "3650d1s"), `"rotateAfter"`},
		{inputs("rotateAfter", "soon"), `"rotateAfter" is not a duration`},
		{inputs("minInterval", "2h", "rotateAfter", "2h"), `must be more than "minInterval"`},
		{inputs("minInterval", "2h", "rotateAfter", "2h1s"), ""},
		{inputs("rotateAfter", "90d", "deactivateAfter", "90d"), `"deactivateAfter" must be at least an hour more than "rotateAfter"`},
		{inputs("rotateAfter", "90d", "deactivateAfter", "90d59m"), `"deactivateAfter"`},
		{inputs("rotateAfter", "90d", "deactivateAfter", "90d1h"), ""},
		{inputs("rotateAfter", "90d", "deleteAfter", "80d"), `"deleteAfter" must be at least an hour more than "rotateAfter"`},
		{inputs("deactivateAfter", "90d", "deleteAfter", "90d"), `"deleteAfter" must be at least an hour more than "deactivateAfter"`},
		{inputs("deleteAfter", "2h"), ""},
		{inputs("orphans", "report"), ""},
		{inputs("orphans", "delete"), `"orphans" must be "quarantine" or "report"`},
		{inputs("previousInUse", "keep"), `"previousInUse" must be "delete" or "fail"`},
		{inputs("verify", "no"), "verify"},
		{inputs("userArn", ""), `"userArn" is empty`},
		{inputs("userArn", nil), `"userArn" is empty`},
		{inputs("userArn", "arn:aws:iam::123456789012:role/app"), `"userArn" is the ARN of a role`},
		{inputs("region", "eu-west-1"), ""},
		{inputs("region", "mars-1"), `"region" is no region`},
		{inputs("region", "cn-north-1"), `"region" is in the partition "aws-cn"`},
		{inputs("login", nil), `"login" is missing`},
		{inputs("login", "AKIA"), "login"},
		{login("accessKeyId", "<access key>"), `"login.accessKeyId"`},
		{login("secretAccessKey", ""), `"login.secretAccessKey"`},
		{login("secretAccessKey", "a b"), `"login.secretAccessKey"`},
		{login("accessKeyId", "ASIAIOSFODNN7EXAMPLE"), `"login.sessionToken" is missing`},
		{login("accessKeyId", "ASIAIOSFODNN7EXAMPLE", "sessionToken", "t"), ""},
		{login("sessionToken", "a\nb"), `"login.sessionToken"`},
		{login("expiresAt", "soon"), `"login.expiresAt" is not a time`},
		{login("expiresAt", stamp(epoch.Add(2*time.Minute))), ""},
		{login("expiresAt", stamp(epoch.Add(2*time.Minute-time.Second))), `"login" expires`},
	} {
		_, err := parseInputs(requestWith(test.changes), epoch, usual)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%v: %v, want %q", test.changes, err, test.want)
		}
		var coded *Error
		if err != nil && (!errors.As(err, &coded) || coded.Code != "bad-input" && coded.Code != "login-expiring") {
			t.Errorf("%v: %v has no code", test.changes, err)
		}
	}
}

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
	if c.createBy+c.createTimeout+c.proofBefore > c.proofAfter {
		t.Error("a key may be made outside the window that proves it")
	}
	if c.listLag >= c.leaseTTL {
		t.Error("a list may be too old to recover by")
	}
	if c.createBy+c.createTimeout+2*c.saveBudget+c.proveBudget > c.leaseTTL || c.leaseTTL > leastMinInterval {
		t.Error("a run may outlive its lease, or the lease the interval")
	}
}
