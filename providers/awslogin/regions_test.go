package awslogin_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awslogin"
)

// A wire is a transport that keeps what is sent and answers itself.
type wire struct {
	mu     sync.Mutex
	sent   []*http.Request
	bodies []string
	answer func(n int, req *http.Request) reply // nil: succeed
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	w.sent, w.bodies = append(w.sent, req), append(w.bodies, string(body))
	n := len(w.sent)
	w.mu.Unlock()
	answer := success(start, time.Hour)
	if w.answer != nil {
		answer = w.answer(n, req)
	}
	if answer.status == 0 {
		return nil, errors.New("no route to host")
	}
	recorder := httptest.NewRecorder()
	recorder.Header().Set("Date", start.Format(http.TimeFormat))
	recorder.WriteHeader(answer.status)
	_, _ = recorder.WriteString(answer.body)
	return recorder.Result(), nil
}

func (w *wire) provider() *awslogin.Provider {
	return &awslogin.Provider{Source: always(jwt(nil)), HTTPClient: &http.Client{Transport: w}, Clock: newClock()}
}

func (w *wire) hosts() (hosts []string) {
	for _, req := range w.sent {
		hosts = append(hosts, req.URL.Host)
	}
	return hosts
}

// One request of the real SDK for each partition, with its default region and with another one.
func TestPartitions(t *testing.T) {
	tests := []struct{ partition, region, host string }{
		{"aws", "", "sts.us-east-1.amazonaws.com"},
		{"aws", "eu-central-1", "sts.eu-central-1.amazonaws.com"},
		{"aws", "mx-central-1", "sts.mx-central-1.amazonaws.com"},
		{"aws-cn", "", "sts.cn-north-1.amazonaws.com.cn"},
		{"aws-cn", "cn-northwest-1", "sts.cn-northwest-1.amazonaws.com.cn"},
		{"aws-us-gov", "", "sts.us-gov-west-1.amazonaws.com"},
		{"aws-us-gov", "us-gov-east-1", "sts.us-gov-east-1.amazonaws.com"},
		{"aws-iso", "", "sts.us-iso-east-1.c2s.ic.gov"},
		{"aws-iso", "us-iso-west-1", "sts.us-iso-west-1.c2s.ic.gov"},
		{"aws-iso-b", "", "sts.us-isob-east-1.sc2s.sgov.gov"},
		{"aws-iso-e", "", "sts.eu-isoe-west-1.cloud.adc-e.uk"},
		{"aws-iso-f", "", "sts.us-isof-south-1.csp.hci.ic.gov"},
		{"aws-iso-f", "us-isof-east-1", "sts.us-isof-east-1.csp.hci.ic.gov"},
		{"aws-eusc", "", "sts.eusc-de-east-1.amazonaws.eu"},
	}
	for _, test := range tests {
		t.Run(test.partition+" "+test.region, func(t *testing.T) {
			w := &wire{}
			p := w.provider()
			if test.region != "" {
				p.Regions = []string{test.region}
			}
			_, err := p.Open(t.Context(), oidcRequest("roleArn", "arn:"+test.partition+":iam::123456789012:role/r"))
			if err != nil {
				t.Fatal(err)
			}
			req := w.sent[0]
			if req.URL.String() != "https://"+test.host+"/" || req.Host != "" && req.Host != test.host || req.Method != http.MethodPost {
				t.Errorf("%s %s to %q", req.Method, req.URL, req.Host)
			}
			for _, name := range []string{"Authorization", "X-Amz-Security-Token", "X-Amz-Date", "Cookie"} {
				if _, there := req.Header[name]; there {
					t.Errorf("header %s is sent", name)
				}
			}
			if req.URL.RawQuery != "" || !strings.HasPrefix(req.Header.Get("User-Agent"), "escapement/") {
				t.Errorf("query %q, %v", req.URL.RawQuery, req.Header)
			}
		})
	}
	t.Logf("partitions: %d cells", len(tests))
}

func TestVariantEndpoints(t *testing.T) {
	for _, test := range []struct {
		fips, dual bool
		host       string
	}{
		{true, false, "sts-fips.us-east-1.amazonaws.com"},
		{false, true, "sts.us-east-1.api.aws"},
		{true, true, "sts-fips.us-east-1.api.aws"},
	} {
		w := &wire{}
		p := w.provider()
		p.FIPS, p.DualStack = test.fips, test.dual
		if _, err := p.Open(t.Context(), oidcRequest()); err != nil || w.sent[0].URL.Host != test.host {
			t.Errorf("%v: %v", err, w.hosts())
		}
	}
	for endpoint, want := range map[string]string{
		"https://vpce-1.sts.us-east-1.vpce.amazonaws.com": "https://vpce-1.sts.us-east-1.vpce.amazonaws.com/",
		"http://127.0.0.1:9400/sts/":                      "http://127.0.0.1:9400/sts/",
	} {
		w := &wire{}
		p := w.provider()
		p.Endpoint = endpoint
		if _, err := p.Open(t.Context(), oidcRequest()); err != nil || w.sent[0].URL.String() != want {
			t.Errorf("%v: %v", err, w.sent)
		}
	}
}

