package awstest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/escapement-go/escapement/providers/awstest"
)

// FuzzRequest sends any request. It is answered, and nothing is ever carried out for it.
func FuzzRequest(f *testing.F) {
	f.Add("/iam/", "Action=ListAccessKeys&Version=2010-05-08&MaxItems=1", "")
	f.Add("/iam/", "Action=TagUser&Version=2010-05-08&Tags.member.1.Key=a&Tags.member.1.Value=b&Tags.member.2.=c", "AWS4-HMAC-SHA256 Credential=a/20260101/r/iam/aws4_request, SignedHeaders=host;x, Signature=c")
	f.Add("/sts/x/", "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&PolicyArns.member.1.arn=x&RoleArn=y", "AWS4-HMAC-SHA256 ,,=")
	f.Add("/secretsmanager/", `{"SecretIdList": ["a"], "NextToken": "x"}`, "AWS4-HMAC-SHA256 Credential=a/20260101/r/secretsmanager/aws4_request, SignedHeaders=host, Signature=c")
	f.Fuzz(func(t *testing.T, path, body, authorization string) {
		sim := awstest.New(t, awstest.Options{})
		req, err := http.NewRequest(http.MethodPost, "http://localhost/", strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		req.URL.Path = path
		req.Header = http.Header{
			"Authorization": {authorization}, "X-Amz-Date": {"20260101T000000Z"}, "X-Amz-Target": {"secretsmanager.BatchGetSecretValue"},
		}
		w := httptest.NewRecorder()
		sim.ServeHTTP(w, req)
		if w.Code < 400 {
			t.Errorf("answered %d", w.Code)
		}
		for _, c := range sim.Calls() {
			if c.Executed {
				t.Errorf("executed %v", c)
			}
		}
	})
}

// FuzzToken presents any token. None is accepted.
func FuzzToken(f *testing.F) {
	f.Add("a.b.c")
	f.Add(mint(claims{"alg": "none"}, good(nil)))
	f.Add(mint(claims{"alg": "RS256", "kid": "empty"}, good(claims{"exp": 1e300, "aud": []any{}})))
	o := federated()
	f.Fuzz(func(t *testing.T, token string) {
		a := account{t, awstest.New(t, o), true}
		_, err := a.assume(func(in *assumeInput) { in.WebIdentityToken = aws.String(token) })
		if err == nil || strings.HasPrefix(code(err), "no code") {
			t.Errorf("%q: %v", token, err)
		}
	})
}

// FuzzTrustPolicy reads any trust policy, and judges by it if it can be read.
func FuzzTrustPolicy(f *testing.F) {
	f.Add(trust)
	for _, c := range trustPolicies {
		f.Add(c[1])
	}
	o := federated()
	f.Fuzz(func(t *testing.T, policy string) {
		a := account{t, awstest.New(t, o), true}
		if a.AddRole(awstest.Role{Name: "fuzzed", TrustPolicy: policy}) != nil {
			return
		}
		_, err := a.assume(func(in *assumeInput) { in.RoleArn = aws.String(a.RoleARN("fuzzed")) })
		if got := code(err); got != "" && got != "AccessDenied" {
			t.Errorf("%q", got)
		}
	})
}
