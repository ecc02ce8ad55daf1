package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/examples/notify"
)

var rotated = notify.Notice{
	Version: 1, ID: "notice_A", Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Environment: "myapp/dev", Path: "aws.keys",
	Rotator: "aws-iam", Kind: "rotated", KeyID: "AKIAEXAMPLE", Text: "a new key is current",
}

func input(n notify.Notice) io.Reader {
	text, _ := json.Marshal(n)
	return bytes.NewReader(text)
}

// TestMail sends a mail through a server without TLS and reads it as others do.
func TestMail(t *testing.T) {
	t.Setenv(passwordVariable, "")
	s := (&server{}).start(t)
	args := []string{"--smtp", s.addr(), "--from", "Esc <esc@example.com>", "--to", "ops@example.com"}
	if err := run(t.Context(), args, input(rotated), io.Discard); err != nil {
		t.Fatal(err)
	}
	said := <-s.said
	for _, want := range []string{"MAIL FROM:<esc@example.com> BODY=8BITMIME\r\n", "RCPT TO:<ops@example.com>\r\n", "DATA\r\n", "\r\n.\r\nQUIT\r\n"} {
		if !strings.Contains(said, want) {
			t.Errorf("said %s without %q", said, want)
		}
	}
	_, text, _ := strings.Cut(said, "DATA\r\n")
	text, _, _ = strings.Cut(text, "\r\n.\r\n")
	header, body := parse(t, []byte(text+"\r\n"))
	for name, want := range map[string]string{
		"From": `"Esc" <esc@example.com>`, "To": "<ops@example.com>", "Subject": "rotated: myapp/dev aws.keys AKIAEXAMPLE",
		"Message-Id": "<notice_A@example.com>", "Auto-Submitted": "auto-generated",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if date, err := header.Date(); err != nil || time.Since(date) > time.Hour {
		t.Errorf("the date is %v, %v", date, err)
	}
	if want := strings.ReplaceAll(rotated.Body(), "\n", "\r\n"); body != want || !strings.HasPrefix(body, "a new key is current\r\n") {
		t.Errorf("the body is %q, want %q", body, want)
	}
}

func parse(t *testing.T, text []byte) (mail.Header, string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, string(body)
}

// TestEncrypted logs in over TLS, to a server whose certificate is right.
func TestEncrypted(t *testing.T) {
	const canary = "canary-password"
	t.Setenv(passwordVariable, canary)
	config, roots := certificate(t)
	args := func(s *server) []string {
		return []string{"--smtp", s.addr(), "--from", "esc@example.com", "--to", "ops@example.com"}
	}
	good := (&server{tls: config, auth: true, password: canary}).start(t)
	settings, err := readSettings(args(good), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	settings.roots = roots
	if err := settings.send(t.Context(), message(settings.from, settings.to, rotated)); err != nil {
		t.Fatal(err)
	}
	before, after, encrypted := strings.Cut(<-good.said, "(encrypted)\r\n")
	if !encrypted || strings.Contains(before, "AUTH") || !strings.Contains(after, "AUTH PLAIN ") || !strings.Contains(after, "\r\n.\r\n") {
		t.Errorf("said %s, then encrypted %s", before, after)
	}
	for name, test := range map[string]struct {
		server *server
		want   string
	}{
		"unknown certificate": {&server{tls: config, auth: true, password: canary}, "certificate signed by unknown authority"},
		"wrong password":      {&server{auth: true, password: "another"}, `the login of "esc@example.com" is refused with 535`},
		"no login":            {&server{}, "the server has no login by password; unset NOTIFY_MAIL_PASSWORD"},
	} {
		s := test.server.start(t)
		err := run(t.Context(), args(s), input(rotated), io.Discard)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
		if said := <-s.said; strings.Contains(said, "DATA") {
			t.Errorf("%s: said %s", name, said)
		}
	}
}

// A password is not sent in the clear to another machine.
func TestPasswordNeedsTLS(t *testing.T) {
	t.Setenv(passwordVariable, "canary-password")
	s := (&server{auth: true}).start(t)
	settings, err := readSettings([]string{"--smtp", s.addr(), "--from", "a@b", "--to", "a@b"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{
		"mail.example.com": "the server offers no TLS, so the password in NOTIFY_MAIL_PASSWORD is not sent",
		"10.0.0.1":         "the server offers no TLS, so the password in NOTIFY_MAIL_PASSWORD is not sent",
	} {
		conn, err := net.Dial("tcp", s.addr())
		if err != nil {
			t.Fatal(err)
		}
		if err := settings.deliver(conn, host, nil); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", host, err, want)
		}
		conn.Close()
		if said := <-s.said; strings.Contains(said, "AUTH") {
			t.Errorf("said %s", said)
		}
	}
}

func TestFailures(t *testing.T) {
	t.Setenv(passwordVariable, "")
	for name, test := range map[string]struct {
		answers map[string]string
		want    string
	}{
		"no server":           {nil, "connection refused"},
		"refused sender":      {map[string]string{"MAIL": "550 not you"}, `the sender is refused: 550 "not you"`},
		"refused receiver":    {map[string]string{"RCPT": "550 nobody"}, `the receiver is refused: 550 "nobody"`},
		"refused message":     {map[string]string{"DATA": "452 full"}, `452 "full"`},
		"server that is mute": {map[string]string{"EHLO": ""}, "i/o timeout"},
	} {
		s := (&server{answers: test.answers}).start(t)
		if test.answers == nil {
			s.listener.Close()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		err := run(ctx, []string{"--smtp", s.addr(), "--from", "a@b", "--to", "a@b"}, input(rotated), io.Discard)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "cannot send the mail by 127.0.0.1:") {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

func TestUsage(t *testing.T) {
	good := []string{"--smtp", "x:25", "--from", "a@b", "--to", "a@b"}
	for _, test := range []struct {
		args  []string
		stdin io.Reader
		want  string
	}{
		{nil, input(rotated), "--smtp: write the host and port of the mail server, such as mail.example.com:587"},
		{[]string{"--smtp", "x"}, input(rotated), "--smtp: write the host and port of the mail server, such as mail.example.com:587"},
		{good[:4], input(rotated), `--to: "" is no mail address; write one such as ops@example.com`},
		{append([]string{"--from", "a"}, good[:2]...), input(rotated), `--from: "a" is no mail address; write one such as ops@example.com`},
		{[]string{"--smtp", "x:25", "--from", "a@b\r\nBcc: c@d", "--to", "a@b"}, input(rotated), `--from: "a@b\r\nBcc: c@d" is no mail address; write one such as ops@example.com`},
		{append(good[:6:6], "more"), input(rotated), `"more" is one argument too many`},
		{[]string{"--port", "1"}, input(rotated), "flag provided but not defined: -port"},
		{good, strings.NewReader("{}"), "the notice is of version 0 and not 1; esc and this program must be of one release"},
	} {
		if err := run(t.Context(), test.args, test.stdin, io.Discard); err == nil || err.Error() != test.want {
			t.Errorf("%q: %v, want %s", test.args, err, test.want)
		}
	}
}

// FuzzMessage makes sure that nothing in a notice becomes a header of its own, or a line of the protocol.
func FuzzMessage(f *testing.F) {
	f.Add("kind", "env", "path", "key", "text\r\n.\r\nQUIT")
	f.Add("a\r\nBcc: x@y", "\x00", "\n\n", strings.Repeat("é", 500), "\xff=\r")
	f.Add(strings.Repeat("x", 2000), "=?utf-8?q?=0D=0ABcc:?=", "\u2028", " ", "")
	f.Fuzz(func(t *testing.T, kind, environment, path, key, text string) {
		n := notify.Notice{ID: key + "\r\n" + kind, Kind: kind, Environment: environment, Path: path, KeyID: key, Text: text}
		from, to := &mail.Address{Address: "esc@example.com"}, &mail.Address{Address: "ops@example.com"}
		mailed := message(from, to, n)
		header, _ := parse(t, mailed)
		if len(header) != 9 || header.Get("Bcc") != "" {
			t.Errorf("the header is %q", header)
		}
		for line := range bytes.Lines(mailed) {
			if len(line) > 998 || !bytes.HasSuffix(line, []byte("\n")) && len(line) > 76 {
				t.Errorf("a line has %d bytes: %q", len(line), line)
			}
			for _, b := range line {
				if b > 126 || b < ' ' && b != '\r' && b != '\n' && b != '\t' {
					t.Fatalf("the mail holds the byte %d: %q", b, line)
				}
			}
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
		want := strings.ReplaceAll(string([]rune(n.Subject())), "=?", "= ?")
		if err != nil || !strings.HasPrefix(want, strings.TrimSuffix(subject, "…")) {
			t.Errorf("the subject is %q, want %q, %v", subject, want, err)
		}
	})
}
