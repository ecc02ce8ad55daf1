package awstest_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
)

// secretsAPI is what the SDK's client and the direct one have in common.
type secretsAPI interface {
	CreateSecret(context.Context, *secretsmanager.CreateSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.CreateSecretOutput, error)
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
	BatchGetSecretValue(context.Context, *secretsmanager.BatchGetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.BatchGetSecretValueOutput, error)
	PutSecretValue(context.Context, *secretsmanager.PutSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)
	DescribeSecret(context.Context, *secretsmanager.DescribeSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error)
	DeleteSecret(context.Context, *secretsmanager.DeleteSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.DeleteSecretOutput, error)
	RestoreSecret(context.Context, *secretsmanager.RestoreSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.RestoreSecretOutput, error)
}

var (
	_ secretsAPI = (*secretsmanager.Client)(nil)
	_ secretsAPI = (*awstest.SecretsClient)(nil)
)

type (
	getSecret = secretsmanager.GetSecretValueInput
	putSecret = secretsmanager.PutSecretValueInput
)

// secrets is a client of Secrets Manager for a user.
func (a account) secrets(user string, region ...string) secretsAPI {
	set := func(o *secretsmanager.Options) {
		o.Retryer = aws.NopRetryer{}
		for _, r := range region {
			o.Region = r
		}
	}
	if a.direct {
		return a.SecretsManager(a.Credentials(user), set)
	}
	return secretsmanager.NewFromConfig(a.NewRun().Config(a.Credentials(user)), set)
}

// reads gets a secret and compares its text, or the code of the error.
func (a account) reads(in *getSecret, want string) {
	a.Helper()
	out, err := a.secrets("app").GetSecretValue(a.Context(), in)
	got := code(err)
	if err == nil {
		got = aws.ToString(out.SecretString)
	}
	if got != want {
		a.Errorf("got %q, want %q: %v", got, want, err)
	}
}

// puts stores a text under a token of which only the first letters matter.
func (a account) puts(token, text string, stages ...string) (*secretsmanager.PutSecretValueOutput, error) {
	return a.secrets("admin").PutSecretValue(a.Context(), &putSecret{
		SecretId: aws.String("api-key"), ClientRequestToken: aws.String(uuid(token)), SecretString: &text, VersionStages: stages,
	})
}

func uuid(token string) string { return token + strings.Repeat("0", 32-len(token)) }

// staged compares which versions have which labels.
func (a account) staged(want map[string][]string) {
	a.Helper()
	out, err := a.secrets("admin").DescribeSecret(a.Context(), &secretsmanager.DescribeSecretInput{SecretId: aws.String("api-key")})
	if err != nil {
		a.Fatal(err)
	}
	ids := map[string][]string{}
	for token, stages := range want {
		ids[uuid(token)] = stages
	}
	if diff := cmp.Diff(ids, out.VersionIdsToStages); diff != "" {
		a.Errorf("-want +got\n%s", diff)
	}
}

// stocked is an account whose user app may only read.
func stocked() awstest.Options {
	return awstest.Options{
		Users: []awstest.User{
			{Name: "admin", Keys: make([]awstest.Key, 1)},
			{Name: "app", Keys: make([]awstest.Key, 1), Policy: awstest.Policy{
				"secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue arn:aws:secretsmanager:*:123456789012:secret:a*",
			}},
		},
		Secrets: []awstest.Secret{
			{Name: "api-key", Text: "my-api-key"}, {Name: "api-key", Region: "eu-west-1", Text: "mein-api-key"},
			{Name: "a/binary", Binary: []byte{0, 255, 1}}, {Name: "a/locked", Text: "behind-a-key", KMSKey: "1234abcd-12ab-34cd-56ef-1234567890ab"},
			{Name: "other", Text: "not for app"},
		},
	}
}

// empty is an account with a secret that has no version.
func (a account) empty() account {
	a.Helper()
	_, err := a.secrets("admin").CreateSecret(a.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("api-key")})
	a.code(err, "")
	return a
}

func id(s string) *getSecret { return &getSecret{SecretId: &s} }

