package awslogin_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTrustPolicy(t *testing.T) {
	const exact, pattern = "pulumi:environments:org:acme:env:aws/login", "pulumi:environments:org:acme:env:app/*"
	head := func(partition string) string {
		return `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {
        "Federated": "arn:` + partition + `:iam::123456789012:oidc-provider/oidc.example.com/acme"
      },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": {
          "oidc.example.com/acme:aud": "aws:acme"`
	}
	const tail = "\n        }\n      }\n    }\n  ]\n}\n"
	tests := []struct {
		partition string
		subjects  []string
		want      string
	}{
		{"aws", []string{exact}, `,
          "oidc.example.com/acme:sub": "` + exact + `"` + tail},
		{"aws-cn", []string{exact, "pulumi:environments:org:acme:env:<yaml>"}, `,
          "oidc.example.com/acme:sub": [
            "` + exact + `",
            "pulumi:environments:org:acme:env:<yaml>"
          ]` + tail},
		{"aws-us-gov", []string{pattern}, `
        },
        "StringLike": {
          "oidc.example.com/acme:sub": "` + pattern + `"` + tail},
	}
	for _, test := range tests {
		got, err := issuer(ecKey()).TrustPolicy(test.partition, "123456789012", test.subjects...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(head(test.partition)+test.want, string(got)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	refused := []struct {
		partition, account string
		subjects           []string
		want               string
	}{
		{"mars", "123456789012", []string{exact}, `there is no partition "mars"`},
		{"aws", "1234", []string{exact}, "is no account"},
		{"aws", "123456789012", nil, "name at least one subject"},
		{"aws", "123456789012", []string{""}, "cannot be a subject"},
		{"aws", "123456789012", []string{exact, "${aws:username}"}, "cannot be a subject"},
		{"aws", "123456789012", []string{"a b"}, "cannot be a subject"},
		{"aws", "123456789012", []string{"ü"}, "cannot be a subject"},
		{"aws", "123456789012", []string{strings.Repeat("s", 256)}, "cannot be a subject"},
	}
	for _, test := range refused {
		_, err := issuer(ecKey()).TrustPolicy(test.partition, test.account, test.subjects...)
		checkError(t, err, "bad-input", test.want)
	}
	broken := issuer(nil)
	broken.URL = "http://example.com"
	_, err := broken.TrustPolicy("aws", "123456789012", exact)
	checkError(t, err, "bad-issuer", "has the URL")
	t.Logf("trust policies: %d cells", len(tests)+len(refused)+1)
}