func TestEndpointsThatCannotBe(t *testing.T) {
	for _, endpoint := range []string{"127.0.0.1:9400", "sts.example.com", "ftp://a/", "https://", "https://a/?b", "https://a/#b", "%"} {
		w := &wire{}
		p := w.provider()
		p.Endpoint = endpoint
		_, err := p.Open(t.Context(), oidcRequest())
		checkError(t, err, "bad-input", "is set up with an endpoint of STS that is no URL")
	}
	p := new(wire).provider()
	p.Endpoint, p.FIPS = "https://sts.example.com", true
	_, err := p.Open(t.Context(), oidcRequest())
	checkError(t, err, "bad-input", "use one of them")
}

// A transport of the program that panics is the failure of that login, and of no program.
func TestTransportPanics(t *testing.T) {
	w := &wire{answer: func(int, *http.Request) reply { panic(signatureText) }}
	p := w.provider()
	for range 2 {
		_, err := p.Open(t.Context(), oidcRequest())
		checkError(t, err, "internal", "panicked (string)")
		silent(t, printed(err))
	}
}

// Which regions may be set up, and which of them are asked.
func TestRegions(t *testing.T) {
	const cn = "arn:aws-cn:iam::123456789012:role/r"
	tests := []struct {
		regions []string
		role    string
		host    string
		want    string // the error
	}{
		{[]string{"eu-west-1", "us-east-1"}, roleText, "sts.eu-west-1.amazonaws.com", ""},
		{[]string{"cn-north-1", "eu-west-1"}, roleText, "sts.eu-west-1.amazonaws.com", ""},
		{[]string{"eu-west-1", "cn-northwest-1"}, cn, "sts.cn-northwest-1.amazonaws.com.cn", ""},
		{[]string{"us-gov-west-1"}, roleText, "", `"oidc.roleArn" is in the partition "aws"`},
		{[]string{"us-iso-east-1"}, roleText, "", `add one such as "us-east-1"`},
		{[]string{"us-east-1"}, cn, "", `add one such as "cn-north-1"`},
		{[]string{"mars-east-1"}, roleText, "", `"mars-east-1", which is no region of AWS`},
		{[]string{"us-east-1", ""}, roleText, "", `"", which is no region of AWS`},
		{[]string{"us-east"}, roleText, "", "no region"},
		{[]string{"US-EAST-1"}, roleText, "", "no region"},
		{[]string{"us-east-1.evil.example/x-1"}, roleText, "", "no region"},
		{[]string{"us-east-1\n"}, roleText, "", "no region"},
		{[]string{"aws-global"}, roleText, "", "no region"},
	}
	for _, test := range tests {
		w := &wire{}
		p := w.provider()
		p.Regions = test.regions
		_, err := p.Open(t.Context(), oidcRequest("roleArn", test.role))
		if test.want != "" {
			checkError(t, err, "bad-input", test.want)
			if len(w.sent) > 0 {
				t.Errorf("%v: sent to %v", test.regions, w.hosts())
			}
		} else if err != nil || w.sent[0].URL.Host != test.host {
			t.Errorf("%v: %v, %v", test.regions, err, w.hosts())
		}
	}
	t.Logf("regions: %d cells", len(tests))
}

// The next region is asked when one is out of order or STS is disabled there, and for no other reason.
func TestNextRegion(t *testing.T) {
	one, two := "sts.eu-west-1.amazonaws.com", "sts.us-east-1.amazonaws.com"
	tests := []struct {
		name   string
		first  reply // of the first region
		second reply
		hosts  []string
		code   string
	}{
		{"disabled", failure(403, "RegionDisabledException", "off"), success(start, time.Hour), []string{one, two}, ""},
		{"disabled twice", failure(403, "RegionDisabledException", "off"), failure(403, "RegionDisabledException", "off"), []string{one, two}, "region-disabled"},
		{"throttled", failure(400, "Throttling", "busy"), success(start, time.Hour), []string{one, one, one, two}, ""},
		{"throttled twice", failure(400, "Throttling", "busy"), failure(400, "Throttling", "busy"), []string{one, one, one, two, two, two}, "throttled"},
		{"out of order", reply{status: 500}, success(start, time.Hour), []string{one, one, one, two}, ""},
		{"unreachable", reply{}, reply{}, []string{one, one, one, two, two, two}, "aws-unavailable"},
		{"denied", failure(403, "AccessDenied", "no"), success(start, time.Hour), []string{one}, "access-denied"},
		{"unreadable", reply{status: 200}, success(start, time.Hour), []string{one}, "unreadable-answer"},
		{"disabled, then denied", failure(403, "RegionDisabledException", "off"), failure(403, "AccessDenied", "no"), []string{one, two}, "access-denied"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := &wire{answer: func(_ int, req *http.Request) reply {
				if req.URL.Host == one {
					return test.first
				}
				return test.second
			}}
			p := w.provider()
			p.Regions = []string{"eu-west-1", "us-east-1"}
			_, err := p.Open(t.Context(), oidcRequest())
			if diff := cmp.Diff(test.hosts, w.hosts()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if test.code == "" && err != nil {
				t.Error(err)
			} else if test.code != "" {
				checkError(t, err, test.code)
			}
		})
	}
	t.Logf("next region: %d cells", len(tests))
}

