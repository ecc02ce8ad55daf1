package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/awsparams"
	"github.com/escapement-go/escapement/providers/awspartition"
	"github.com/escapement-go/escapement/providers/awssecrets"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awsiam"
	"github.com/escapement-go/escapement/rotators/awspassword"
	"github.com/escapement-go/escapement/rotators/password"
)

// awsFlags are how esc reaches AWS, which no document may choose.
type awsFlags struct {
	TokenSource string   `help:"Where the tokens of aws-login come from: ${sources}." env:"ESC_TOKEN_SOURCE" placeholder:"SOURCE"`
	AWSEndpoint string   `name:"aws-endpoint" help:"Address to use in AWS's place, with IAM at /iam/, STS at /sts/ and so on." env:"ESC_AWS_ENDPOINT" placeholder:"URL"`
	AWSRegion   []string `name:"aws-region" help:"Regions whose STS is asked, the first one first." placeholder:"REGION"`
}

// Validate refuses what cannot be meant. What else is wrong with a source of tokens shows when a token is needed.
func (f *awsFlags) Validate() error {
	if u, err := url.Parse(f.AWSEndpoint); f.AWSEndpoint != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("--aws-endpoint: that is no address; write one such as http://localhost:8080")
	}
	for _, region := range f.AWSRegion {
		if _, ok := awspartition.Of(region); !ok {
			return fmt.Errorf("--aws-region: %q is no region; write one such as us-east-1", region)
		}
	}
	if f.TokenSource == "" {
		return nil
	}
	_, err := f.source()
	if e, ok := errors.AsType[*awslogin.Error](err); ok && e.Code == "bad-source" {
		return errors.New("--token-source: " + e.Error())
	}
	return nil
}

// source returns where tokens come from.
func (f *awsFlags) source() (awslogin.TokenSource, error) {
	text := f.TokenSource
	if kind, path, ok := strings.Cut(text, ":"); ok && (kind == "file" || kind == "issuer") {
		path, err := inHome(path)
		if err != nil {
			return nil, err
		}
		text = kind + ":" + path
	}
	return awslogin.ParseSource(text)
}

// providers returns the providers that documents can call.
func (f *awsFlags) providers() map[string]providers.Provider {
	login := &awslogin.Provider{Regions: f.AWSRegion, Endpoint: f.endpoint("sts")}
	if f.TokenSource != "" {
		source, err := f.source()
		if err != nil {
			kind, _, _ := strings.Cut(f.TokenSource, ":")
			source = brokenSource{kind, err}
		}
		login.Source = source
	}
	return map[string]providers.Provider{
		"aws-login":           login,
		"aws-secrets":         &awssecrets.Provider{Options: awsclient.Options{Endpoint: f.endpoint("secretsmanager")}},
		"aws-parameter-store": &awsparams.Provider{Options: awsclient.Options{Endpoint: f.endpoint("ssm")}},
	}
}

// rotators returns the rotators that documents can call.
func (f *awsFlags) rotators() map[string]rotators.Rotator {
	return map[string]rotators.Rotator{
		"aws-iam": &awsiam.Rotator{
			IAMEndpoint: f.endpoint("iam"), STSEndpoint: f.endpoint("sts"), SecretsManagerEndpoint: f.endpoint("secretsmanager"),
		},
		"aws-iam-password": &awspassword.Rotator{IAMEndpoint: f.endpoint("iam"), STSEndpoint: f.endpoint("sts")},
		"password":         password.Rotator{},
	}
}

// endpoint returns the address of a service, "" for AWS's own.
func (f *awsFlags) endpoint(service string) string {
	if f.AWSEndpoint == "" {
		return ""
	}
	return strings.TrimSuffix(f.AWSEndpoint, "/") + "/" + service + "/"
}

// A brokenSource is a source of tokens that cannot be used.
type brokenSource struct {
	kind string
	err  error
}

func (s brokenSource) String() string { return s.kind }

func (s brokenSource) Token(context.Context, awslogin.TokenRequest) (awslogin.Token, error) {
	return awslogin.Token{}, s.err
}
