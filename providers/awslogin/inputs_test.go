package awslogin_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/schema"
)

// policies returns n policies, each of that many bytes.
func policies(n, size int) []any {
	var list []any
	for i := range n {
		text := fmt.Sprintf("arn:aws:iam::aws:policy/%d-", i)
		list = append(list, text+strings.Repeat("p", size-len(text)))
	}
	return list
}

func list(texts ...string) []any {
	items := []any{}
	for _, text := range texts {
		items = append(items, text)
	}
	return items
}

// Every bound of the inputs: at it, below and above. A refusal sends nothing.
func TestOIDCInputs(t *testing.T) {
	const ok = ""
	role := func(path string) string { return "arn:aws:iam::123456789012:role/" + path }
	type row struct {
		member string
		value  any
		want   string // what the error says
	}
	var rows []row
	add := func(member, want string, values ...any) {
		for _, value := range values {
			rows = append(rows, row{member, value, want})
		}
	}

	add("roleArn", ok, role("r"), role("a/b/c"), role("a:b/c"), role("a:b:c:d/e"), role("a//c"), role("_+=,.@-"),
		role(strings.Repeat("r", 64)), role(strings.Repeat("p", 2048-len(role("/r")))+"/r"), role("role/role"),
		"arn:aws-cn:iam::123456789012:role/r", "arn:aws-us-gov:iam::000000000000:role/r", "arn:aws-iso:iam::123456789012:role/r",
		"arn:aws-iso-b:iam::123456789012:role/r", "arn:aws-iso-e:iam::123456789012:role/r",
		"arn:aws-iso-f:iam::123456789012:role/r", "arn:aws-eusc:iam::123456789012:role/r", schema.NewSecret(role("r")))
	add("roleArn", "is longer than 2048 bytes", role(strings.Repeat("p", 2049-len(role("/r")))+"/r"))
	add("roleArn", "is not an ARN", "", "<role>"+"aaaaaaaaaaaaa", "<role arn, see the account>", "ARN:aws:iam::123456789012:role/r", "arn:aws:iam::123456789012")
	add("roleArn", "unknown partition", "arn:aws-mars:iam::123456789012:role/r", "arn::iam::123456789012:role/r", "arn:AWS:iam::123456789012:role/r")
	add("roleArn", `is not an ARN of "iam"`, "arn:aws:s3::123456789012:role/r", "arn:aws:IAM::123456789012:role/r")
	add("roleArn", `one of "sts" names a session`, "arn:aws:sts::123456789012:assumed-role/r/s")
	add("roleArn", "has a region", "arn:aws:iam:us-east-1:123456789012:role/r")
	add("roleArn", "no account of 12 digits", "arn:aws:iam::1:role", "arn:aws:iam::123456789:role/deployer", "arn:aws:iam::1234567890123:role/r",
		"arn:aws:iam::12345678901x:role/r", "arn:aws:iam:::role/deployer", "arn:aws:iam::aws:role/deployer")
	add("roleArn", "a user", "arn:aws:iam::123456789012:user/u")
	add("roleArn", "a group", "arn:aws:iam::123456789012:group/g")
	add("roleArn", "a session of a role", "arn:aws:iam::123456789012:assumed-role/r/s")
	add("roleArn", "something else", "arn:aws:iam::123456789012:Role/r")
	add("roleArn", "the root of an account", "arn:aws:iam::123456789012:root")
	add("roleArn", "an OIDC provider", "arn:aws:iam::123456789012:oidc-provider/x")
	add("roleArn", "an instance profile", "arn:aws:iam::123456789012:instance-profile/x")
	add("roleArn", "no name", "arn:aws:iam::123456789012:role")
	add("roleArn", "has a wildcard", role("*"), role("dev-?"), "arn:aws:iam::123456789012:*", role("*/r"))
	add("roleArn", "does not end in the name", role(""), role("a/"), role("a/b:c"), role(strings.Repeat("r", 65)), role("a/b#"))
	add("roleArn", "white space", role("a b"), role("r\n"), role("ü/r"))

	add("sessionName", ok, "ab", "a_+=,.@-Z9", strings.Repeat("s", 64), schema.NewSecret("secret-session"))
	add("sessionName", `"oidc.sessionName" must have 2 to 64`, "", "a", strings.Repeat("s", 65), "a b", "a/b", "ab\n", "ä0", "a:b", "<name>")

	add("duration", ok, "15m", "900s", "0h15m", "12h", "720m", "43200s", "1h30m", "1h30m30s", "11h59m60s", "0015m", "15m0s", "0h0m900s")
	add("duration", "must be from 15m to 12h", "899s", "14m59s", "0s", "0h", "12h1s", "43201s", "721m", "13h", "11h60m1s",
		"99999999999999999999h", "4294967296s", "4294968196s", "18446744073709552516s", "0h0m0s")
	add("duration", "must be whole hours", "1", "1.5h", "90m1h", "-1h", "1H", " 1h", "1h ", "1d", "1h\n", "1h30", "h", "PT1H", "1h1h", "１h")

	add("policyArns", ok, list(), list("arn:aws:iam::aws:policy/ReadOnlyAccess"), list("arn:aws:iam::123456789012:policy/a/b:c/d"),
		policies(10, 204), policies(1, 2048), policies(2, 1024), list("arn:aws:iam::aws:policy/aws-service-role/X"))
	add("policyArns", "has 11 items", policies(11, 30))
	add("policyArns", "has 2050 bytes", policies(10, 205))
	add("policyArns", "has 2049 bytes", append(policies(1, 1024), policies(2, 1025)[1]))
	add("policyArns", "is not from 20 to 2048 bytes long", policies(1, 2049), list("arn:aws:iam::policy"), list(""))
	add("policyArns", "repeats an earlier one", list("arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B", "arn:aws:iam::aws:policy/A"))
	add("policyArns", "is of another partition", list("arn:aws-cn:iam::aws:policy/ReadOnlyAccess"))
	add("policyArns", "is of another account", list("arn:aws:iam::210987654321:policy/ReadOnlyAccess"), list("arn:aws:iam:::policy/ReadOnlyAccess"))
	add("policyArns", "is not the ARN of a managed policy", list("ReadOnlyAccessReadOnlyAccess"), list("arn:aws:iam::aws:role/ReadOnlyAccess"),
		list("arn:aws:iam:us-east-1:aws:policy/A"), list("arn:aws:s3::123456789012:policy/A"), list("arn:aws:iam::aws:policy/"),
		list("arn:aws:iam::aws:policy/a b"), list("arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/b/"))

	all := []string{"currentEnvironment.name", "rootEnvironment.name", "pulumi.user.login", "pulumi.token.type", "pulumi.token.team",
		"pulumi.organization.login"}
	add("subjectAttributes", ok, list(), list(all...), list(all[5], all[0]))
	for _, attribute := range all {
		add("subjectAttributes", ok, list(attribute))
	}
	add("subjectAttributes", "is no attribute of a subject", list("user"), list(""), list(all[0], "CurrentEnvironment.name"))
	add("subjectAttributes", "repeats an earlier one", list(all[0], all[1], all[0]), list(all[5], all[5]))

	sts, refused := newSTS(t), 0
	for _, r := range rows {
		t.Run(fmt.Sprintf("%s %.60v", r.member, r.value), func(t *testing.T) {
			before := sts.count()
			out, err := sts.provider(always(jwt(nil))).Open(t.Context(), oidcRequest(r.member, r.value))
			asked := sts.count() > before
			if r.want == ok {
				// Roles of other partitions are asked at the same endpoint.
				if err != nil || out == nil || !asked {
					t.Errorf("got %v, %v", out, err)
				}
				return
			}
			refused++
			var e *awslogin.Error
			if !errors.As(err, &e) || e.Code != "bad-input" || !strings.Contains(e.Error(), r.want) || !strings.Contains(e.Error(), "oidc."+r.member) {
				t.Errorf("got  %v\nwant %s", err, r.want)
			}
			if out != nil || asked {
				t.Errorf("got %v; STS was asked: %v", out, asked)
			}
		})
	}
	t.Logf("inputs of oidc: %d cells, %d of them refused", len(rows), refused)
	if len(rows) < 110 {
		t.Errorf("only %d cells", len(rows))
	}
}

