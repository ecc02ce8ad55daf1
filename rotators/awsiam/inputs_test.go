package awsiam

import (
	"errors"
	"strings"
	"testing"
	"time"

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
