package eval

import (
	"sync"

	"github.com/escapement-go/escapement/rotators"
)

// An eventLog keeps what happens to one credential, and passes it on as it happens, without secrets. From the rotator it
// takes something only while that is at work: what a goroutine reports that the rotator left behind is lost.
type eventLog struct {
	rotator string
	pass    func(rotators.Event) // nil: to nobody

	mu      sync.Mutex
	secrets func() []string // those known by now to the rotator at work; nil if it is not
	events  []rotators.Event
}

func (o *operation) newEventLog(run *rotationRun) *eventLog {
	l := &eventLog{rotator: run.result.Rotator}
	if report := o.request.rotate.Report; report != nil {
		l.pass = func(event rotators.Event) { report(run.result.Path, event) }
	}
	return l
}

// open takes what the rotator reports from now on.
func (l *eventLog) open(secrets func() []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.secrets = secrets
}

func (l *eventLog) close() { l.open(nil) }

// report is what the rotator is given.
func (l *eventLog) report(event rotators.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.secrets != nil {
		l.add(event, l.secrets())
	}
}

// tell takes an event of the operation's own.
func (l *eventLog) tell(event rotators.Event, secrets []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(event, secrets)
}

func (l *eventLog) add(event rotators.Event, secrets []string) {
	event.Rotator, event.Text = l.rotator, scrubbed(event.Text, secrets)
	l.events = append(l.events, event)
	if l.pass != nil {
		_ = guardedCall(func() error { l.pass(event); return nil })
	}
}

// all returns the events.
func (l *eventLog) all() []rotators.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events
}

// eventTexts are what is told of events.
func eventTexts(events []rotators.Event) []*string {
	texts := make([]*string, len(events))
	for i := range events {
		texts[i] = &events[i].Text
	}
	return texts
}
