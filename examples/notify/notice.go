// Package notify tells others what happens while credentials are rotated: a command, or an address on the web. Nobody who
// is told can hold up a rotation or make it fail.
//
//	n := notify.New(os.Stderr, &notify.URL{Address: address, Key: key})
//	defer n.Close()
//	options := eval.RotateOptions{Report: n.Report("myapp/dev")}
//
// A [Notice] is told as a JSON object. Each goes to every [Target], in order; what a target does not take in time, or
// refuses, is counted and said at the end, and nothing else comes of it.
package notify

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/escapement-go/escapement/rotators"
)

// Version is that of the form of notices. Members may be added to it; it changes when one changes its meaning.
const Version = 1

// A Notice is what is told of one event. It holds no secret.
type Notice struct {
	Version     int       `json:"version"`
	ID          string    `json:"id"` // the same however often the notice is sent
	Time        time.Time `json:"time"`
	Environment string    `json:"environment"`
	Path        string    `json:"path"`    // of the rotator in the environment
	Rotator     string    `json:"rotator"` // its name, such as aws-iam
	Kind        string    `json:"kind"`    // such as rotated; see [rotators.Event]
	Code        string    `json:"code,omitempty"`
	KeyID       string    `json:"keyId,omitempty"`
	Text        string    `json:"text"` // for people
}

// newNotice makes the notice of an event. It is false for events that only say that nothing has happened.
func newNotice(environment, path string, e rotators.Event) (Notice, bool) {
	if e.Kind == "no-op" || e.Kind == "nothing-due" {
		return Notice{}, false
	}
	return Notice{
		Version: Version, ID: "notice_" + rand.Text(), Time: e.Time.UTC(), Environment: environment, Path: path,
		Rotator: e.Rotator, Kind: e.Kind, Code: e.Code, KeyID: e.KeyID, Text: e.Text,
	}, true
}

// maxRead bounds the text of a notice, in bytes.
const maxRead = 1 << 20

// Read reads a notice, as a command gets it on its standard input.
func Read(r io.Reader) (Notice, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxRead+1))
	if err != nil {
		return Notice{}, fmt.Errorf("cannot read the notice: %w", err)
	}
	if len(text) > maxRead {
		return Notice{}, fmt.Errorf("the notice has more than %d bytes", maxRead)
	}
	var n Notice
	if err := json.Unmarshal(text, &n); err != nil {
		return Notice{}, fmt.Errorf("standard input is not a notice: %w; write the program after --notify-exec of esc rotate", err)
	}
	switch {
	case n.Version != Version:
		return Notice{}, fmt.Errorf("the notice is of version %d and not %d; esc and this program must be of one release", n.Version, Version)
	case n.ID == "" || n.Kind == "":
		return Notice{}, errors.New(`the notice has no "id" or no "kind"`)
	}
	return n, nil
}

// Subject is the notice in a few words of printable characters, such as "rotated: myapp/dev aws.keys AKIA…".
func (n Notice) Subject() string {
	words := strings.Fields(strings.Join([]string{n.Kind + ":", n.Environment, n.Path, n.KeyID, n.Code}, " "))
	return strings.Join(words, " ")
}

// Body is the notice in lines for people.
func (n Notice) Body() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", n.Text)
	for _, line := range [][2]string{
		{"what", n.Kind}, {"code", n.Code}, {"key", n.KeyID}, {"environment", n.Environment}, {"path", n.Path},
		{"rotator", n.Rotator}, {"time", n.Time.Format(time.RFC3339)}, {"notice", n.ID},
	} {
		if line[1] != "" {
			fmt.Fprintf(&b, "%-12s %s\n", line[0]+":", line[1])
		}
	}
	return b.String()
}
