package main

import (
	"fmt"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// lastRuns adds how the last rotations ended, and what is due.
func (d *doctor) lastRuns(status *eval.Status) {
	for _, r := range status.Results {
		for _, fault := range r.Diagnostics {
			if strings.HasPrefix(fault.Code, "status-failed") {
				d.found("run", r.Path, fault)
			}
		}
		if !r.Known {
			continue
		}
		rotate := "run esc rotate " + d.name + " " + r.Path
		c := check{Check: "run", State: checkOK, Path: r.Path, Text: "the last rotation ended well"}
		switch {
		case r.Due.Unfinished != "":
			c.State, c.Text, c.Remedy = checkWarning, r.Due.Unfinished, rotate+"; it goes on with what is left"
		case !r.Rotated:
			c.State, c.Text, c.Remedy = checkWarning, "it was never rotated", rotate
		case r.Due.Imported:
			c.Text = "none yet, since what is in the document was written by hand"
		}
		d.add(c)
		d.due(r)
	}
}

// due adds what is due for one rotator. Only what has been due for long is amiss.
func (d *doctor) due(r eval.StatusResult) {
	c := check{Check: "due", State: checkOK, Path: r.Path, Text: "nothing will be due, since it has no age"}
	if !r.Due.Next.IsZero() {
		c.Text = "nothing is due before " + instant(r.Due.Next).UTC().Format("2006-01-02T15:04:05Z")
	}
	var texts []string
	for _, action := range r.Due.Actions {
		texts = append(texts, fmt.Sprintf("%s: %s", strings.TrimSpace(action.Kind+" "+action.AccessKeyID), action.Why))
	}
	if len(texts) > 0 {
		c.Text = "due now: " + strings.Join(texts, "; ")
	}
	if r.Rotated && overdue(r.Due.Actions, d.now) {
		c.State, c.Remedy = checkWarning, "run esc rotate --due "+d.name+", and see to it that something does so every day"
	}
	d.add(c)
}
