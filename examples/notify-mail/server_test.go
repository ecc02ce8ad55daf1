package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// A server is a mail server for one mail after the other.
type server struct {
	t        *testing.T
	listener net.Listener
	tls      *tls.Config       // nil: no STARTTLS
	auth     bool              // offers a login
	password string            // that it accepts
	answers  map[string]string // to some commands, in the place of its own; "" for none

	said chan string // what it was told, a session each
}

func (s *server) start(t *testing.T) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	s.t, s.listener, s.said = t, listener, make(chan string, 10)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.serve(conn)
		}
	}()
	return s
}

func (s *server) addr() string { return s.listener.Addr().String() }

// serve is one session.
func (s *server) serve(conn net.Conn) {
	defer conn.Close()
	var told strings.Builder
	defer func() { s.said <- told.String() }()
	r := bufio.NewReader(conn)
	say := func(text string) { _, _ = conn.Write([]byte(text + "\r\n")) }
	say("220 test")
	for data := false; ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		told.WriteString(line)
		command := strings.ToUpper(strings.Fields(line + " .")[0])
		answer, scripted := s.answers[command]
		switch {
		case data && line == ".\r\n":
			data = false
			say("250 taken")
		case data:
		case scripted && answer == "":
			_, _ = r.ReadString('\n') // until the client gives up
			return
		case scripted:
			say(answer)
		case command == "EHLO":
			say("250-test")
			if _, encrypted := conn.(*tls.Conn); s.tls != nil && !encrypted {
				say("250-STARTTLS")
			}
			if s.auth {
				say("250-AUTH LOGIN PLAIN")
			}
			say("250 8BITMIME")
		case command == "STARTTLS":
			say("220 go on")
			conn = tls.Server(conn, s.tls)
			r = bufio.NewReader(conn)
			told.WriteString("(encrypted)\r\n")
		case command == "AUTH":
			plain, _ := base64.StdEncoding.DecodeString(strings.Fields(line)[2])
			if strings.HasSuffix(string(plain), "\x00"+s.password) {
				say("235 welcome")
			} else {
				say("535 not " + string(plain))
			}
		case command == "DATA":
			data = true
			say("354 go on")
		case command == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// certificate makes one for 127.0.0.1, and the pool that vouches for it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}
