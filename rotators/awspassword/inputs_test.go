package awspassword

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

func TestParseInputs(t *testing.T) {
	for _, test := range []struct {
		inputs map[string]any
		want   string // part of the error; empty for none
	}{
		{nil, ""},
		{map[string]any{"length": 8}, ""},
		{map[string]any{"length": 128}, ""},
		{map[string]any{"length": 7}, `"length" must be from 8 to 128`},
		{map[string]any{"length": 129}, `"length" must be from 8 to 128`},
		{map[string]any{"lower": false, "upper": false, "numeric": false}, ""},
		{map[string]any{"lower": false, "upper": false, "numeric": false, "special": false}, "one of them must be true"},
		{map[string]any{"rotateAfter": "10m"}, `"rotateAfter" must be from 1h`},
		{map[string]any{"minInterval": "2h", "rotateAfter": "2h"}, `must be more than "minInterval"`},
		{map[string]any{"minInterval": "1m"}, `"minInterval" must be from 5m`},
		{map[string]any{"userArn": "arn:aws:iam::123456789012:role/app"}, `"userArn" is the ARN of a role`},
		{map[string]any{"userArn": ""}, `"userArn" is empty`},
		{map[string]any{"region": "cn-north-1"}, `"region" is in the partition "aws-cn"`},
		{map[string]any{"login": nil}, `"login" is missing`},
		{map[string]any{"requireReset": "no"}, "requireReset"},
	} {
		w := newWorld(starts[1], variant{})
		for name, v := range test.inputs {
			if n, isNumber := v.(int); isNumber {
				v = number(n)
			}
			w.inputs[name] = v
		}
		in, err := parseInputs(w.attempt().request(nil), awstest.Epoch, iamuser.Usual.LoginReserve)
		var coded *Error
		switch {
		case test.want == "" && (err != nil || in.Region != "us-east-1"):
			t.Errorf("%v: %v", test.inputs, err)
		case test.want != "" && (!errors.As(err, &coded) || coded.Code != "bad-input" || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%v: %v, want %q", test.inputs, err, test.want)
		}
		w.sim.Close()
	}
}

// The user is told to choose another password if the document wants so.
func TestRequireReset(t *testing.T) {
	for _, reset := range []bool{true, false} {
		w := newWorld(starts[1], variant{inputs: map[string]any{"requireReset": reset}})
		name := "app"
		if a := w.attempt().perform(); a.end() != "rotated" {
			t.Error(a.err)
		}
		out, err := w.sim.IAM(w.sim.Credentials("admin")).GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{UserName: &name})
		if err != nil || out.LoginProfile.PasswordResetRequired != reset {
			t.Error(reset, err)
		}
		w.sim.Close()
	}
}
