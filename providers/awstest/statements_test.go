package awstest_test

import (
	"testing"

	"github.com/escapement-go/escapement/providers/awstest"
)

// A statement is something that the simulator is to do, with the test that it does.
type statement struct {
	says    string
	options awstest.Options
	test    func(account)
}

// TestStatements tries every statement twice: with the real SDK over HTTP, and with the direct clients.
func TestStatements(t *testing.T) {
	groups := []struct {
		name       string
		statements []statement
	}{
		{"answers", answers}, {"users", users}, {"keys", keys}, {"last use", lastUse}, {"consistency", consistency},
		{"permissions", permissions}, {"signatures", signatures}, {"passwords", passwords},
		{"sts", stsStatements}, {"oidc", oidcStatements}, {"secrets", secretStatements},
		{"parameters", parameterStatements},
	}
	count := 0
	for _, g := range groups {
		if len(g.statements) == 0 {
			t.Errorf("the group %q is empty", g.name)
		}
		for _, s := range g.statements {
			count++
			for _, direct := range []bool{false, true} {
				way := map[bool]string{false: "SDK", true: "direct"}[direct]
				t.Run(g.name+"/"+s.says+"/"+way, func(t *testing.T) {
					s.test(account{t, awstest.New(t, s.options), direct})
				})
			}
		}
	}
	t.Logf("%d statements, each with the SDK and with the direct clients", count)
}
