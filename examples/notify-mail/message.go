package main

import (
	"bytes"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"

	"github.com/escapement-go/escapement/examples/notify"
)

// maxSubject bounds the subject, in characters.
const maxSubject = 150

// message makes the mail. Whatever the notice holds, a header has one line: what is not plain text in it is encoded.
func message(from, to *mail.Address, n notify.Notice) []byte {
	var b bytes.Buffer
	subject := []rune(strings.ReplaceAll(n.Subject(), "=?", "= ?")) // what begins so, a reader of mails would decode
	if len(subject) > maxSubject {
		subject = append(subject[:maxSubject], '…')
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	for _, header := range [][2]string{
		{"Date", time.Now().UTC().Format(time.RFC1123Z)},
		{"From", from.String()},
		{"To", to.String()},
		{"Subject", strings.ReplaceAll(mime.QEncoding.Encode("utf-8", string(subject)), "?= =?", "?=\r\n =?")}, // no line is too long
		{"Message-ID", "<" + word(n.ID) + "@" + word(domain) + ">"},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", header[0], header[1])
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(n.Body())) // into memory
	_ = w.Close()
	return b.Bytes()
}

// word keeps of a text what may stand in an identifier.
func word(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("._-", r) {
			return r
		}
		return -1
	}, text[:min(len(text), 100)])
}
