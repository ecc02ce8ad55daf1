package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/rotators"
)

// A rotatedLine is what is printed of one rotator as JSON.
type rotatedLine struct {
	Environment string              `json:"environment"`
	Path        string              `json:"path,omitempty"` // of an environment that is at fault as a whole there are no rotators
	Rotator     string              `json:"rotator,omitempty"`
	Status      eval.RotationStatus `json:"status"`
	Saved       bool                `json:"saved"`
	Left        []actionJSON        `json:"left,omitempty"` // what is due still
	Next        *time.Time          `json:"next,omitempty"` // when something will be due
	Events      []eventJSON         `json:"events,omitempty"`
	Diagnostics eval.Diagnostics    `json:"diagnostics,omitempty"`
}

type eventJSON struct {
	Time  time.Time `json:"time"`
	Kind  string    `json:"kind"`
	Code  string    `json:"code,omitempty"`
	KeyID string    `json:"keyId,omitempty"`
	Text  string    `json:"text,omitempty"`
}

// rotatedLines prints what became of rotators, one after the other, so that none has to be kept.
type rotatedLines struct {
	g    *cli
	w    io.Writer
	json *jsonList // nil: text
	many bool      // environments: their names are printed, and what is no news is not
}

func (c *rotateCmd) lines(g *cli, w io.Writer) *rotatedLines {
	lines := &rotatedLines{g: g, w: w, many: c.All}
	if c.Format == "json" {
		lines.json = &jsonList{w: w}
	}
	return lines
}

// rotation prints what became of an environment.
func (l *rotatedLines) rotation(rotation *eval.Rotation, err error) error {
	name := rotation.Environment.Name
	for _, r := range rotation.Results {
		line := rotatedLine{
			Environment: name, Path: r.Path, Rotator: r.Rotator, Status: r.Status, Saved: r.Saved, Left: actions(r.Left),
			Next: instant(r.Next), Diagnostics: l.g.advisedAll(r.Diagnostics),
		}
		for _, e := range r.Events {
			line.Events = append(line.Events, eventJSON{e.Time, e.Kind, e.Code, e.KeyID, e.Text})
		}
		if err := l.print(line); err != nil {
			return err
		}
	}
	if l.many && err != nil && len(rotation.Results) == 0 {
		return l.print(rotatedLine{Environment: name, Status: eval.NotEvaluated, Diagnostics: l.g.advisedAll(rotation.Environment.Diagnostics)})
	}
	return nil
}

func (l *rotatedLines) print(line rotatedLine) error {
	if l.json != nil {
		return l.json.add(line)
	}
	name := line.Environment
	switch {
	case !l.many:
		name = ""
	case line.Status == eval.NothingDue:
		return nil
	}
	_, err := fmt.Fprintf(l.w, "%s%s\n", joined(name, line.Path, string(line.Status), line.last()), nextDue(line.Next))
	return err
}

// summary prints how many of everything there were.
func (l *rotatedLines) summary(s *summary, environments int) error {
	if l.json != nil {
		return nil
	}
	_, err := fmt.Fprintln(l.w, s.text(environments))
	return err
}

func (l *rotatedLines) end() error {
	if l.json != nil {
		return l.json.end()
	}
	return nil
}

// last says what the rotator did last.
func (l rotatedLine) last() string {
	for _, e := range slices.Backward(l.Events) {
		switch e.Kind {
		case rotators.EventWarning, rotators.EventDue, rotators.EventFailed:
		default:
			return joined(e.Kind, e.KeyID)
		}
	}
	return ""
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func nextDue(next *time.Time) string {
	if next == nil {
		return ""
	}
	return "  next due " + next.UTC().Format(time.RFC3339)
}
