// Command notify-sns publishes a notice of esc rotate, which it reads from standard input, to a topic of Amazon SNS:
//
//	esc rotate --due myapp/dev --notify-exec 'notify-sns --topic-arn arn:aws:sns:us-east-1:123456789012:keys'
//
// It signs with the credentials in the environment variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, if they are
// temporary, AWS_SESSION_TOKEN, which need sns:Publish on the topic. Nothing else of the machine's settings for AWS is read.
// Subscribers by mail get text, all others the notice as JSON.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/escapement-go/escapement/examples/notify"
)

// timeout bounds all of it. It is less than what esc gives a command.
const timeout = 25 * time.Second

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	err := run(ctx, os.Args[1:], os.Stdin, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

// settings are what the flags and the environment variables say.
type settings struct {
	topic    string // its ARN
	region   string // of the topic
	endpoint string // "" for AWS's own
	login    aws.CredentialsProvider
}

func run(ctx context.Context, args []string, stdin io.Reader, stderr io.Writer) error {
	s, err := readSettings(args, stderr)
	if err != nil {
		return err
	}
	n, err := notify.Read(stdin)
	if err != nil {
		return err
	}
	return s.publish(ctx, n)
}

func readSettings(args []string, stderr io.Writer) (s settings, err error) {
	flags := flag.NewFlagSet("notify-sns", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.topic, "topic-arn", "", "`ARN` of the topic")
	flags.StringVar(&s.endpoint, "endpoint", "", "`URL` to use in the place of AWS's, for tests")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("%q is one argument too many", flags.Arg(0))
	}
	if s.region, err = topicRegion(s.topic); err != nil {
		return s, err
	}
	s.login, err = readLogin()
	return s, err
}

var topicName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// topicRegion returns the region of a topic.
func topicRegion(text string) (string, error) {
	topic, err := arn.Parse(text)
	if err != nil || topic.Service != "sns" || topic.Region == "" || !topicName.MatchString(topic.Resource) {
		return "", fmt.Errorf("--topic-arn: %q is not the ARN of a topic; write one such as arn:aws:sns:us-east-1:123456789012:keys", text)
	}
	return topic.Region, nil
}

// readLogin reads the credentials. They stay in the provider, which prints none of them.
func readLogin() (aws.CredentialsProvider, error) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if os.Getenv(name) == "" {
			return nil, fmt.Errorf("%s is not set; set it to that of a key that may publish to the topic", name)
		}
	}
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{
			AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken: os.Getenv("AWS_SESSION_TOKEN"),
		}, nil
	}), nil
}
