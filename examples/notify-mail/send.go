package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
)

// send sends a message, over TLS where the server offers it.
func (s settings) send(ctx context.Context, message []byte) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.server)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	host, _, _ := net.SplitHostPort(s.server)
	return s.deliver(conn, host, message)
}

// deliver is what is said to the server.
func (s settings) deliver(conn net.Conn, host string, message []byte) error {
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	if offered, _ := c.Extension("STARTTLS"); offered {
		if err := c.StartTLS(&tls.Config{ServerName: host, RootCAs: s.roots, MinVersion: tls.VersionTLS12}); err != nil {
			return err
		}
	}
	if err := s.login(c, host); err != nil {
		return err
	}
	if err := c.Mail(s.from.Address); err != nil {
		return fmt.Errorf("the sender is refused: %w", err)
	}
	if err := c.Rcpt(s.to.Address); err != nil {
		return fmt.Errorf("the receiver is refused: %w", err)
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(message); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("the message is refused: %w", err)
	}
	_ = c.Quit() // it is sent already
	return nil
}

// login logs in if there is a password. Without TLS that is refused, but on the same machine.
func (s settings) login(c *smtp.Client, host string) error {
	if !s.secret {
		return nil
	}
	_, encrypted := c.TLSConnectionState()
	local := host == "localhost" || net.ParseIP(host).IsLoopback()
	offered, ways := c.Extension("AUTH")
	switch {
	case !encrypted && !local:
		return fmt.Errorf("the server offers no TLS, so the password in %s is not sent", passwordVariable)
	case !offered || !strings.Contains(" "+ways+" ", " PLAIN "):
		return fmt.Errorf("the server has no login by password; unset %s", passwordVariable)
	}
	err := c.Auth(smtp.PlainAuth("", s.user, s.password.Reveal(), host))
	if refusal, ok := errors.AsType[*textproto.Error](err); ok {
		return fmt.Errorf("the login of %q is refused with %d", s.user, refusal.Code) // the text could quote the password
	}
	return err
}
