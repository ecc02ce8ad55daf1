package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/examples/notify"
)

const (
	topic  = "arn:aws:sns:eu-central-1:123456789012:keys"
	canary = "canary/secret+key"
)

var rotated = notify.Notice{
	Version: 1, ID: "notice_A", Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Environment: "myapp/dev", Path: "aws.keys",
	Rotator: "aws-iam", Kind: "rotated", KeyID: "AKIAEXAMPLE", Text: "a new key is current",
}

func input(n notify.Notice) io.Reader {
	text, _ := json.Marshal(n)
	return bytes.NewReader(text)
}

// A service is an SNS that verifies signatures.
type service struct {
	*httptest.Server
	answers []string // codes of errors before it publishes; "" for none
	asked   int
	got     []url.Values
	wrong   []string
}

func serve(t *testing.T, answers ...string) *service {
	t.Helper()
	s := &service{answers: answers}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAPUBLISHER")
	t.Setenv("AWS_SECRET_ACCESS_KEY", canary)
	t.Setenv("AWS_SESSION_TOKEN", "token-"+canary)
	maxBackoff = time.Millisecond
	// None of this has a say.
	t.Setenv("AWS_REGION", "us-west-2")
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	t.Setenv("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:1")
	t.Setenv("AWS_PROFILE", "nobody")
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked++
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	if got, want := r.Header.Get("Authorization"), signature(r, body); got != want || form.Get("Action") != "Publish" {
		s.wrong = append(s.wrong, fmt.Sprintf("%s signed %s, want %s", body, got, want))
	}
	if s.asked <= len(s.answers) && s.answers[s.asked-1] != "" {
		status := http.StatusForbidden
		if s.answers[s.asked-1] == "InternalError" {
			status = http.StatusInternalServerError
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>no</Message></Error></ErrorResponse>`, s.answers[s.asked-1])
		return
	}
	s.got = append(s.got, form)
	fmt.Fprint(w, `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>`)
}

// signature is what the SDK's own signer makes of a request as it has arrived.
func signature(r *http.Request, body []byte) string {
	at, _ := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	again := &http.Request{Method: r.Method, Host: r.Host, URL: &url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path}, Header: http.Header{}}
	_, signed, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	signed, _, _ = strings.Cut(signed, ",")
	for name := range strings.SplitSeq(signed, ";") {
		switch name {
		case "host", "x-amz-date", "x-amz-security-token":
		case "content-length":
			again.ContentLength = int64(len(body))
		default:
			again.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
		}
	}
	sum := sha256.Sum256(body)
	creds := aws.Credentials{AccessKeyID: "AKIAPUBLISHER", SecretAccessKey: canary, SessionToken: "token-" + canary}
	if err := v4.NewSigner().SignHTTP(context.Background(), creds, again, hex.EncodeToString(sum[:]), "sns", "eu-central-1", at); err != nil {
		return err.Error()
	}
	return again.Header.Get("Authorization")
}

func TestPublish(t *testing.T) {
	for _, answers := range [][]string{nil, {"InternalError"}, {"InternalError", "Throttling"}} {
		s := serve(t, answers...)
		if err := run(t.Context(), []string{"--topic-arn", topic, "--endpoint", s.URL}, input(rotated), io.Discard); err != nil {
			t.Fatal(err)
		}
		if s.wrong != nil || len(s.got) != 1 || s.asked != len(answers)+1 {
			t.Fatalf("asked %d times, published %d: %v", s.asked, len(s.got), s.wrong)
		}
		form := s.got[0]
		if form.Get("TopicArn") != topic || form.Get("Subject") != "rotated: myapp/dev aws.keys AKIAEXAMPLE" || form.Get("MessageStructure") != "json" {
			t.Errorf("published %v", form)
		}
		var message map[string]string
		if err := json.Unmarshal([]byte(form.Get("Message")), &message); err != nil {
			t.Fatal(err)
		}
		got, err := notify.Read(strings.NewReader(message["default"]))
		if diff := cmp.Diff(rotated, got); diff != "" || err != nil || message["email"] != rotated.Body() {
			t.Errorf("%v %s %v", err, diff, message)
		}
	}
}

func TestFailures(t *testing.T) {
	for code, want := range map[string]string{
		"AuthorizationError":    "AWS does not publish to " + topic + ": AuthorizationError: no; allow the key sns:Publish on the topic",
		"NotFound":              "AWS does not publish to " + topic + ": NotFound: no; see that --topic-arn is right",
		"SignatureDoesNotMatch": "AWS does not publish to " + topic + ": SignatureDoesNotMatch: no; see that AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN belong together and are valid",
		"InvalidParameter":      "AWS does not publish to " + topic + ": InvalidParameter: no",
	} {
		s := serve(t, code, code, code)
		err := run(t.Context(), []string{"--topic-arn", topic, "--endpoint", s.URL}, input(rotated), io.Discard)
		if err == nil || err.Error() != want || s.asked != 1 {
			t.Errorf("asked %d times: %v, want %s", s.asked, err, want)
		}
	}
	s := serve(t)
	s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := run(ctx, []string{"--topic-arn", topic, "--endpoint", s.URL}, input(rotated), io.Discard)
	if err == nil || !strings.HasPrefix(err.Error(), "cannot publish to "+topic+": ") || strings.Contains(err.Error(), canary) {
		t.Errorf("without a server: %v", err)
	}
}

func TestUsage(t *testing.T) {
	serve(t)
	refused := func(text string) string {
		return fmt.Sprintf("--topic-arn: %q is not the ARN of a topic; write one such as arn:aws:sns:us-east-1:123456789012:keys", text)
	}
	for _, test := range []struct {
		args  []string
		stdin io.Reader
		unset string
		want  string
	}{
		{nil, input(rotated), "", refused("")},
		{[]string{"--topic-arn", "keys"}, input(rotated), "", refused("keys")},
		{[]string{"--topic-arn", "arn:aws:sqs:eu-central-1:123456789012:keys"}, input(rotated), "", refused("arn:aws:sqs:eu-central-1:123456789012:keys")},
		{[]string{"--topic-arn", topic + ":d5f3"}, input(rotated), "", refused(topic + ":d5f3")},
		{[]string{"--topic-arn", topic + ".fifo"}, input(rotated), "", refused(topic + ".fifo")},
		{[]string{"--topic-arn", topic, "x"}, input(rotated), "", `"x" is one argument too many`},
		{[]string{"--topic-arn", topic}, strings.NewReader("{}"), "", "the notice is of version 0 and not 1; esc and this program must be of one release"},
		{[]string{"--topic-arn", topic}, input(rotated), "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY is not set; set it to that of a key that may publish to the topic"},
		{[]string{"--topic-arn", topic}, input(rotated), "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID is not set; set it to that of a key that may publish to the topic"},
	} {
		if test.unset != "" {
			t.Setenv(test.unset, "")
		}
		if err := run(t.Context(), test.args, test.stdin, io.Discard); err == nil || err.Error() != test.want {
			t.Errorf("%q: %v, want %s", test.args, err, test.want)
		}
	}
}

// Whatever a notice holds, the subject is one that SNS takes.
func TestSubject(t *testing.T) {
	for _, n := range []notify.Notice{
		rotated, {Kind: "é\r\n\x00x", Environment: strings.Repeat("é", 200)}, {}, {Kind: strings.Repeat("x", 500)}, {Kind: "\u2028"},
	} {
		text := subject(n)
		if text == "" || len(text) >= 100 || text[0] <= ' ' || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("the subject is %q", text)
		}
	}
}
