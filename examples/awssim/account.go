package main

import (
	"errors"
	"io/fs"
	"time"

	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/awstest"
)

// What the account is called, and what is in it.
const (
	account      = "012345678912"
	user         = "app"
	person       = "ada" // who signs in to the console
	role         = "deployer"
	issuerURL    = "https://esc.example.com"
	organization = "acme"
	region       = "us-west-2" // of what is stored
)

// What the account has for the documents of AWS and Pulumi: the key and the role that these print, and what is read with
// them.
const documentedRole = "role-abcd123"

var (
	documentedUser = awstest.User{
		Name: "reader",
		Keys: []awstest.Key{{ID: "AKIAIOSFODNN7EXAMPLE", Secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}},
	}
	secrets = []awstest.Secret{
		{Name: "api-key", Region: region, Text: "my-old-api-key"},
		{Name: "api-key", Region: region, Text: "my-api-key"},
		{Name: "app/key", Region: "us-east-1", Text: "{}"}, // to publish the key of the user to
	}
	parameters = []awstest.Parameter{
		{Name: "/myapp/db/password", Region: region, Type: "SecureString", Value: "my-password"},
		{Name: "/myapp/db/hosts", Region: region, Type: "StringList", Value: "a.example.com,b.example.com"},
		{Name: "/myapp/log-level", Region: region, Value: "debug", Labels: []string{"test"}},
		{Name: "/myapp/log-level", Region: region, Value: "info"},
	}
)

// loadIssuer reads the description of an issuer, or writes a new one.
func loadIssuer(file string) (awslogin.Issuer, error) {
	issuer, err := awslogin.ReadIssuer(file)
	if errors.Is(err, fs.ErrNotExist) {
		return awslogin.CreateIssuer(file, awslogin.Issuer{URL: issuerURL, Organization: organization})
	}
	return issuer, err
}

// newAccount makes an account that trusts an issuer, whose documents it is given.
func newAccount(issuer awslogin.Issuer, speed float64) (*awstest.Simulator, error) {
	documents, err := issuer.Documents()
	if err != nil {
		return nil, err
	}
	trust, err := issuer.TrustPolicy("aws", account,
		"pulumi:environments:org:"+issuer.Organization+":env:*",
		"pulumi:environments:pulumi.organization.login:"+issuer.Organization+":*")
	if err != nil {
		return nil, err
	}
	audience := issuer.Audience
	if audience == "" {
		audience = "aws:" + issuer.Organization
	}
	return awstest.Simulate(awstest.Options{
		Account:   account,
		Clock:     awstest.RealTime(speed),
		CheckSkew: speed == 1,
		Users:     []awstest.User{{Name: user}, {Name: person, Password: "Temporary-1"}, documentedUser},
		Roles: []awstest.Role{
			{Name: role, TrustPolicy: string(trust)}, {Name: documentedRole, TrustPolicy: string(trust), MaxSessionDuration: 2 * time.Hour},
		},
		Issuers:    []awstest.Issuer{{URL: issuer.URL, ClientIDs: []string{audience}, Documents: documents}},
		Secrets:    secrets,
		Parameters: parameters,
	})
}
