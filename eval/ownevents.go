package eval

import (
	"time"

	"github.com/escapement-go/escapement/rotators"
)

// tellDue reports what is due, in the order of the document, before anything is done about it.
func (o *operation) tellDue() {
	for _, run := range o.selected {
		if run.due == nil {
			continue
		}
		for _, action := range run.due.Actions {
			run.events.tell(rotators.Event{
				Time: time.Now().UTC(), Kind: rotators.EventDue, Code: action.Kind, KeyID: action.AccessKeyID, Text: action.Why,
			}, o.secrets)
		}
	}
}

// tellFailed reports that a credential was not rotated, and why: the first error of those found from an index on. Without
// one it was the end of the context.
func (o *operation) tellFailed(run *rotationRun, from int) {
	if o.request.inquiry != nil {
		return
	}
	event := rotators.Event{Time: time.Now().UTC(), Kind: rotators.EventFailed, Code: "interrupted", Text: "it was interrupted"}
	for _, f := range o.found[from:] {
		if f.Warning {
			continue
		}
		f.outside = scrubbed(f.outside, o.secrets)
		d := f.diagnostic()
		event.Code, event.Text = d.Code, d.Message
		if d.Hint != "" {
			event.Text += "; " + d.Hint
		}
		break
	}
	run.events.tell(event, o.secrets)
}