// ambient sets everything by which an AWS SDK could be led astray, and a home directory with profiles.
func ambient(t *testing.T) {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	const profile = "[default]\nregion = ap-south-1\naws_access_key_id = AKIAAMBIENT\naws_secret_access_key = ambient\n" +
		"endpoint_url = http://ambient.invalid\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\nretry_mode = adaptive\nmax_attempts = 9\n" +
		"role_arn = arn:aws:iam::999999999999:role/ambient\nweb_identity_token_file = /dev/null\nsdk_ua_app_id = ambient\nsts_regional_endpoints = legacy\n"
	for _, name := range []string{"config", "credentials"} {
		if err := os.WriteFile(filepath.Join(home, ".aws", name), []byte(profile), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range map[string]string{
		"HOME": home, "AWS_PROFILE": "default", "AWS_DEFAULT_PROFILE": "default", "AWS_SDK_LOAD_CONFIG": "1",
		"AWS_CONFIG_FILE": filepath.Join(home, ".aws/config"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(home, ".aws/credentials"),
		"AWS_ACCESS_KEY_ID": "AKIAAMBIENT", "AWS_SECRET_ACCESS_KEY": "ambient", "AWS_SESSION_TOKEN": "ambient",
		"AWS_REGION": "ap-south-1", "AWS_DEFAULT_REGION": "ap-south-1", "AWS_ENDPOINT_URL": "http://ambient.invalid",
		"AWS_ENDPOINT_URL_STS": "http://ambient.invalid", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
		"AWS_STS_REGIONAL_ENDPOINTS": "legacy", "AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true",
		"AWS_ROLE_ARN": "arn:aws:iam::999999999999:role/ambient", "AWS_ROLE_SESSION_NAME": "ambient", "AWS_WEB_IDENTITY_TOKEN_FILE": "/dev/null",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://ambient.invalid", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/ambient",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN": "ambient", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://ambient.invalid",
		"AWS_RETRY_MODE": "adaptive", "AWS_MAX_ATTEMPTS": "9", "AWS_NEW_RETRIES_2026": "true", "AWS_DEFAULTS_MODE": "mobile",
		"AWS_EXECUTION_ENV": "ambient", "AWS_SDK_UA_APP_ID": "ambient", "AWS_LAMBDA_FUNCTION_NAME": "ambient", "_X_AMZN_TRACE_ID": "ambient",
		"AWS_CA_BUNDLE": "/dev/null", "AWS_REQUEST_CHECKSUM_CALCULATION": "when_supported", "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required",
		"HTTP_PROXY": "http://ambient.invalid", "HTTPS_PROXY": "http://ambient.invalid", "ALL_PROXY": "http://ambient.invalid",
	} {
		t.Setenv(name, value)
	}
}

// Nothing that the machine is set up with makes a difference to what is sent, how often and where, nor to what comes
// back.
func TestAmbientSettingsMakeNoDifference(t *testing.T) {
	run := func() []string {
		var seen []string
		for _, code := range []string{"", "Throttling", "InternalFailure", "AccessDenied", "InvalidIdentityToken"} {
			w := &wire{}
			if code != "" {
				w.answer = func(int, *http.Request) reply {
					return failure(map[bool]int{true: 500, false: 400}[code == "InternalFailure"], code, "m")
				}
			}
			out, err := w.provider().Open(t.Context(), oidcRequest())
			seen = append(seen, fmt.Sprint(out, err))
			for i, req := range w.sent {
				req.Header.Del("Amz-Sdk-Invocation-Id") // random
				seen = append(seen, fmt.Sprint(req.Method, req.URL, req.Host, req.Header, w.bodies[i]))
			}
		}
		_, err := new(awslogin.Provider).Open(t.Context(), oidcRequest())
		return append(seen, fmt.Sprint(err))
	}
	before := run()
	ambient(t)
	if diff := cmp.Diff(before, run()); diff != "" {
		t.Errorf("-before +with ambient settings:\n%s", diff)
	}
	if len(before) < 15 || strings.Contains(strings.Join(before, " "), "ambient") {
		t.Errorf("%d lines: %q", len(before), before)
	}
}

// A connection of our own goes through no proxy of the environment, and TLS is verified.
func TestDirectConnections(t *testing.T) {
	ambient(t)
	sts := newSTS(t)
	if _, err := sts.provider(always(jwt(nil))).Open(t.Context(), oidcRequest()); err != nil {
		t.Error(err)
	}
	untrusted := httptest.NewUnstartedServer(sts)
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	p := sts.provider(always(jwt(nil)))
	p.Endpoint = untrusted.URL
	_, err := p.Open(t.Context(), oidcRequest())
	checkError(t, err, "aws-unavailable", "certificate")
	p = sts.provider(always(jwt(nil)))
	p.Endpoint, p.HTTPClient = untrusted.URL, untrusted.Client()
	if _, err := p.Open(t.Context(), oidcRequest()); err != nil {
		t.Error(err)
	}
}
