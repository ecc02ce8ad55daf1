package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/smithy-go"

	"github.com/escapement-go/escapement/examples/notify"
)

// maxBackoff is the most between two tries. Tests are in a hurry.
var maxBackoff = 2 * time.Second

// publish publishes a notice. It is tried three times, so that subscribers may get it twice; its id is then the same.
func (s settings) publish(ctx context.Context, n notify.Notice) error {
	message, err := perProtocol(n)
	if err != nil {
		return err
	}
	_, err = s.client().Publish(ctx, &sns.PublishInput{
		TopicArn: &s.topic, Subject: aws.String(subject(n)), Message: &message, MessageStructure: aws.String("json"),
	})
	if refusal, ok := errors.AsType[smithy.APIError](err); ok {
		return fmt.Errorf("AWS does not publish to %s: %s: %s%s", s.topic, refusal.ErrorCode(), refusal.ErrorMessage(), remedy(refusal.ErrorCode()))
	}
	if err != nil {
		return fmt.Errorf("cannot publish to %s: %w", s.topic, err)
	}
	return nil
}

func remedy(code string) string {
	switch code {
	case "AuthorizationError", "AccessDenied":
		return "; allow the key sns:Publish on the topic"
	case "NotFound":
		return "; see that --topic-arn is right"
	case "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken":
		return "; see that AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN belong together and are valid"
	}
	return ""
}

// client makes a client whose configuration is built by hand, so that no file and no other variable has a say.
func (s settings) client() *sns.Client {
	return sns.NewFromConfig(aws.Config{
		Region:      s.region,
		Credentials: s.login,
		HTTPClient: &http.Client{
			Timeout:       10 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = 3, maxBackoff })
		},
	}, func(o *sns.Options) {
		if s.endpoint != "" {
			o.BaseEndpoint = &s.endpoint
		}
	})
}

// perProtocol is what SNS gives to subscribers of each kind.
func perProtocol(n notify.Notice) (string, error) {
	notice, err := json.Marshal(n)
	if err != nil {
		return "", err
	}
	message, err := json.Marshal(map[string]string{"default": string(notice), "email": n.Body()})
	return string(message), err
}

// maxSubject bounds the subject, as SNS does.
const maxSubject = 100

// subject is that of mails. SNS wants less than 100 characters of ASCII, none of them a control character, the first a
// letter, digit or punctuation mark.
func subject(n notify.Notice) string {
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, n.Subject())
	return text[:min(len(text), maxSubject-1)]
}
