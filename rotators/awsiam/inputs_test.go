package awsiam

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
	"github.com/escapement-go/escapement/schema"
)

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

func secretOf(id string, members ...any) map[string]any {
	return with(map[string]any{"secretId": id}, members...)
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
		{inputs("publish", secretOf("app/key")), ""},
		{inputs("publish", secretOf("app/key", "region", "eu-west-1")), ""},
		{inputs("publish", secretOf("app/key", "region", "cn-north-1")), `"publish.region" is in the partition`},
		{inputs("publish", secretOf("app/key", "region", "nowhere")), `"publish.region" is no region of AWS`},
		{inputs("publish", secretOf("arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/key-AbCdEf")), ""},
		{inputs("publish", secretOf("arn:aws:secretsmanager:eu-west-1:999999999999:secret:app/key-AbCdEf", "region", "eu-west-1")), ""},
		{inputs("publish", secretOf("arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/key-AbCdEf", "region", "eu-west-2")), `"publish.region" is "eu-west-2"`},
		{inputs("publish", secretOf("arn:aws:secretsmanager::123456789012:secret:app/key-AbCdEf")), `"publish.secretId" names no region`},
		{inputs("publish", secretOf("arn:aws:secretsmanager:mars-1:123456789012:secret:app/key-AbCdEf")), `"publish.secretId" names no region`},
		{inputs("publish", secretOf("arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:app/key-AbCdEf")), `"publish.secretId" is in the partition "aws-cn"`},
		{inputs("publish", secretOf("arn:aws:secretsmanager:eu-west-1:123456789:secret:app/key-AbCdEf")), `"publish.secretId" is not the ARN of a secret`},
		{inputs("publish", secretOf("arn:aws:ssm:eu-west-1:123456789012:parameter/app/key")), `"publish.secretId" is not the ARN of a secret`},
		{inputs("publish", secretOf("arn:aws:secretsmanager")), `"publish.secretId" is not the ARN of a secret`},
		{inputs("publish", secretOf("")), `"publish.secretId" is not the name of a secret`},
		{inputs("publish", secretOf("app key")), `"publish.secretId" is not the name of a secret`},
		{inputs("publish", secretOf(strings.Repeat("n", 513))), `"publish.secretId" is not the name of a secret`},
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
		{login("expiresAt", iamuser.Stamp(epoch.Add(2*time.Minute))), ""},
		{login("expiresAt", iamuser.Stamp(epoch.Add(2*time.Minute-time.Second))), `"login" expires`},
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
