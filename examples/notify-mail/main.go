// Command notify-mail mails a notice of esc rotate, which it reads from standard input:
//
//	esc rotate --due myapp/dev --notify-exec 'notify-mail --smtp mail.example.com:587 --from esc@example.com --to ops@example.com'
//
// With a password in the environment variable NOTIFY_MAIL_PASSWORD it logs in, and then only over TLS, or to a server on the
// same machine.
package main

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/mail"
	"os"
	"strings"
	"time"

	"github.com/escapement-go/escapement/examples/notify"
	"github.com/escapement-go/escapement/schema"
)

// passwordVariable is the environment variable with the password.
const passwordVariable = "NOTIFY_MAIL_PASSWORD"

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

// settings are what the flags say.
type settings struct {
	server   string // host and port
	from, to *mail.Address
	user     string
	password schema.Secret
	secret   bool           // there is a password
	roots    *x509.CertPool // that vouch for the server; nil: those of the system
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
	if err := s.send(ctx, message(s.from, s.to, n)); err != nil {
		return fmt.Errorf("cannot send the mail by %s: %w", s.server, err)
	}
	return nil
}

func readSettings(args []string, stderr io.Writer) (s settings, err error) {
	flags := flag.NewFlagSet("notify-mail", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.server, "smtp", "", "`host:port` of the mail server")
	from := flags.String("from", "", "`address` of the sender")
	to := flags.String("to", "", "`address` of the receiver")
	flags.StringVar(&s.user, "user", "", "`name` to log in with, where there is a password; that of the sender where it is left out")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("%q is one argument too many", flags.Arg(0))
	}
	if _, port, err := net.SplitHostPort(s.server); err != nil || port == "" {
		return s, errors.New("--smtp: write the host and port of the mail server, such as mail.example.com:587")
	}
	if s.from, err = address("--from", *from); err != nil {
		return s, err
	}
	if s.to, err = address("--to", *to); err != nil {
		return s, err
	}
	if s.user == "" {
		s.user = s.from.Address
	}
	var password string
	password, s.secret = os.LookupEnv(passwordVariable)
	s.password, s.secret = schema.NewSecret(password), s.secret && password != ""
	return s, nil
}

func address(name, text string) (*mail.Address, error) {
	a, err := mail.ParseAddress(text)
	if err != nil || strings.ContainsAny(a.Address, "\r\n") {
		return nil, fmt.Errorf("%s: %q is no mail address; write one such as ops@example.com", name, text)
	}
	return a, nil
}
