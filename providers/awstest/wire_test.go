package awstest_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awstest"
)

// A recorder keeps the last answer that a client got.
type recorder struct {
	http.RoundTripper
	response *http.Response
	body     string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	r.response, r.body = resp, string(body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, err
}

// flattenXML returns the texts of the elements below the result, by path.
func flattenXML(t *testing.T, body string) (root xml.Name, texts map[string]string) {
	t.Helper()
	texts = map[string]string{}
	var path []string
	var counts []map[string]int
	text := ""
	for d := xml.NewDecoder(strings.NewReader(body)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return root, texts
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			name := e.Name.Local
			if len(path) == 0 {
				root = e.Name
			} else if name == "member" {
				name = fmt.Sprint(counts[len(counts)-1]["member"])
				counts[len(counts)-1]["member"]++
			}
			path, counts, text = append(path, name), append(counts, map[string]int{}), ""
		case xml.CharData:
			text += string(e)
		case xml.EndElement:
			if text != "" && strings.HasSuffix(path[1], "Result") {
				texts[strings.Join(path[2:], ".")] = text
			}
			path, counts, text = path[:len(path)-1], counts[:len(counts)-1], ""
		}
	}
}

// flattenOutput returns the members of an output of the SDK in the same form.
func flattenOutput(v reflect.Value, path string, texts map[string]string) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	if at, isTime := v.Interface().(time.Time); isTime {
		texts[path] = at.UTC().Format(time.RFC3339)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "ResultMetadata" {
				flattenOutput(v.Field(i), strings.TrimPrefix(path+"."+f.Name, "."), texts)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			flattenOutput(v.Index(i), fmt.Sprint(path, ".", i), texts)
		}
	default:
		texts[path] = fmt.Sprint(v.Interface())
	}
}

// TestXML compares what the simulator writes with what the SDK decodes from it, for every action that it knows.
func TestXML(t *testing.T) {
	o := federated()
	o.Users = []awstest.User{{Name: "admin", Path: "/x&y/", Keys: make([]awstest.Key, 1)}, {Name: "app", Password: firstPassword}}
	sim := awstest.New(t, o)
	rec := &recorder{RoundTripper: sim.NewRun().Transport()}
	config := sim.Config("admin")
	config.HTTPClient = &http.Client{Transport: rec}
	i, s, ctx := iam.NewFromConfig(config), sts.NewFromConfig(config), t.Context()
	user, admin, key := aws.String("app"), aws.String("admin"), aws.String(sim.Credentials("admin").AccessKeyID)
	text := func(s string) *string { return &s }
	calls := []struct {
		action string
		call   func() (any, error)
	}{
		{"GetCallerIdentity", func() (any, error) { return s.GetCallerIdentity(ctx, nil) }},
		{"AssumeRoleWithWebIdentity", func() (any, error) {
			return s.AssumeRoleWithWebIdentity(ctx, &assumeInput{RoleArn: text(roleARN), RoleSessionName: text("ci"), WebIdentityToken: text(mint(byRSA, good(nil)))})
		}},
		{"TagUser", func() (any, error) {
			return i.TagUser(ctx, &iam.TagUserInput{UserName: admin, Tags: []types.Tag{{Key: text("a<b"), Value: text("c&d\n")}, {Key: text("e"), Value: text("ü")}}})
		}},
		{"GetUser", func() (any, error) { return i.GetUser(ctx, &iam.GetUserInput{UserName: admin}) }},
		{"CreateAccessKey", func() (any, error) { return i.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: admin}) }},
		{"UpdateAccessKey", func() (any, error) {
			return i.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: admin, AccessKeyId: key, Status: "Active"})
		}},
		{"ListAccessKeys", func() (any, error) { return i.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: admin}) }},
		{"ListAccessKeys", func() (any, error) {
			return i.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: admin, MaxItems: aws.Int32(1)})
		}},
		{"GetAccessKeyLastUsed", func() (any, error) {
			return i.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: key})
		}},
		{"UpdateAccountPasswordPolicy", func() (any, error) {
			return i.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: aws.Int32(8), PasswordReusePrevention: aws.Int32(3)})
		}},
		{"GetAccountPasswordPolicy", func() (any, error) { return i.GetAccountPasswordPolicy(ctx, nil) }},
		{"CreateLoginProfile", func() (any, error) {
			return i.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: admin, Password: text(firstPassword), PasswordResetRequired: true})
		}},
		{"GetLoginProfile", func() (any, error) { return i.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: user}) }},
		{"UpdateLoginProfile", func() (any, error) {
			return i.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: user, Password: text("Second-password-2")})
		}},
		{"DeleteLoginProfile", func() (any, error) { return i.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: user}) }},
		{"DeleteAccessKey", func() (any, error) {
			return i.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: admin, AccessKeyId: key})
		}},
	}
	seen := map[string]bool{}
	for _, c := range calls {
		seen[c.action] = true
		t.Run(c.action, func(t *testing.T) {
			out, err := c.call()
			if err != nil {
				t.Fatal(err)
			}
			root, want := flattenXML(t, rec.body)
			got := map[string]string{}
			flattenOutput(reflect.ValueOf(out), "", got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-XML +SDK\n%s", diff)
			}
			service, version := "iam", "2010-05-08"
			if slices.Contains([]string{"GetCallerIdentity", "AssumeRoleWithWebIdentity"}, c.action) {
				service, version = "sts", "2011-06-15"
			}
			if want := (xml.Name{Space: "https://" + service + ".amazonaws.com/doc/" + version + "/", Local: c.action + "Response"}); root != want {
				t.Errorf("the root is %v, want %v", root, want)
			}
			if got := rec.response.Header.Get("Content-Type"); got != "text/xml" || rec.response.StatusCode != 200 {
				t.Error(got, rec.response.Status)
			}
			if got := rec.response.Header.Get("Date"); got != awstest.Epoch.Format(http.TimeFormat) {
				t.Errorf("the Date is %s", got)
			}
		})
	}
	t.Logf("%d answers of %d actions compared with what the SDK decodes", len(calls), len(seen))
}

