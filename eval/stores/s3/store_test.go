package s3_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/eval/stores/s3"
)

// What the fields must be, and how errors of the server read.
func TestErrors(t *testing.T) {
	f := newFake(false)
	f.put("a.yaml", oldText)
	server := &proxy{server: f}
	good := s3.Store{Bucket: bucket, Region: region, Credentials: credentials, Endpoint: "http://s3.invalid", Transport: wire{server}}
	answer := func(name string) map[int]outcome {
		for _, o := range outcomes() {
			if o.name == name {
				return map[int]outcome{1: o, 2: o, 3: o, 4: o}
			}
		}
		t.Fatalf("there is no outcome %q", name)
		return nil
	}
	for _, c := range []struct {
		name   string
		change func(s *s3.Store)
		faults map[int]outcome
		want   string
	}{
		{"all is well", func(*s3.Store) {}, nil, ""},
		{"no bucket", func(s *s3.Store) { s.Bucket = "" }, nil, `"" is not the name of a bucket`},
		{"an ARN", func(s *s3.Store) { s.Bucket = "arn:aws:s3:::b" }, nil, `is not the name of a bucket`},
		{"a bucket that leads out", func(s *s3.Store) { s.Bucket = "../b" }, nil, `is not the name of a bucket`},
		{"no region", func(s *s3.Store) { s.Region = "" }, nil, `no region is configured for the bucket "environments"`},
		{"no credentials", func(s *s3.Store) { s.Credentials = nil }, nil, `no credentials are configured`},
		{"broken credentials", func(s *s3.Store) {
			s.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, errors.New("none today") })
		}, nil, `none today`},
		{"another bucket", func(s *s3.Store) { s.Bucket = "another" }, nil, `NoSuchBucket: told so; make the bucket, or correct its name`},
		{"forbidden", func(*s3.Store) {}, answer("403"), `allow s3:GetObject, s3:PutObject and s3:ListBucket`},
		{"elsewhere", func(*s3.Store) {}, answer("301"), `is it the region of the bucket?`},
		{"down", func(*s3.Store) {}, answer("500"), `"s3://environments/a.yaml": s3:GetObject: InternalError: told so`},
		{"gone", func(*s3.Store) {}, answer("dropped"), `"s3://environments/a.yaml": s3:GetObject: the connection is gone`},
	} {
		s := &s3.Store{Bucket: good.Bucket, Region: good.Region, Credentials: good.Credentials, Endpoint: good.Endpoint, Transport: good.Transport}
		c.change(s)
		server.plant(c.faults, nil)
		text, err := s.Hasty().Load(t.Context(), "a")
		if c.want == "" && (err != nil || string(text) != oldText) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %q, %v", c.name, text, err)
		}
		if errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: it takes the environment for absent", c.name)
		}
		if err != nil && strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "rootpass123") {
			t.Errorf("%s: the error holds a secret", c.name)
		}
	}
}

// Nothing of the machine's configuration has a say.
func TestAmbientConfiguration(t *testing.T) {
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	profile := "[default]\nregion = eu-north-1\nendpoint_url = http://ambient.invalid\naws_access_key_id = AMBIENT\naws_secret_access_key = AMBIENT\n"
	for _, file := range []string{"config", "credentials"} {
		if err := os.WriteFile(filepath.Join(home, ".aws", file), []byte(profile), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range map[string]string{
		"HOME": home, "AWS_ACCESS_KEY_ID": "AMBIENT", "AWS_SECRET_ACCESS_KEY": "AMBIENT", "AWS_SESSION_TOKEN": "AMBIENT", "AWS_REGION": "eu-north-1",
		"AWS_ENDPOINT_URL": "http://ambient.invalid", "AWS_ENDPOINT_URL_S3": "http://ambient.invalid", "AWS_USE_FIPS_ENDPOINT": "true",
		"AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "legacy", "AWS_CA_BUNDLE": "/nowhere", "HTTPS_PROXY": "http://ambient.invalid",
	} {
		t.Setenv(name, value)
	}
	var asked []string
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.URL.String()+" "+strings.SplitN(r.Header.Get("Authorization"), ",", 2)[0])
		return nil, errors.New("no network here")
	})
	s := &s3.Store{Bucket: bucket, Prefix: "p/", Region: region, Credentials: credentials, Transport: transport}
	if _, err := s.Hasty().Load(t.Context(), "a"); err == nil {
		t.Error("it loaded something")
	}
	for _, request := range asked {
		if !strings.HasPrefix(request, "https://environments.s3.us-east-1.amazonaws.com/p/a.yaml?x-id=GetObject AWS4-HMAC-SHA256 Credential=rootuser/") ||
			!strings.Contains(request, "/us-east-1/s3/") {
			t.Errorf("it asked %s", request)
		}
	}
	if len(asked) != 3 {
		t.Errorf("it asked %d times", len(asked))
	}
}

// A store prints as its address, whatever its credentials print as.
func TestFormat(t *testing.T) {
	canary := evaltest.NewCanary()
	s := &s3.Store{Bucket: bucket, Prefix: "prod/", Credentials: printable{canary.Text()}}
	text := fmt.Sprintf("%v %+v %#v %s %q", s, s, s, s, struct{ S *s3.Store }{s})
	if leaks := canary.Leaks(text); leaks != nil || !strings.HasPrefix(text, "s3://environments/prod/ ") {
		t.Errorf("it prints as %d bytes, with the secret as %q", len(text), leaks)
	}
}

// printable credentials are as those of the SDK.
type printable struct{ Secret string }

func (p printable) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{SecretAccessKey: p.Secret}, nil
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func ExampleStore() {
	s := &s3.Store{
		Bucket: "environments", Prefix: "prod/", Region: "us-east-1", Credentials: credentials,
		Endpoint: "http://s3.invalid", Transport: wire{newFake(false)}, // left out to reach S3 itself
	}
	ctx := context.Background()
	if err := s.Create(ctx, "myapp/dev", []byte("values: {port: 8080}\n")); err != nil {
		fmt.Println(err)
		return
	}
	e := &eval.Evaluator{Loader: s}
	env, err := e.Open(ctx, "myapp/dev")
	fmt.Println(env.Values, err)
	// Output: {"port":8080} <nil>
}
