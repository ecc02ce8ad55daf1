package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/awstest"
)

// serveClinic lets a script have an account with much to find fault with, at the address in CLINIC, and the same three hours
// later in CLINIC_LATER. Its users are root, who may do everything; clerk, who may only list keys, and guest, who may do
// nothing; app, who has no key; full, who has two; and ada, who has a password. The role deployer trusts any environment of
// the issuer in the file ISSUER, the role stranger another one. The keys of root, clerk and guest are in ROOT_ID,
// ROOT_SECRET and so on.
func serveClinic(env *testscript.Env) error {
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	file := filepath.Join(env.WorkDir, ".tmp", "issuer.json")
	issuer, err := awslogin.CreateIssuer(file, awslogin.Issuer{URL: "https://oidc.example.com", Organization: "acme", Key: signer})
	if err != nil {
		return err
	}
	env.Setenv("ISSUER", file)
	for name, later := range map[string]time.Duration{"CLINIC": 0, "CLINIC_LATER": 3 * time.Hour} {
		sim, err := newClinic(issuer, later)
		if err != nil {
			return err
		}
		server := httptest.NewServer(sim)
		env.Defer(server.Close)
		env.Setenv(name, server.URL)
		for _, user := range []string{"root", "clerk", "guest"} { // in both accounts they have the same keys
			env.Setenv(strings.ToUpper(user)+"_ID", sim.Credentials(user).AccessKeyID)
			env.Setenv(strings.ToUpper(user)+"_SECRET", sim.Credentials(user).SecretAccessKey)
		}
	}
	return nil
}

func newClinic(issuer awslogin.Issuer, later time.Duration) (*awstest.Simulator, error) {
	documents, err := issuer.Documents()
	if err != nil {
		return nil, err
	}
	trust := func(environment string) string {
		policy, err := issuer.TrustPolicy("aws", "123456789012", "pulumi:environments:org:acme:env:"+environment)
		if err != nil {
			return err.Error()
		}
		return string(policy)
	}
	clock := awstest.RealTime(1)
	clock.Advance(later)
	return awstest.Simulate(awstest.Options{
		Clock: clock,
		Users: []awstest.User{
			{Name: "root", Keys: []awstest.Key{{}}},
			{Name: "clerk", Keys: []awstest.Key{{}}, Policy: awstest.Policy{"iam:ListAccessKeys"}},
			{Name: "guest", Keys: []awstest.Key{{}}, Policy: awstest.Policy{}},
			{Name: "app"}, {Name: "full", Keys: make([]awstest.Key, 2)}, {Name: "ada", Password: "Temporary-1"},
		},
		Roles:   []awstest.Role{{Name: "deployer", TrustPolicy: trust("*")}, {Name: "stranger", TrustPolicy: trust("other")}},
		Issuers: []awstest.Issuer{{URL: issuer.URL, ClientIDs: []string{"aws:acme"}, Documents: documents}},
	})
}
