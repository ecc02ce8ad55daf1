package awsiam

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awspartition"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/schema"
)

// overHTTP has the runs of a world use the SDK.
func overHTTP(a *attempt) *Rotator {
	limits := usual
	limits.ReadBackoff = time.Millisecond
	return &Rotator{
		IAMEndpoint: a.sim.URL("iam"), STSEndpoint: a.sim.URL("sts"), SecretsManagerEndpoint: a.sim.URL("secretsmanager"),
		Transport: a.run.Transport(),
		clock:     a.sim.Clock(), limits: &limits, without: a.variant.without,
	}
}

// Over HTTP each outcome of a call comes to the same as without.
func TestOverHTTP(t *testing.T) {
	t.Parallel()
	figures := &tally{table: "I"}
	for _, s := range []start{starts[5], starts[15], starts[18], starts[20], publishStarts[2], publishStarts[4]} {
		outcomes := faults()
		if s.publish {
			outcomes = publishFaults()
		}
		for _, f := range outcomes {
			if s.number != 6 && (testing.Short() || s.number == 21 && !*full) {
				continue
			}
			var ends [2]string
			for i, make := range []func(*attempt) *Rotator{nil, overHTTP} {
				w := newWorld(s, variant{make: make})
				a := w.attempt()
				f.strike(a, 0)
				a.perform()
				ends[i] = a.end()
				w.lied = strings.HasSuffix(f.name, "AccessKey: NoSuchEntity")
				struck := w.struck(a)
				w.settle(gaps[0])
				w.finish(figures, f.name, struck)
			}
			unread := strings.HasSuffix(f.name, "undecodable 200") && f.unknown && !strings.HasPrefix(f.name, "Create")
			if ends[0] != ends[1] && !unread { // the SDK does not read the answer to a delete or an update
				t.Errorf("start %d, %s: %s without HTTP and %s with", s.number, f.name, ends[0], ends[1])
			}
		}
	}
	figures.report(t)
}

// A page in the place of an answer is not taken for success by a call whose answer has no content.
func TestPageForDelete(t *testing.T) {
	for _, s := range []start{starts[5], starts[15], starts[18]} {
		w := newWorld(s, variant{make: overHTTP})
		w.sim.Script(awstest.Rule{Action: "DeleteAccessKey", Outcome: awstest.HTML()}, awstest.Rule{Action: "UpdateAccessKey", Outcome: awstest.HTML()})
		if a := w.attempt().perform(); a.end() != "aws-failed" {
			t.Errorf("start %d: %s", s.number, a.end())
		}
		w.settle(gaps[0])
		for _, v := range w.violations {
			t.Error(v)
		}
		w.sim.Close()
	}
}

// What CreateAccessKey may come to, and how often it is executed.
func TestOutcomeOfCreate(t *testing.T) {
	timeout := awstest.TimedOut(30 * time.Second)
	tests := []struct {
		name    string
		outcome awstest.Outcome
		end     string
		made    int
	}{
		{"success", awstest.Outcome{}, "rotated", 1},
		{"not sent", awstest.Refused(), "create-refused", 0},
		{"no secret", awstest.WithoutSecret(), "create-incomplete", 0},
		{"500", awstest.InternalError(), "create-unknown", 0},
		{"500, executed", awstest.InternalError().Executed(), "create-unknown", 1},
		{"503, executed", awstest.Unavailable().Executed(), "create-unknown", 1},
		{"lost, executed", awstest.Dropped().Executed(), "create-unknown", 1},
		{"time-out, executed", timeout.Executed(), "create-unknown", 1},
		{"truncated", awstest.Truncated(), "create-unknown", 1},
		{"page", awstest.HTML(), "create-unknown", 0},
		{"unknown 4xx", awstest.Fail("SomethingNew", 400), "create-unknown", 0},
		{"unknown 4xx, executed", awstest.Fail("ServiceFailure", 409).Executed(), "create-unknown", 1},
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		tests = append(tests, struct {
			name    string
			outcome awstest.Outcome
			end     string
			made    int
		}{fmt.Sprint("redirect ", status), awstest.Redirect(status, ""), "create-unknown", 0})
	}
	for _, code := range strings.Fields("LimitExceeded NoSuchEntity AccessDenied InvalidClientTokenId SignatureDoesNotMatch IncompleteSignature " +
		"MissingAuthenticationToken ExpiredToken RequestExpired OptInRequired Throttling ThrottlingException RequestLimitExceeded " +
		"ValidationError InvalidInput InvalidAction MalformedQueryString") {
		tests = append(tests, struct {
			name    string
			outcome awstest.Outcome
			end     string
			made    int
		}{code, awstest.Fail(code, 0), "create-refused", 0})
	}
	for _, test := range tests {
		for _, make := range []func(*attempt) *Rotator{nil, overHTTP} {
			w := newWorld(starts[4], variant{make: make})
			w.sim.Script(awstest.Rule{Action: "CreateAccessKey", Outcome: test.outcome})
			a := w.attempt().perform()
			if made := len(w.sim.Keys("app")) - 1; a.end() != test.end || made != test.made {
				t.Errorf("%s: ended with %s and %d keys, want %s and %d\n%v", test.name, a.end(), made, test.end, test.made, a.err)
			}
			var raw *smithy.DeserializationError
			if errors.As(a.err, &raw) {
				t.Errorf("%s: the error holds the answer", test.name)
			}
			sent := 0
			for _, c := range w.sim.Calls() {
				if c.Action == "CreateAccessKey" {
					sent++
				}
			}
			if pending := readState(w.doc.State()).ledger.pending; sent != 1 || (pending != nil) != (test.end == "create-unknown") {
				t.Errorf("%s: sent %d times, pending %v", test.name, sent, pending)
			}
			for _, v := range w.violations {
				t.Errorf("%s: %s", test.name, v)
			}
			w.sim.Close()
		}
	}
}

