package main

import (
	"errors"
	"io/fs"

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
		Users:     []awstest.User{{Name: user}, {Name: person, Password: "Temporary-1"}},
		Roles:     []awstest.Role{{Name: role, TrustPolicy: string(trust)}},
		Issuers:   []awstest.Issuer{{URL: issuer.URL, ClientIDs: []string{audience}, Documents: documents}},
	})
}
