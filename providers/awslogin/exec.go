package awslogin

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// An Exec is a source that runs a command, without a shell, and takes its standard output for the token. White space
// around the token is ignored.
type Exec struct {
	Args    []string      // the command, which is looked up as usual, and its arguments
	Env     []string      // NAME=VALUE; nil: the variables of the process
	Timeout time.Duration // zero: 30 seconds
}

const (
	execTimeout = 30 * time.Second
	execGrace   = time.Second // in which the output of a command that is over must end
	maxStderr   = 1 << 10     // bytes of standard error in a message
)

func (Exec) fixed() {}

// String names the command without its arguments.
func (e Exec) String() string {
	if len(e.Args) == 0 {
		return "exec:"
	}
	return "exec:" + e.Args[0]
}

// GoString is String: arguments and variables may be secret.
func (e Exec) GoString() string { return e.String() }

// MarshalText is String: arguments and variables may be secret.
func (e Exec) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// Token runs the command.
func (e Exec) Token(ctx context.Context, _ TokenRequest) (Token, error) {
	if len(e.Args) == 0 {
		return Token{}, errors.New("there is no command; write one")
	}
	timeout := e.Timeout
	if timeout <= 0 {
		timeout = execTimeout
	}
	running, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	stdout, stderr := &bounded{most: maxToken + 1}, &bounded{most: 64 << 10}
	cmd := exec.CommandContext(running, e.Args[0], e.Args[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = e.Env, stdout, stderr, execGrace
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return Token{}, ctx.Err()
	case running.Err() != nil:
		return Token{}, fmt.Errorf("the command ran for longer than %v%s; make it faster", timeout, e.complaint(stderr, stdout))
	case err != nil:
		return Token{}, fmt.Errorf("the command failed (%w)%s; run it by hand", err, e.complaint(stderr, stdout))
	}
	return tokenText(stdout.text)
}

// A bounded keeps the beginning of what is written to it. It has no other method that takes text.
type bounded struct {
	text []byte
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	b.text = append(b.text, p[:min(len(p), b.most-len(b.text))]...)
	return len(p), nil
}

// tokenLike is what a token, or the beginning of one, looks like: JSON in base64url begins so.
var tokenLike = regexp.MustCompile(`eyJ[A-Za-z0-9_.+/=-]*`)

// complaint returns what the command wrote to standard error, without what may be secret: the values of the variables
// and the arguments that were given to it alone, and what is or looks like a token.
func (e Exec) complaint(stderr, stdout *bounded) string {
	text := tokenLike.ReplaceAllString(string(stderr.text), "[secret]")
	hidden := strings.Fields(string(stdout.text))
	for _, variable := range e.Env {
		if _, value, ok := strings.Cut(variable, "="); ok {
			hidden = append(hidden, value)
		}
	}
	for _, secret := range hidden {
		if len(secret) >= 4 { // less is no secret, and would hide everything
			text = strings.ReplaceAll(text, secret, "[secret]")
		}
	}
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if text == "" {
		return ""
	}
	return ` and said "` + shortened(text, maxStderr) + `"`
}