// The required members, and what cannot stand together.
func TestOIDCShape(t *testing.T) {
	both := oidcInputs()
	both["static"] = inputs("accessKeyId", longTermID, "secretAccessKey", secret)["static"]
	tests := []struct {
		inputs map[string]any
		want   string
	}{
		{both, `there are both "static" and "oidc"; keep one of them`},
		{oidcInputs("roleArn", nil), "roleArn"},
		{oidcInputs("sessionName", nil), "sessionName"},
		{oidcInputs("policyArns", "arn"), `at "oidc.policyArns": must be an array, is a string`},
	}
	sts := newSTS(t)
	for _, test := range tests {
		req := oidcRequest()
		req.Inputs = test.inputs
		out, err := sts.provider(always(jwt(nil))).Open(t.Context(), req)
		var e *awslogin.Error
		if out != nil || !errors.As(err, &e) || e.Code != "bad-input" || !strings.Contains(e.Error(), test.want) {
			t.Errorf("got %v, %v\nwant %s", out, err, test.want)
		}
	}
	if sts.count() > 0 {
		t.Error("STS was asked")
	}
}

// Placeholders pass a check, misspelling does not.
func TestOIDCSchema(t *testing.T) {
	tests := []struct {
		inputs map[string]any
		good   bool
	}{
		{oidcInputs(), true},
		{oidcInputs("roleArn", "<role>", "policyArns", list("<policy>")), true},
		{oidcInputs("roleArn", schema.Unknown{}), true},
		{oidcInputs("duration", "1h", "subjectAttributes", list("currentEnvironment.name")), true},
		{oidcInputs("rolearn", "x"), false},
		{oidcInputs("duration", ""), false},
		{oidcInputs("duration", "1.5h"), false},
		{oidcInputs("sessionName", "a"), false},
		{oidcInputs("policyArns", policies(11, 30)), false},
		{oidcInputs("policyArns", list("a", "a")), false},
		{oidcInputs("subjectAttributes", list("user")), false},
		{oidcInputs("endpoint", "https://evil.example"), false},
		{oidcInputs("region", "us-east-1"), false},
		{oidcInputs("token", "x"), false},
	}
	for _, test := range tests {
		if got := new(awslogin.Provider).Schema().Inputs.Validate(test.inputs); (len(got) == 0) != test.good {
			t.Errorf("%v: %v", test.inputs, got)
		}
	}
}
