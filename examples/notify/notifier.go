package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/escapement-go/escapement/rotators"
)

// A Target takes notices, one at a time.
type Target interface {
	// String names the target without anything that may be secret.
	String() string

	// Send returns when the notice has been taken, or cannot be, and in any case soon after the context ends.
	Send(ctx context.Context, n Notice) error
}

const (
	maxQueued = 1000             // notices that wait for one target
	grace     = 30 * time.Second // for what is under way when a Notifier is closed
)

// A Notifier hands notices to targets. Its methods never wait for one, but for Close.
type Notifier struct {
	Grace time.Duration // what Close gives the targets; zero: 30 seconds

	w       io.Writer
	senders []*sender
	all     sync.WaitGroup
	ctx     context.Context
	stop    context.CancelFunc

	mu     sync.Mutex
	closed bool
}

// New begins to serve targets. What is not delivered is said on w, in lines that begin with "warning: ".
func New(w io.Writer, targets ...Target) *Notifier {
	n := &Notifier{w: &oneAtATime{w: w}}
	n.ctx, n.stop = context.WithCancel(context.Background())
	for _, target := range targets {
		s := &sender{target: target, queue: make(chan Notice, maxQueued)}
		n.senders = append(n.senders, s)
		n.all.Go(func() { s.run(n.ctx, n.w) })
	}
	return n
}

// Report returns what tells of the rotation of an environment, for [eval.RotateOptions].
func (n *Notifier) Report(environment string) func(path string, event rotators.Event) {
	return func(path string, event rotators.Event) {
		if notice, ok := newNotice(environment, path, event); ok {
			n.Notify(notice)
		}
	}
}

// Notify has a notice sent to each target. One whose queue is full does without.
func (n *Notifier) Notify(notice Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return
	}
	for _, s := range n.senders {
		select {
		case s.queue <- notice:
		default:
			s.refused++
		}
	}
}

// Close gives the targets some time to take what they have not taken yet, and says how much they have not. What is
// notified of afterwards is lost.
func (n *Notifier) Close() {
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return
	}
	n.closed = true
	n.mu.Unlock()
	for _, s := range n.senders {
		close(s.queue)
	}
	timer := time.AfterFunc(cmp.Or(n.Grace, grace), n.stop)
	n.all.Wait()
	timer.Stop()
	n.stop()
	for _, s := range n.senders {
		switch lost := s.lost + s.refused; lost {
		case 0:
		case 1:
			fmt.Fprintf(n.w, "warning: 1 notice was not delivered to %s\n", s.target)
		default:
			fmt.Fprintf(n.w, "warning: %d notices were not delivered to %s\n", lost, s.target)
		}
	}
}

// A sender serves one target.
type sender struct {
	target  Target
	queue   chan Notice
	refused int // notices, since the queue was full
	lost    int // notices that the target has not taken
	said    string
}

// run sends until the queue is closed and empty. When the context has ended, what is left is lost.
func (s *sender) run(ctx context.Context, w io.Writer) {
	for notice := range s.queue {
		if ctx.Err() != nil {
			s.lost++
			continue
		}
		err := s.send(ctx, notice)
		if err == nil {
			continue
		}
		s.lost++
		if ctx.Err() != nil {
			err = errors.New("there was no time left for it")
		}
		if text := err.Error(); text != s.said {
			s.said = text
			fmt.Fprintf(w, "warning: a notice was not delivered to %s: %s\n", s.target, text)
		}
	}
}

// send hands a notice to the target. A panic in it harms nobody else.
func (s *sender) send(ctx context.Context, n Notice) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it panicked (%T)", r)
		}
	}()
	return s.target.Send(ctx, n)
}

// A oneAtATime writer is for several goroutines.
type oneAtATime struct {
	mu sync.Mutex
	w  io.Writer
}

func (o *oneAtATime) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.w.Write(p)
}