// Nothing of the environment or the home directory has a say.
func TestAmbientCredentials(t *testing.T) {
	home := t.TempDir()
	profile := "[default]\naws_access_key_id = AKIAAMBIENT000000000\naws_secret_access_key = ambient\nregion = eu-north-1\nendpoint_url = http://127.0.0.1:1\n"
	if err := os.Mkdir(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"credentials", "config"} {
		if err := os.WriteFile(filepath.Join(home, ".aws", name), []byte(profile), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range map[string]string{
		"HOME": home, "AWS_ACCESS_KEY_ID": "AKIAAMBIENT000000000", "AWS_SECRET_ACCESS_KEY": "ambient", "AWS_SESSION_TOKEN": "ambient",
		"AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "eu-north-1", "AWS_PROFILE": "default", "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
		"AWS_ENDPOINT_URL_IAM": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "9",
		"AWS_RETRY_MODE": "adaptive", "AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_STS_REGIONAL_ENDPOINTS": "legacy",
		"AWS_ROLE_ARN": strangerARN, "AWS_WEB_IDENTITY_TOKEN_FILE": home, "HTTP_PROXY": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1",
	} {
		t.Setenv(name, value)
	}
	w := newWorld(starts[5], variant{make: overHTTP})
	defer w.sim.Close()
	a := w.attempt().perform()
	if a.end() != "rotated" {
		t.Error(a.end(), a.err)
	}
	for _, c := range w.sim.Calls() {
		if c.Service != "document" && !strings.HasPrefix(c.Signer, "AKIA") || c.Signer == "AKIAAMBIENT000000000" || c.Attempt > 1 {
			t.Error(c)
		}
	}
}

// A capture answers every request with an error and remembers the first of each host.
type capture struct{ hosts, auth []string }

func (c *capture) RoundTrip(req *http.Request) (*http.Response, error) {
	c.hosts = append(c.hosts, req.URL.Scheme+"://"+req.URL.Host)
	c.auth = append(c.auth, req.Header.Get("Authorization"))
	if strings.Contains(req.Header.Get("User-Agent"), "escapement/") {
		c.auth[len(c.auth)-1] += " by escapement"
	}
	return &http.Response{StatusCode: 403, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(nil)), Request: req}, nil
}

// Each partition has hosts of its own.
func TestHosts(t *testing.T) {
	hosts := map[string]string{
		"aws": "iam.amazonaws.com", "aws-cn": "iam.cn-north-1.amazonaws.com.cn", "aws-us-gov": "iam.us-gov.amazonaws.com",
		"aws-iso": "iam.us-iso-east-1.c2s.ic.gov", "aws-iso-b": "iam.us-isob-east-1.sc2s.sgov.gov",
		"aws-iso-e": "iam.eu-isoe-west-1.cloud.adc-e.uk", "aws-iso-f": "iam.us-isof-south-1.csp.hci.ic.gov",
		"aws-eusc": "iam.eusc-de-east-1.amazonaws.eu",
	}
	for _, p := range awspartition.All() {
		c := &capture{}
		d := sdkDialer{&Rotator{Transport: c}}
		login := awsclient.Login{AccessKeyID: keyID("C"), SecretAccessKey: schema.NewSecret(keySecret("C"))}
		_, _ = d.IAM(login, p.Region).GetUser(t.Context(), nil)
		_, _ = d.STS(login, p.Region).GetCallerIdentity(t.Context(), nil)
		_, _ = d.Secrets(login, p.Region).PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: aws.String(theSecret)})
		if len(c.hosts) != 3 || !strings.HasPrefix(c.hosts[2], "https://secretsmanager."+p.Region+".") || c.hosts[0] != "https://"+hosts[p.Name] || !strings.HasPrefix(c.hosts[1], "https://sts."+p.Region+".") {
			t.Errorf("%s: %v", p.Name, c.hosts)
		}
		region := map[string]string{"aws": "us-east-1"}[p.Name]
		if region == "" {
			region = p.Region
		}
		for _, auth := range c.auth {
			if !strings.Contains(auth, "/"+region+"/") || !strings.Contains(auth, "by escapement") {
				t.Errorf("%s: signed %s", p.Name, auth)
			}
		}
	}
}

// A redirect is not followed, so that nobody but AWS gets a request.
func TestRedirects(t *testing.T) {
	strangers := 0
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers++ }))
	defer stranger.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, stranger.URL, status)
		}))
		limits := usual
		limits.ReadBackoff = time.Millisecond
		o := &Rotator{IAMEndpoint: server.URL, STSEndpoint: server.URL, limits: &limits}
		err := o.Rotate(t.Context(), requestWith(nil), nil)
		var coded *Error
		if !errors.As(err, &coded) || coded.Code != "aws-failed" {
			t.Errorf("%d: %v", status, err)
		}
		server.Close()
	}
	if strangers > 0 {
		t.Errorf("a stranger got %d requests", strangers)
	}
}
