package awslogin

import (
	"context"
	"sync"
)

// flights do equal work once for all who ask for it at the same time. The zero value is ready.
type flights[T any] struct {
	mu     sync.Mutex
	flying map[string]*flight[T] // by key
}

// A flight is work under way. It ends with the last one who waits for it.
type flight[T any] struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int
	out     T
	err     error
}

// do returns what work returns, which others may have started, or the error of ctx if that is done before. The work
// is given a context with the values of one of those who wait.
func (g *flights[T]) do(ctx context.Context, key string, work func(context.Context) (T, error)) (out T, err error) {
	if err := ctx.Err(); err != nil {
		return out, err
	}
	g.mu.Lock()
	f := g.flying[key]
	if f == nil {
		f = g.start(ctx, key, work)
	}
	f.waiting++
	g.mu.Unlock()
	select {
	case <-f.done:
		return f.out, f.err
	case <-ctx.Done():
		g.leave(key, f)
		return out, ctx.Err()
	}
}

func (g *flights[T]) start(ctx context.Context, key string, work func(context.Context) (T, error)) *flight[T] {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flight[T]{done: make(chan struct{}), cancel: cancel, err: internal("the login ended without an answer")}
	if g.flying == nil {
		g.flying = map[string]*flight[T]{}
	}
	g.flying[key] = f
	go func() {
		defer close(f.done)
		defer g.end(key, f)
		defer func() {
			if r := recover(); r != nil { // the panic's value may be anything
				f.err = internal("the HTTP client or the clock of the program panicked (%T); repair it", r)
			}
		}()
		f.out, f.err = work(ctx)
	}()
	return f
}

func (g *flights[T]) end(key string, f *flight[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forget(key, f)
}

// leave ends the work if nobody waits for it any more; who comes later starts anew.
func (g *flights[T]) leave(key string, f *flight[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		g.forget(key, f)
	}
}

func (g *flights[T]) forget(key string, f *flight[T]) {
	f.cancel()
	if g.flying[key] == f {
		delete(g.flying, key)
	}
}
