package eval

import (
	"sync"

	"github.com/escapement-go/escapement/rotators"
)

// An eventLog keeps what a rotator reports, and passes it on as it happens, without secrets. Once the rotator has come
// back it takes nothing more: what a goroutine reports that the rotator left behind is lost.
type eventLog struct {
	secrets func() []string // those known by now
	pass    func(rotators.Event)

	mu     sync.Mutex
	closed bool
	events []rotators.Event
}

func (l *eventLog) report(event rotators.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	one := []rotators.Event{event}
	scrubEvents(one, l.secrets())
	l.events = append(l.events, one[0])
	if l.pass != nil {
		_ = guardedCall(func() error { l.pass(one[0]); return nil })
	}
}

// close returns the events.
func (l *eventLog) close() []rotators.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return l.events
}

// scrubEvents removes secrets from what events tell.
func scrubEvents(events []rotators.Event, secrets []string) {
	texts := make([]string, len(events))
	for i := range events {
		texts[i] = events[i].Text
	}
	scrub(texts, secrets)
	for i := range events {
		events[i].Text = texts[i]
	}
}
