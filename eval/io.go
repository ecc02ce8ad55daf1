package eval

import "context"

// workers perform what waits for the outside: loads, calls and decryptions. They are started and their answers are
// received by one goroutine, so that the bound is a counter and what does not fit waits in a queue.
type workers struct {
	limit   int
	running int
	queue   []job
	answers chan *answer
}

// A job is something to be performed on a goroutine of its own.
type job struct {
	do   func(ctx context.Context) (any, error)
	then func(*answer) // run by the operation when the answer has come
}

// An answer is what a job returned.
type answer struct {
	out  any
	err  error
	then func(*answer)
}

func newWorkers(limit int) *workers {
	return &workers{limit: max(limit, 1), answers: make(chan *answer, max(limit, 1))}
}

func (w *workers) busy() bool { return w.running > 0 }

func (w *workers) start(ctx context.Context, j job) {
	if ctx.Err() != nil {
		return // the operation has ended
	}
	if w.running >= w.limit {
		w.queue = append(w.queue, j)
		return
	}
	w.run(ctx, j)
}

// run performs a job at once, whatever else is under way.
func (w *workers) run(ctx context.Context, j job) {
	w.running++
	go func() {
		a := &answer{then: j.then, err: errNoAnswer}
		defer func() {
			if r := recover(); r != nil {
				a.out, a.err = nil, panicked(r)
			}
			w.answers <- a
		}()
		a.out, a.err = j.do(ctx)
		probe(a.err)
	}()
}

// receive waits for the next answer, or for the end of the operation.
func (o *operation) receive() {
	select {
	case <-o.ctx.Done():
	case a := <-o.io.answers:
		o.io.running--
		if len(o.io.queue) > 0 {
			next := o.io.queue[0]
			o.io.queue = o.io.queue[1:]
			o.io.start(o.ctx, next)
		}
		a.then(a)
	}
}

// ask performs the call of a task once. It reports whether the answer is there.
func (o *operation) ask(t *task, do func(ctx context.Context) (any, error)) bool {
	if t.answer != nil {
		return true
	}
	if !t.asked {
		o.io.start(o.ctx, o.job(t, do))
	}
	return false
}

// job is the call of a task.
func (o *operation) job(t *task, do func(ctx context.Context) (any, error)) job {
	t.asked = true
	t.missing++
	return job{do, func(a *answer) {
		t.answer = a
		o.arrived(t)
	}}
}