var secretStatements = []statement{
	{"a secret is found by name, ARN and partial ARN", stocked(), func(a account) {
		arn := a.SecretARN("api-key")
		a.reads(id("api-key"), "my-api-key")
		a.reads(id(arn), "my-api-key")
		a.reads(id(arn[:len(arn)-7]), "my-api-key")
		a.reads(id(arn[:len(arn)-1]), "ResourceNotFoundException")
		a.reads(id(arn[:len(arn)-6]+"000000"), "ResourceNotFoundException")
		a.reads(id("API-KEY"), "AccessDeniedException")
	}},
	{"each region has secrets of its own", stocked(), func(a account) {
		out, err := a.secrets("app", "eu-west-1").GetSecretValue(a.Context(), id("api-key"))
		if err != nil || *out.SecretString != "mein-api-key" || *out.ARN != a.SecretARN("api-key", "eu-west-1") {
			a.Error(out, err)
		}
		a.reads(id(a.SecretARN("api-key", "eu-west-1")), "ResourceNotFoundException")
	}},
	{"a binary secret is bytes", stocked(), func(a account) {
		out, err := a.secrets("app").GetSecretValue(a.Context(), id("a/binary"))
		if err != nil || out.SecretString != nil || !slices.Equal(out.SecretBinary, []byte{0, 255, 1}) {
			a.Error(out, err)
		}
	}},
	{"versions are chosen by id and label", awstest.Options{}, func(a account) {
		a.empty()
		a.reads(id("api-key"), "ResourceNotFoundException")
		for _, text := range []string{"one", "two", "three"} {
			_, err := a.puts(text, text)
			a.code(err, "")
		}
		text := func(id, stage string) *getSecret {
			return &getSecret{SecretId: aws.String("api-key"), VersionId: optional(id), VersionStage: optional(stage)}
		}
		a.reads(text("", ""), "three")
		a.reads(text("", "AWSCURRENT"), "three")
		a.reads(text("", "AWSPREVIOUS"), "two")
		a.reads(text(uuid("one"), ""), "one")
		a.reads(text(uuid("two"), "AWSPREVIOUS"), "two")
		a.reads(text(uuid("two"), "AWSCURRENT"), "InvalidRequestException")
		a.reads(text(uuid("four"), ""), "ResourceNotFoundException")
		a.reads(text("", "AWSPENDING"), "ResourceNotFoundException")
		a.staged(map[string][]string{"three": {"AWSCURRENT"}, "two": {"AWSPREVIOUS"}})
	}},
	{"a token makes a version once", awstest.Options{}, func(a account) {
		a.empty()
		for range 2 {
			out, err := a.puts("one", "one")
			if err != nil || *out.VersionId != uuid("one") || !slices.Equal(out.VersionStages, []string{"AWSCURRENT"}) {
				a.Error(out, err)
			}
		}
		_, err := a.puts("one", "another")
		a.code(err, "ResourceExistsException")
		_, err = a.puts("two", "two")
		a.code(err, "")
		out, err := a.puts("one", "one") // it is no longer current, and stays so
		if err != nil || !slices.Equal(out.VersionStages, []string{"AWSPREVIOUS"}) || len(a.SecretVersions("api-key")) != 2 {
			a.Error(out, err)
		}
		a.reads(id("api-key"), "two")
		_, err = a.puts("one", "one", "AWSCURRENT") // nothing changes even then
		a.code(err, "")
		a.reads(id("api-key"), "two")
		_, err = a.secrets("admin").PutSecretValue(a.Context(), &putSecret{
			SecretId: aws.String("api-key"), ClientRequestToken: aws.String(uuid("two")), SecretBinary: []byte("two"),
		})
		a.code(err, "ResourceExistsException")
	}},
	{"labels move and AWSPREVIOUS follows", awstest.Options{}, func(a account) {
		a.empty()
		_, err := a.puts("one", "one", "MINE") // the first version is current in any case
		a.code(err, "")
		a.staged(map[string][]string{"one": {"MINE", "AWSCURRENT"}})
		_, err = a.puts("two", "two", "AWSPENDING")
		a.code(err, "")
		a.reads(id("api-key"), "one")
		_, err = a.puts("three", "three", "AWSCURRENT", "MINE")
		a.code(err, "")
		a.staged(map[string][]string{"one": {"AWSPREVIOUS"}, "two": {"AWSPENDING"}, "three": {"AWSCURRENT", "MINE"}})
		_, err = a.puts("four", "four")
		a.code(err, "")
		a.staged(map[string][]string{"two": {"AWSPENDING"}, "three": {"MINE", "AWSPREVIOUS"}, "four": {"AWSCURRENT"}})
	}},
	{"values have bounds", awstest.Options{}, func(a account) {
		a.empty()
		client, name := a.secrets("admin"), aws.String("api-key")
		for want, in := range map[string]*putSecret{
			"":                          {SecretId: name, SecretString: aws.String(strings.Repeat("x", 65536))},
			"ValidationException":       {SecretId: name, SecretString: aws.String(strings.Repeat("x", 65537))},
			"InvalidParameterException": {SecretId: name},
			"ResourceNotFoundException": {SecretId: aws.String("nothing"), SecretString: name},
		} {
			_, err := client.PutSecretValue(a.Context(), in)
			a.code(err, want)
		}
		_, err := client.PutSecretValue(a.Context(), &putSecret{SecretId: name, SecretBinary: make([]byte, 65537)})
		a.code(err, "ValidationException")
		_, err = client.PutSecretValue(a.Context(), &putSecret{SecretId: name, SecretString: name, SecretBinary: []byte("x")})
		a.code(err, "InvalidParameterException")
		_, err = client.PutSecretValue(a.Context(), &putSecret{SecretId: name, SecretString: name, ClientRequestToken: aws.String("short")})
		a.code(err, "InvalidParameterException")
		_, err = client.PutSecretValue(a.Context(), &putSecret{SecretId: name, SecretString: name, VersionStages: make([]string, 21)})
		a.code(err, "ValidationException")
		_, err = client.CreateSecret(a.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("a b")})
		a.code(err, "ValidationException")
	}},
	{"a secret is created once", awstest.Options{}, func(a account) {
		create := func(token, text string) error {
			_, err := a.secrets("admin").CreateSecret(a.Context(), &secretsmanager.CreateSecretInput{
				Name: aws.String("api-key"), ClientRequestToken: aws.String(uuid(token)), SecretString: &text,
			})
			return err
		}
		a.code(create("one", "one"), "")
		a.code(create("one", "one"), "")
		a.code(create("two", "one"), "ResourceExistsException")
		a.code(create("one", "two"), "ResourceExistsException")
		a.reads(id("api-key"), "one")
	}},
	{"a deleted secret can be restored for a time", stocked(), func(a account) {
		client, name := a.secrets("admin"), aws.String("api-key")
		out, err := client.DeleteSecret(a.Context(), &secretsmanager.DeleteSecretInput{SecretId: name, RecoveryWindowInDays: aws.Int64(7)})
		if err != nil || !out.DeletionDate.Equal(awstest.Epoch.Add(7*24*time.Hour)) {
			a.Error(out, err)
		}
		a.reads(id("api-key"), "InvalidRequestException")
		_, err = a.puts("one", "one")
		a.code(err, "InvalidRequestException")
		_, err = client.CreateSecret(a.Context(), &secretsmanager.CreateSecretInput{Name: name})
		a.code(err, "InvalidRequestException")
		_, err = client.DeleteSecret(a.Context(), &secretsmanager.DeleteSecretInput{SecretId: name})
		a.code(err, "InvalidRequestException")
		_, err = client.RestoreSecret(a.Context(), &secretsmanager.RestoreSecretInput{SecretId: name})
		a.code(err, "")
		a.reads(id("api-key"), "my-api-key")
		_, err = client.DeleteSecret(a.Context(), &secretsmanager.DeleteSecretInput{SecretId: name})
		a.code(err, "")
		a.Advance(30*24*time.Hour - 1)
		a.reads(id("api-key"), "InvalidRequestException")
		a.Advance(1)
		a.reads(id("api-key"), "ResourceNotFoundException")
	}},
	{"a secret can be deleted at once", stocked(), func(a account) {
		client, name := a.secrets("admin"), aws.String("api-key")
		_, err := client.DeleteSecret(a.Context(), &secretsmanager.DeleteSecretInput{SecretId: name, ForceDeleteWithoutRecovery: aws.Bool(true), RecoveryWindowInDays: aws.Int64(7)})
		a.code(err, "InvalidParameterException")
		_, err = client.DeleteSecret(a.Context(), &secretsmanager.DeleteSecretInput{SecretId: name, RecoveryWindowInDays: aws.Int64(6)})
		a.code(err, "InvalidParameterException")
		_, err = client.DeleteSecret(a.Context(), &secretsmanager.DeleteSecretInput{SecretId: name, ForceDeleteWithoutRecovery: aws.Bool(true)})
		a.code(err, "")
		a.reads(id("api-key"), "ResourceNotFoundException")
	}},
	{"permissions are given by action and ARN", stocked(), func(a account) {
		a.reads(id("other"), "AccessDeniedException")
		_, err := a.secrets("app").GetSecretValue(a.Context(), id("other"))
		want := "User: arn:aws:iam::123456789012:user/app is not authorized to perform: secretsmanager:GetSecretValue on resource: other " +
			"because no identity-based policy allows the secretsmanager:GetSecretValue action"
		if err == nil || !strings.Contains(err.Error(), want) {
			a.Error(err)
		}
		_, err = a.secrets("app").PutSecretValue(a.Context(), &putSecret{SecretId: aws.String("api-key"), SecretString: aws.String("x")})
		a.code(err, "AccessDeniedException")
	}},
	{"a key of KMS needs permission, too", stocked(), func(a account) {
		a.reads(id("a/locked"), "AccessDeniedException")
		if _, err := a.secrets("app").GetSecretValue(a.Context(), id("a/locked")); !strings.Contains(err.Error(), "Access to KMS is not allowed") {
			a.Error(err)
		}
		a.SetPolicy("app", awstest.Policy{"secretsmanager:GetSecretValue", "kms:Decrypt arn:aws:kms:us-east-1:123456789012:key/1234abcd*"})
		a.reads(id("a/locked"), "behind-a-key")
	}},
	{"a batch answers for each secret", stocked(), func(a account) {
		a.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Throttled()})
		out, err := a.secrets("app").BatchGetSecretValue(a.Context(), batch("other", "a/locked", a.SecretARN("api-key"), "a/nothing", "a/binary"))
		if err != nil {
			a.Fatal(err)
		}
		var got []string
		for _, e := range out.Errors {
			got = append(got, *e.SecretId+": "+*e.ErrorCode)
		}
		for _, e := range out.SecretValues {
			got = append(got, *e.Name+": "+aws.ToString(e.SecretString)+base64.StdEncoding.EncodeToString(e.SecretBinary))
		}
		want := []string{
			"other: AccessDeniedException", "a/locked: AccessDeniedException", "a/nothing: ResourceNotFoundException",
			"api-key: my-api-key", "a/binary: AP8B",
		}
		if diff := cmp.Diff(want, got); diff != "" || out.NextToken != nil {
			a.Errorf("-want +got\n%s", diff)
		}
	}},
	{"a batch comes in pages", paged(3), func(a account) {
		in := batch("s0", "s1", "s2", "s3", "s4", "s5", "s6")
		var sizes []int
		var names string
		for {
			out, err := a.secrets("admin").BatchGetSecretValue(a.Context(), in)
			if err != nil {
				a.Fatal(err)
			}
			sizes = append(sizes, len(out.SecretValues))
			for _, e := range out.SecretValues {
				names += *e.Name
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		if !slices.Equal(sizes, []int{3, 3, 1}) || names != "s0s1s2s3s4s5s6" {
			a.Error(sizes, names)
		}
		in.NextToken = aws.String("elsewhere")
		_, err := a.secrets("admin").BatchGetSecretValue(a.Context(), in)
		a.code(err, "InvalidNextTokenException")
	}},
	{"a batch has bounds and a permission of its own", stocked(), func(a account) {
		_, err := a.secrets("admin").BatchGetSecretValue(a.Context(), batch(slices.Repeat([]string{"api-key"}, 21)...))
		a.code(err, "ValidationException")
		_, err = a.secrets("admin").BatchGetSecretValue(a.Context(), batch())
		a.code(err, "InvalidParameterException")
		a.SetPolicy("app", awstest.Policy{"secretsmanager:GetSecretValue"})
		_, err = a.secrets("app").BatchGetSecretValue(a.Context(), batch("api-key"))
		a.code(err, "AccessDeniedException")
	}},
	{"refusals of keys have the codes of the JSON protocol", stocked(), func(a account) {
		key := a.Credentials("app")
		get := func(creds aws.Credentials) error {
			var client secretsAPI = a.SecretsManager(creds)
			if !a.direct {
				client = secretsmanager.NewFromConfig(a.NewRun().Config(creds), func(o *secretsmanager.Options) { o.Retryer = aws.NopRetryer{} })
			}
			_, err := client.GetSecretValue(a.Context(), id("api-key"))
			return err
		}
		a.code(get(key), "")
		a.code(get(aws.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: "wrong"}), "InvalidSignatureException")
		a.code(get(aws.Credentials{AccessKeyID: "AKIA0000000000000000", SecretAccessKey: "x"}), "UnrecognizedClientException")
		a.code(get(aws.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey, SessionToken: "x"}), "UnrecognizedClientException")
		a.Script(awstest.Rule{Action: "GetSecretValue", Outcome: awstest.Throttled()})
		a.code(get(key), "ThrottlingException")
	}},
	{"calls tell what they ask about", stocked(), func(a account) {
		_, _ = a.secrets("app").BatchGetSecretValue(a.Context(), batch("api-key", "other"))
		_, _ = a.secrets("admin", "eu-west-1").PutSecretValue(a.Context(), &putSecret{SecretId: aws.String("api-key"), SecretString: aws.String("hidden-text")})
		trace := a.Trace()
		for _, want := range []string{
			"BatchGetSecretValue ", " of=api-key,other in=us-east-1", "PutSecretValue ", " of=api-key in=eu-west-1",
		} {
			if !strings.Contains(trace, want) {
				a.Errorf("no %q in %s", want, trace)
			}
		}
		for _, hidden := range append(a.Secrets(), "hidden-text") {
			if strings.Contains(trace, hidden) || strings.Contains(fmt.Sprintf("%+v %#v", a.SecretVersions("api-key", "eu-west-1"), stocked().Secrets), hidden) {
				a.Errorf("a secret in %s", trace)
			}
		}
	}},
}

