package awstest_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
)

// ssmAPI is what the SDK's client and the direct one have in common.
type ssmAPI interface {
	PutParameter(context.Context, *ssm.PutParameterInput, ...func(*ssm.Options)) (*ssm.PutParameterOutput, error)
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
	GetParameters(context.Context, *ssm.GetParametersInput, ...func(*ssm.Options)) (*ssm.GetParametersOutput, error)
	GetParametersByPath(context.Context, *ssm.GetParametersByPathInput, ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error)
	LabelParameterVersion(context.Context, *ssm.LabelParameterVersionInput, ...func(*ssm.Options)) (*ssm.LabelParameterVersionOutput, error)
}

var (
	_ ssmAPI = (*ssm.Client)(nil)
	_ ssmAPI = (*awstest.SSMClient)(nil)
)

// params is a client of Parameter Store for a user.
func (a account) params(user string, region ...string) ssmAPI {
	set := func(o *ssm.Options) {
		o.Retryer = aws.NopRetryer{}
		for _, r := range region {
			o.Region = r
		}
	}
	if a.direct {
		return a.SSM(a.Credentials(user), set)
	}
	return ssm.NewFromConfig(a.NewRun().Config(a.Credentials(user)), set)
}

// param gets a parameter and compares its value, or the code of the error.
func (a account) param(name, want string) {
	a.Helper()
	out, err := a.params("app").GetParameter(a.Context(), &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	got := code(err)
	if err == nil {
		got = *out.Parameter.Value
	}
	if got != want {
		a.Errorf("%s: got %q, want %q: %v", name, got, want, err)
	}
}

// put stores a parameter.
func (a account) put(name, kind, value string, change ...func(*ssm.PutParameterInput)) error {
	in := &ssm.PutParameterInput{Name: &name, Value: &value}
	in.Type = in.Type.Values()[slices.Index([]string{"String", "StringList", "SecureString"}, kind)]
	for _, c := range change {
		c(in)
	}
	_, err := a.params("admin").PutParameter(a.Context(), in)
	return err
}

func overwrite(in *ssm.PutParameterInput) { in.Overwrite = aws.Bool(true) }

// parameters is an account whose user app may only read.
func parameters() awstest.Options {
	return awstest.Options{
		Users: []awstest.User{
			{Name: "admin", Keys: make([]awstest.Key, 1)},
			{Name: "app", Keys: make([]awstest.Key, 1), Policy: awstest.Policy{
				"ssm:GetParameter arn:aws:ssm:*:123456789012:parameter/app*", "ssm:GetParameters arn:aws:ssm:*:123456789012:parameter/app*",
				"ssm:GetParametersByPath arn:aws:ssm:*:123456789012:parameter/app*",
			}},
		},
		Parameters: []awstest.Parameter{
			{Name: "/app/url", Value: "https://example.com"}, {Name: "/app/url", Value: "https://example.org", Region: "eu-west-1"},
			{Name: "/app/hosts", Type: "StringList", Value: "a,b"}, {Name: "app-token", Type: "SecureString", Value: "hidden-token"},
			{Name: "/app/db/password", Type: "SecureString", Value: "hidden-password"},
			{Name: "/app/db/locked", Type: "SecureString", Value: "hidden-locked", KMSKey: "1234abcd-12ab-34cd-56ef-1234567890ab"},
			{Name: "/other", Value: "x"},
		},
	}
}

var parameterStatements = []statement{
	{"a parameter is found by name and ARN", parameters(), func(a account) {
		a.param("/app/url", "https://example.com")
		a.param("arn:aws:ssm:us-east-1:123456789012:parameter/app/url", "https://example.com")
		a.param("arn:aws:ssm:us-east-1:123456789012:parameter/app-token:1", "hidden-token")
		a.param("arn:aws:ssm:eu-west-1:123456789012:parameter/app/url", "ParameterNotFound")
		a.param("/app/URL", "ParameterNotFound")
		out, err := a.params("app", "eu-west-1").GetParameter(a.Context(), &ssm.GetParameterInput{Name: aws.String("/app/url")})
		if err != nil || *out.Parameter.Value != "https://example.org" {
			a.Error(out, err)
		}
	}},
	{"versions are chosen by number and label", parameters(), func(a account) {
		a.code(a.put("/app/url", "String", "two"), "ParameterAlreadyExists")
		a.code(a.put("/app/url", "String", "two", overwrite), "")
		a.code(a.put("/app/url", "String", "three", overwrite), "")
		label := func(version int64, labels ...string) []string {
			out, err := a.params("admin").LabelParameterVersion(a.Context(), &ssm.LabelParameterVersionInput{Name: aws.String("/app/url"), ParameterVersion: &version, Labels: labels})
			if err != nil {
				return []string{code(err)}
			}
			return out.InvalidLabels
		}
		if got := label(1, "prod", "1st", "aws-x"); !slices.Equal(got, []string{"1st", "aws-x"}) {
			a.Error(got)
		}
		a.param("/app/url:prod", "https://example.com")
		label(2, "prod")
		a.param("/app/url:prod", "two")
		a.param("/app/url:1", "https://example.com")
		a.param("/app/url:3", "three")
		a.param("/app/url", "three")
		a.param("/app/url:4", "ParameterVersionNotFound")
		a.param("/app/url:test", "ParameterVersionNotFound")
		if got := label(9, "x"); !slices.Equal(got, []string{"ParameterVersionNotFound"}) {
			a.Error(got)
		}
	}},
	{"a SecureString is told only with decryption", parameters(), func(a account) {
		a.param("/app/db/password", "hidden-password")
		out, err := a.params("app").GetParameter(a.Context(), &ssm.GetParameterInput{Name: aws.String("/app/db/password")})
		if err != nil || strings.Contains(*out.Parameter.Value, "hidden") || out.Parameter.Type != "SecureString" {
			a.Error(out, err)
		}
		a.param("/app/db/locked", "AccessDeniedException")
		a.SetPolicy("app", awstest.Policy{"ssm:GetParameter", "kms:Decrypt arn:aws:kms:us-east-1:123456789012:key/*"})
		a.param("/app/db/locked", "hidden-locked")
	}},
	{"ten names are answered at once", parameters(), func(a account) {
		get := func(names ...string) (string, error) {
			out, err := a.params("app").GetParameters(a.Context(), &ssm.GetParametersInput{Names: names, WithDecryption: aws.Bool(true)})
			if err != nil {
				return "", err
			}
			text := ""
			for _, p := range out.Parameters {
				text += fmt.Sprintf("%s%s=%s/%d ", *p.Name, aws.ToString(p.Selector), *p.Value, p.Version)
			}
			return text + strings.Join(out.InvalidParameters, ","), nil
		}
		got, err := get("app-token", "/app/url:1", "/app/nothing", "/app/url:7", "/app/hosts")
		if want := "/app/hosts=a,b/1 /app/url:1=https://example.com/1 app-token=hidden-token/1 /app/nothing,/app/url:7"; got != want || err != nil {
			a.Errorf("got %q, want %q: %v", got, want, err)
		}
		_, err = get("/app/url", "/other")
		a.code(err, "AccessDeniedException")
		want := "is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:us-east-1:123456789012:parameter/other because no identity-based policy allows the ssm:GetParameters action"
		if !strings.Contains(fmt.Sprint(err), want) {
			a.Error(err)
		}
		_, err = get("/app/url", "/app/db/locked")
		a.code(err, "AccessDeniedException")
		_, err = get(slices.Repeat([]string{"/app/url"}, 11)...)
		a.code(err, "ValidationException")
	}},
	{"a path is read in pages", parameters(), func(a account) {
		a.SetPolicy("app", nil)
		list := func(path string, recursive bool, size int32) (pages []string) {
			in := &ssm.GetParametersByPathInput{Path: &path, Recursive: &recursive, MaxResults: &size, WithDecryption: aws.Bool(true)}
			for {
				out, err := a.params("app").GetParametersByPath(a.Context(), in)
				if err != nil {
					return append(pages, code(err))
				}
				page := ""
				for _, p := range out.Parameters {
					page += *p.Name + " "
				}
				pages = append(pages, page)
				if in.NextToken = out.NextToken; in.NextToken == nil {
					return pages
				}
			}
		}
		for _, c := range []struct {
			got  []string
			want []string
		}{
			{list("/app", false, 10), []string{"/app/hosts /app/url "}},
			{list("/app/", true, 3), []string{"/app/db/locked /app/db/password /app/hosts ", "/app/url "}},
			{list("/", false, 10), []string{"/other "}},
			{list("/nothing", true, 10), []string{""}},
			{list("app", true, 10), []string{"ValidationException"}},
			{list("/app", true, 11), []string{"ValidationException"}},
		} {
			if diff := cmp.Diff(c.want, c.got); diff != "" {
				a.Errorf("-want +got\n%s", diff)
			}
		}
		a.SetPolicy("app", parameters().Users[1].Policy)
		if got := list("/other", true, 10); !slices.Equal(got, []string{"AccessDeniedException"}) {
			a.Error(got)
		}
		if got := list("/app/db", true, 10); !slices.Equal(got, []string{"AccessDeniedException"}) {
			a.Error(got)
		}
	}},
	{"names, types and values have bounds", awstest.Options{}, func(a account) {
		key := func(in *ssm.PutParameterInput) { in.KeyId = aws.String("1234") }
		advanced := func(in *ssm.PutParameterInput) { in.Tier = "Advanced" }
		untyped := func(in *ssm.PutParameterInput) { in.Type = "" }
		for _, c := range []struct {
			name, kind, value string
			change            func(*ssm.PutParameterInput)
			want              string
		}{
			{"a b", "String", "x", overwrite, "ValidationException"}, {"a/b", "String", "x", overwrite, "ValidationException"},
			{"/AWS/x", "String", "x", overwrite, "ValidationException"}, {"/a/", "String", "x", overwrite, "ValidationException"},
			{"/a", "String", "", overwrite, "ValidationException"}, {"/a", "String", "{{b}}", overwrite, "ValidationException"},
			{"/a", "String", "x", key, "ValidationException"}, {"/a", "String", "x", untyped, "ValidationException"},
			{"/a", "String", strings.Repeat("x", 4097), overwrite, "ValidationException"},
			{"/a", "String", strings.Repeat("x", 8193), advanced, "ValidationException"},
			{"/a", "String", strings.Repeat("x", 4096), overwrite, ""}, {"/b", "String", strings.Repeat("x", 8192), advanced, ""},
			{"/a", "SecureString", "x", overwrite, "HierarchyTypeMismatchException"},
			{"/a", "String", "x", func(in *ssm.PutParameterInput) { overwrite(in); untyped(in) }, ""},
		} {
			if err := a.put(c.name, c.kind, c.value, c.change); code(err) != c.want {
				a.Errorf("%s %s: got %v, want %s", c.name, c.kind, err, c.want)
			}
		}
		a.param("/a:2", "x")
	}},
	{"nothing but a SecureString is a secret", parameters(), func(a account) {
		want := []string{"hidden-token", "hidden-password", "hidden-locked"}
		if got := a.Secrets(); !slices.Equal(got[len(got)-3:], want) || slices.Contains(got, "https://example.com") {
			a.Error(len(got))
		}
		a.param("/app/db/password", "hidden-password")
		told := a.Trace() + fmt.Sprintf("%+v %#v", parameters().Parameters, parameters().Parameters[3])
		if strings.Contains(told, "hidden") || !strings.Contains(told, "GetParameter") || !strings.Contains(told, " of=/app/db/password in=us-east-1 ") {
			a.Error(told)
		}
	}},
}

var parameterActions = []string{"PutParameter", "GetParameter", "GetParameters", "GetParametersByPath", "LabelParameterVersion"}

// callParameters performs an action and returns its output.
func callParameters(ctx context.Context, client ssmAPI, action string) (any, error) {
	name := aws.String("/app/db/password")
	in := map[string]any{
		"PutParameter":          &ssm.PutParameterInput{Name: aws.String("/app/new"), Value: aws.String("ü<&>\n"), Type: "String"},
		"GetParameter":          &ssm.GetParameterInput{Name: name, WithDecryption: aws.Bool(true)},
		"GetParameters":         &ssm.GetParametersInput{Names: []string{*name, "/app/url:1", "/app/nothing"}},
		"GetParametersByPath":   &ssm.GetParametersByPathInput{Path: aws.String("/app"), MaxResults: aws.Int32(1)},
		"LabelParameterVersion": &ssm.LabelParameterVersionInput{Name: name, Labels: []string{"a", "1"}},
	}[action]
	return perform(ctx, client, action, in)
}

// TestParameterOutcomes makes each action on parameters meet each outcome.
func TestParameterOutcomes(t *testing.T) {
	more := withCodes("ParameterNotFound", "InvalidKeyId", "InternalServerError", "Unheard")
	compareWays(t, parameters, parameterActions, more, func(a account, action string) error {
		_, err := callParameters(a.Context(), a.params("admin"), action)
		return err
	})
}

// TestParameterJSON compares what the simulator writes with what the SDK decodes from it, for every action on parameters.
func TestParameterJSON(t *testing.T) {
	for _, action := range parameterActions {
		sim := awstest.New(t, parameters())
		rec := &recorder{RoundTripper: sim.NewRun().Transport()}
		config := sim.Config("admin")
		config.HTTPClient = &http.Client{Transport: rec}
		compareJSON(t, rec, action, func() (any, error) { return callParameters(t.Context(), ssm.NewFromConfig(config), action) })
	}
}
