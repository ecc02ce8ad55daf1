package awsiam

import (
	"fmt"

	"github.com/escapement-go/escapement/rotators"
)

// report tells the caller what has happened.
func (r *run) report(kind, id, format string, args ...any) {
	r.event(rotators.Event{Kind: kind, KeyID: id, Text: fmt.Sprintf(format, args...)})
}

// warn tells the caller of something that does not stop the run.
func (r *run) warn(code, id, format string, args ...any) {
	r.event(rotators.Event{Kind: "warning", Code: code, KeyID: id, Text: fmt.Sprintf(format, args...)})
}

func (r *run) event(e rotators.Event) {
	if r.tell == nil || r.plan != nil {
		return
	}
	e.Time = r.server
	if e.Time.IsZero() {
		e.Time = r.clock.Now().UTC()
	}
	r.tell(e)
}
