// Command awssim serves an AWS account that is none: IAM and STS as package awstest simulates them, in memory and on
// loopback, so that everything can be tried without an account of one's own.
//
//	go run ./examples/awssim --issuer issuer.json
//
// Run it with --help.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"github.com/escapement-go/escapement/providers/awstest"
)

const description = `Serves a simulated AWS account: its IAM at /iam/ and its STS at /sts/. It has the user app, who has no access key yet, and
the role deployer, which may do everything and which the environments of the issuer may assume. Each call is printed as a
line. Nothing is kept when the program ends.`

// cli is the command line.
type cli struct {
	Addr   string  `help:"Where to listen." default:"127.0.0.1:9420" placeholder:"HOST:PORT"`
	Issuer string  `help:"File of the issuer whose tokens the role trusts; it is made if there is none." default:"issuer.json" placeholder:"FILE"`
	Speed  float64 `help:"How fast the account's clock runs: 3600 for an hour each second." default:"1"`
}

func main() {
	c := &cli{}
	kong.Parse(c, kong.Name("awssim"), kong.Description(description))
	if err := c.run(os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

func (c *cli) run(w io.Writer) error {
	issuer, err := loadIssuer(c.Issuer)
	if err != nil {
		return err
	}
	sim, err := newAccount(issuer, c.Speed)
	if err != nil {
		return err
	}
	sim.After(func(call awstest.Call) { fmt.Fprintln(w, call) })
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, `account %s at http://%s

  user  %s
  role  %s

esc --aws-endpoint http://%s --token-source issuer:%s open aws/oidc

`, sim.Account(), listener.Addr(), sim.UserARN(user), sim.RoleARN(role), listener.Addr(), c.Issuer)
	server := &http.Server{Handler: sim, ReadHeaderTimeout: 10 * time.Second}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