// TestXMLText compares whole answers with their text, so that a mistake in the walk over the SDK's types would show.
func TestXMLText(t *testing.T) {
	sim := awstest.New(t, awstest.Options{Users: []awstest.User{{Name: "admin", Keys: []awstest.Key{{ID: "AKIAADMIN00000000000", Secret: "s"}}}}})
	rec := &recorder{RoundTripper: sim.NewRun().Transport()}
	config := sim.Config("admin")
	config.HTTPClient = &http.Client{Transport: rec}
	client := iam.NewFromConfig(config)
	for _, c := range []struct {
		call func(context.Context) error
		want string
	}{
		{func(ctx context.Context) error { _, err := client.ListAccessKeys(ctx, nil); return err },
			`<ListAccessKeysResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListAccessKeysResult><AccessKeyMetadata><member>` +
				`<AccessKeyId>AKIAADMIN00000000000</AccessKeyId><CreateDate>2026-01-01T00:00:00Z</CreateDate><Status>Active</Status><UserName>admin</UserName>` +
				`</member></AccessKeyMetadata><IsTruncated>false</IsTruncated></ListAccessKeysResult>` +
				`<ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></ListAccessKeysResponse>`},
		{func(ctx context.Context) error {
			_, err := client.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{AccessKeyId: aws.String("AKIAADMIN00000000000"), Status: "Active"})
			return err
		}, `<UpdateAccessKeyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></UpdateAccessKeyResponse>`},
		{func(ctx context.Context) error {
			_, err := client.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("nobody")})
			if code(err) == "NoSuchEntity" {
				return nil
			}
			return fmt.Errorf("got %w", err)
		}, `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>` +
			`<Message>The user with name nobody cannot be found.</Message></Error><RequestId>ID</RequestId></ErrorResponse>`},
	} {
		if err := c.call(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(rec.body, rec.response.Header.Get("X-Amzn-Requestid"), "ID")
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}

// post sends a form and returns the status and the code of the answer.
func post(t *testing.T, handler http.Handler, path string, form url.Values, headers ...string) string {
	t.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, req)
	var answer struct {
		Code string `xml:"Error>Code"`
	}
	_ = xml.Unmarshal(w.Body.Bytes(), &answer)
	return strings.TrimSpace(fmt.Sprint(w.Code, " ", answer.Code))
}

