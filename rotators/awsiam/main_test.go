package awsiam

import (
	"flag"
	"os"
	"testing"
)

// The property tests have the same draws in every run, unless -rapid.seed says otherwise.
func TestMain(m *testing.M) {
	flag.Parse()
	if seed := flag.Lookup("rapid.seed"); seed.Value.String() == seed.DefValue {
		if err := seed.Value.Set("1"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
