// Command awssim serves an AWS account that is none: IAM, STS, Secrets Manager and Parameter Store as package awstest
// simulates them, in memory and on loopback, so that everything can be tried without an account of one's own.
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
	"os/exec"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"

	"github.com/escapement-go/escapement/providers/awstest"
)

const description = `Serves a simulated AWS account: its IAM at /iam/, its STS at /sts/, its Secrets Manager at /secretsmanager/ and its
Parameter Store at /ssm/. It has the user app, who has no access key yet, the user reader, whose key is the one that AWS's
documentation prints, the user ada, who has a password for the console, and the roles deployer and role-abcd123, which may do
everything and which the environments of the issuer may assume. In us-west-2 there are the secret api-key and parameters below
/myapp, in us-east-1 the secret app/key, for that of the user. Each call is printed as a line. Nothing is kept when the
program ends.

With a COMMAND it does so as long as the command runs, which finds in its environment what esc needs to know:

    awssim esc --dir examples/environments open aws/oidc
    awssim sh`

// cli is the command line.
type cli struct {
	Addr    string   `help:"Where to listen; port 0 stands for any that is free." default:"127.0.0.1:0" placeholder:"HOST:PORT"`
	Issuer  string   `help:"File of the issuer whose tokens the role trusts; it is made if there is none, with a new key. Left out, issuer.json in the working directory." default:"issuer.json" placeholder:"FILE"`
	Speed   float64  `help:"How fast the account's clock runs: 3600 for an hour each second." default:"1"`
	Calls   bool     `help:"Print the calls on standard error even if there is a COMMAND."`
	Command []string `arg:"" optional:"" passthrough:"" help:"Command to run; -- may stand before it."`
}

func main() {
	c := &cli{}
	kong.Parse(c, kong.Name("awssim"), kong.Description(description))
	err := c.run(os.Stdout)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(max(exit.ExitCode(), 1))
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

func (c *cli) run(w io.Writer) error {
	var err error
	if c.Issuer, err = filepath.Abs(c.Issuer); err != nil { // the command may change its directory
		return err
	}
	issuer, err := loadIssuer(c.Issuer)
	if err != nil {
		return err
	}
	sim, err := newAccount(issuer, c.Speed)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return err
	}
	endpoint := "http://" + listener.Addr().String()
	server := &http.Server{Handler: sim, ReadHeaderTimeout: 10 * time.Second}
	if len(c.Command) > 0 && c.Command[0] == "--" {
		c.Command = c.Command[1:]
	}
	if len(c.Command) > 0 {
		if c.Calls {
			printCalls(os.Stderr, sim)
		}
		go server.Serve(listener)
		return c.command(endpoint)
	}
	fmt.Fprintf(w, `account %s

  user  %s
  user  %s, with a password for the console
  role  %s

export ESC_AWS_ENDPOINT=%s ESC_TOKEN_SOURCE=issuer:%s

`, sim.Account(), sim.UserARN(user), sim.UserARN(person), sim.RoleARN(role), endpoint, c.Issuer)
	printCalls(w, sim)
	return server.Serve(listener)
}

func printCalls(w io.Writer, sim *awstest.Simulator) {
	sim.After(func(call awstest.Call) { fmt.Fprintln(w, call) })
}

// command runs the command with what esc needs to know.
func (c *cli) command(endpoint string) error {
	cmd := exec.Command(c.Command[0], c.Command[1:]...)
	cmd.Env = append(os.Environ(), "ESC_AWS_ENDPOINT="+endpoint, "ESC_TOKEN_SOURCE=issuer:"+c.Issuer)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}