// TestRequests sends what no SDK sends.
func TestRequests(t *testing.T) {
	sim := awstest.New(t, awstest.Options{})
	form := func(pairs ...string) url.Values {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	const version = "2010-05-08"
	for _, c := range []struct {
		name, path string
		form       url.Values
		headers    []string
		want       string
	}{
		{"no action", "/iam/", form("Version", version), nil, "400 MissingAction"},
		{"unknown action", "/iam/", form("Action", "CreateUser", "Version", version), nil, "400 InvalidAction"},
		{"wrong version", "/iam/", form("Action", "GetUser", "Version", "2011-06-15"), nil, "400 InvalidAction"},
		{"wrong service", "/sts/", form("Action", "GetUser", "Version", version), nil, "400 InvalidAction"},
		{"no service", "/s3/", form("Action", "GetUser", "Version", version), nil, "404"},
		{"no host of AWS", "/", form("Action", "GetUser", "Version", version), nil, "404"},
		{"unsigned", "/iam/", form("Action", "GetUser", "Version", version), nil, "403 MissingAuthenticationToken"},
		{"malformed member", "/iam/", form("Action", "ListAccessKeys", "Version", version, "MaxItems", "x"), nil, "400 MalformedQueryString"},
		{"another scheme", "/iam/", form("Action", "GetUser", "Version", version), []string{"Authorization", "Bearer x"}, "400 IncompleteSignature"},
		{"short scope", "/iam/", form("Action", "GetUser", "Version", version),
			[]string{"Authorization", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c"}, "400 IncompleteSignature"},
		{"no signature", "/iam/", form("Action", "GetUser", "Version", version),
			[]string{"Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/r/iam/aws4_request, SignedHeaders=host"}, "400 IncompleteSignature"},
		{"no date", "/iam/", form("Action", "GetUser", "Version", version),
			[]string{"Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/r/iam/aws4_request, SignedHeaders=host, Signature=c"}, "400 IncompleteSignature"},
		{"too long", "/iam/", form("Action", strings.Repeat("x", 1<<20)), nil, "400"},
	} {
		if got := post(t, sim, c.path, c.form, c.headers...); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestSignature signs requests itself, in right and in wrong ways.
func TestSignature(t *testing.T) {
	sim := awstest.New(t, awstest.Options{CheckSkew: true})
	creds := sim.Credentials("app")
	form := url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}}
	for _, c := range []struct {
		name    string
		service string
		offset  time.Duration
		spoil   func(*http.Request)
		want    string
	}{
		{"right", "sts", 0, nil, "200"},
		{"14 minutes early", "sts", -14 * minute, nil, "200"},
		{"14 minutes late", "sts", 14 * minute, nil, "200"},
		{"16 minutes early", "sts", -16 * minute, nil, "403 SignatureDoesNotMatch"},
		{"16 minutes late", "sts", 16 * minute, nil, "403 SignatureDoesNotMatch"},
		{"for another service", "iam", 0, nil, "403 SignatureDoesNotMatch"},
		{"another body", "sts", 0, func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(form.Encode() + "&x=y")) }, "403 SignatureDoesNotMatch"},
		{"another host", "sts", 0, func(r *http.Request) { r.Host = "sts.example.com" }, "403 SignatureDoesNotMatch"},
		{"another path", "sts", 0, func(r *http.Request) { r.URL.Path = "/sts/eu-west-1/" }, "403 SignatureDoesNotMatch"},
		{"another signed header", "sts", 0, func(r *http.Request) { r.Header.Set("X-Extra", "changed") }, "403 SignatureDoesNotMatch"},
		{"a header that is not signed", "sts", 0, func(r *http.Request) { r.Header.Set("X-Other", "new") }, "200"},
	} {
		req := httptest.NewRequest(http.MethodPost, "http://localhost/sts/", strings.NewReader(form.Encode()))
		req.Header.Set("X-Extra", "signed")
		sum := sha(form.Encode())
		if err := v4.NewSigner().SignHTTP(t.Context(), creds, req, sum, c.service, "us-east-1", awstest.Epoch.Add(c.offset)); err != nil {
			t.Fatal(err)
		}
		if c.spoil != nil {
			c.spoil(req)
		}
		w := httptest.NewRecorder()
		sim.ServeHTTP(w, req)
		var answer struct {
			Code string `xml:"Error>Code"`
		}
		_ = xml.Unmarshal(w.Body.Bytes(), &answer)
		if got := strings.TrimSpace(fmt.Sprint(w.Code, " ", answer.Code)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestEndpoints reaches the simulator by its own addresses and by AWS's hosts, in every partition.
func TestEndpoints(t *testing.T) {
	sim := awstest.New(t, awstest.Options{DisabledRegions: []string{"eu-west-1"}})
	creds := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return sim.Credentials("app"), nil })
	plain := sts.New(sts.Options{Region: "us-east-1", Credentials: creds, BaseEndpoint: aws.String(sim.URL("sts"))})
	if _, err := plain.GetCallerIdentity(t.Context(), nil); err != nil {
		t.Error(err)
	}
	anonymous := sts.New(sts.Options{Region: "us-east-1", BaseEndpoint: aws.String(sim.URL("sts", "eu-west-1"))})
	if _, err := anonymous.AssumeRoleWithWebIdentity(t.Context(), &assumeInput{RoleArn: aws.String(roleARN), RoleSessionName: aws.String("ci"), WebIdentityToken: aws.String("x.y.z")}); code(err) != "RegionDisabledException" {
		t.Error(err)
	}
	for _, region := range []string{
		"us-east-1", "ap-southeast-2", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1",
	} {
		config := sim.Config("app")
		config.Region = region
		if _, err := sts.NewFromConfig(config).GetCallerIdentity(t.Context(), nil); err != nil {
			t.Errorf("STS in %s: %v", region, err)
		}
		if _, err := iam.NewFromConfig(config).GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("app")}); err != nil {
			t.Errorf("IAM in %s: %v", region, err)
		}
		if _, err := secretsmanager.NewFromConfig(config).GetSecretValue(t.Context(), id("nothing")); code(err) != "ResourceNotFoundException" {
			t.Errorf("Secrets Manager in %s: %v", region, err)
		}
		if _, err := ssm.NewFromConfig(config).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("nothing")}); code(err) != "ParameterNotFound" {
			t.Errorf("Parameter Store in %s: %v", region, err)
		}
	}
	if _, err := sts.NewFromConfig(sim.Config("nobody")).GetCallerIdentity(t.Context(), nil); err == nil || !strings.Contains(err.Error(), `no user "nobody"`) {
		t.Errorf("an unknown user: %v", err)
	}
	if _, err := sim.HTTPClient().Get("https://example.com/"); err == nil || !strings.Contains(err.Error(), `"example.com"`) {
		t.Errorf("another host: %v", err)
	}
}