func batch(ids ...string) *secretsmanager.BatchGetSecretValueInput {
	return &secretsmanager.BatchGetSecretValueInput{SecretIdList: ids}
}

func paged(size int) awstest.Options {
	o := awstest.Options{PageSize: size}
	for i := range 9 {
		o.Secrets = append(o.Secrets, awstest.Secret{Name: fmt.Sprint("s", i), Text: "x"})
	}
	return o
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

var secretActions = []string{"GetSecretValue", "BatchGetSecretValue", "PutSecretValue", "CreateSecret", "DescribeSecret", "DeleteSecret", "RestoreSecret"}

// TestSecretOutcomes makes each action on secrets meet each outcome.
func TestSecretOutcomes(t *testing.T) {
	more := withCodes("ResourceNotFoundException", "DecryptionFailure", "InternalServiceError", "Unheard")
	compareWays(t, stocked, secretActions, more, func(a account, action string) error {
		_, err := callSecrets(a.Context(), a.secrets("admin"), action)
		return err
	})
}

// TestJSON compares what the simulator writes with what the SDK decodes from it, for every action on secrets.
func TestJSON(t *testing.T) {
	for _, action := range secretActions {
		a := account{t, awstest.New(t, stocked()), false}
		rec := &recorder{RoundTripper: a.NewRun().Transport()}
		config := a.Config("admin")
		config.HTTPClient = &http.Client{Transport: rec}
		compareJSON(t, rec, action, func() (any, error) { return callSecrets(t.Context(), secretsmanager.NewFromConfig(config), action) })
	}
}

// callSecrets performs an action and returns its output.
func callSecrets(ctx context.Context, client secretsAPI, action string) (any, error) {
	in := map[string]any{
		"CreateSecret":        &secretsmanager.CreateSecretInput{Name: aws.String("new"), SecretString: aws.String(`{"a": "ü\n"}`)},
		"GetSecretValue":      id("a/binary"),
		"BatchGetSecretValue": batch("api-key", "nothing", "a/binary"),
		"PutSecretValue":      &putSecret{SecretId: aws.String("api-key"), SecretString: aws.String("<&>")},
		"DescribeSecret":      &secretsmanager.DescribeSecretInput{SecretId: aws.String("a/locked")},
		"DeleteSecret":        &secretsmanager.DeleteSecretInput{SecretId: aws.String("api-key")},
		"RestoreSecret":       &secretsmanager.RestoreSecretInput{SecretId: aws.String("api-key")},
	}[action]
	return perform(ctx, client, action, in)
}
