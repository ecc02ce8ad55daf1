package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/providers/awsclient"
)

// A Store is an [eval.Creator] of the environments in a bucket. Its fields must not change once it is in use; its methods
// may be called concurrently, and so may those of other Stores of the same bucket, anywhere.
type Store struct {
	Bucket string
	Prefix string // what keys begin with, as it is, such as "prod/"; may be empty
	Region string // such as "eu-west-1"

	// Credentials sign the requests. They are asked before each one, so that they may be temporary.
	Credentials aws.CredentialsProvider

	// Endpoint is a base URL to use instead of AWS's own, for other servers and private endpoints. Buckets are then named in
	// the path.
	Endpoint string

	// Transport sends the requests; nil means one with TLS 1.2 or later and without a proxy. Redirects are never followed.
	Transport http.RoundTripper

	// Timeout is that of one request; zero means 30 s.
	Timeout time.Duration

	once   sync.Once
	client *s3.Client
	wrong  error // what is wrong with the fields

	pause time.Duration // a test's, between two tries; zero: usualPause
}

var (
	_ eval.Creator = (*Store)(nil)
	_ eval.Lister  = (*Store)(nil)
)

const (
	usualPause = 200 * time.Millisecond
	readTries  = 3
	// maxSize keeps an object that was put there by mistake out of memory.
	maxSize = 64 << 20
)

var bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// connect makes the client once.
func (s *Store) connect() (*s3.Client, error) {
	s.once.Do(func() {
		switch {
		case !bucketForm.MatchString(s.Bucket):
			s.wrong = fmt.Errorf("%q is not the name of a bucket", s.Bucket)
		case s.Region == "":
			s.wrong = fmt.Errorf("no region is configured for the bucket %q", s.Bucket)
		case s.Credentials == nil:
			s.wrong = fmt.Errorf("no credentials are configured for the bucket %q", s.Bucket)
		}
		options := awsclient.Options{Endpoint: s.Endpoint, Transport: s.Transport, Timeout: s.Timeout}
		config := options.Config(awsclient.Login{}, s.Region)
		config.Credentials = s.Credentials
		// The signature covers the text already, and not every server knows the checksums that the SDK would add.
		config.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		config.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		s.client = s3.NewFromConfig(config, func(o *s3.Options) {
			o.UsePathStyle = s.Endpoint != ""
			o.DisableMultiRegionAccessPoints = true
		})
	})
	return s.client, s.wrong
}

// Load returns the text of an object.
func (s *Store) Load(ctx context.Context, name string) ([]byte, error) {
	if err := s.check(ctx, name); err != nil {
		return nil, err
	}
	o, err := s.get(ctx, name)
	return o.text, s.about(name, err)
}

// An object is what is stored of an environment.
type object struct {
	text []byte
	tag  string // of this text
}

// get reads an object. The error matches fs.ErrNotExist if there is none.
func (s *Store) get(ctx context.Context, name string) (object, error) {
	client, err := s.connect()
	if err != nil {
		return object{}, err
	}
	for try := 1; ; try++ {
		o, err := s.getOnce(ctx, client, name)
		if err == nil || errors.Is(err, fs.ErrNotExist) || !isTransient(err) || try == readTries || !s.wait(ctx, try) {
			return o, err
		}
	}
}

func (s *Store) getOnce(ctx context.Context, client *s3.Client, name string) (object, error) {
	out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.Bucket, Key: aws.String(s.key(name))})
	if err != nil {
		return object{}, readFailure(ctx, err)
	}
	defer out.Body.Close()
	text, err := io.ReadAll(io.LimitReader(out.Body, maxSize+1))
	switch {
	case err != nil:
		return object{}, readFailure(ctx, err)
	case len(text) > maxSize:
		return object{}, fmt.Errorf("has more than %d bytes", maxSize)
	case aws.ToString(out.ETag) == "":
		return object{}, errors.New("the server gives no entity tag; it cannot hold environments")
	}
	return object{text, *out.ETag}, nil
}

// readFailure is the error of a read. An end of the context is the caller's own.
func readFailure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return classify("s3:GetObject", err, nil)
}

// wait waits before another try, and tells whether there is time for one.
func (s *Store) wait(ctx context.Context, try int) bool {
	pause := s.pause
	if pause == 0 {
		pause = usualPause
	}
	timer := time.NewTimer(pause << (try - 1))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Store) key(name string) string { return s.Prefix + name + ".yaml" }

// check refuses what is refused without a request.
func (s *Store) check(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !syntax.IsCanonical(name) {
		return fmt.Errorf("no environment can have the name %q: %w", name, fs.ErrInvalid)
	}
	return nil
}

// Format prints where the environments are, whatever the verb: the credentials may be printable.
func (s *Store) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "s3://%s/%s", s.Bucket, s.Prefix) }
