package eval

import (
	"context"
	"sync"
)

// A nameLock lets one at a time hold a name. The zero value is ready to use.
type nameLock struct {
	mu   sync.Mutex
	held map[string]chan struct{} // closed when the name is free again
}

// lock waits until nobody holds the name, or until the context ends.
func (l *nameLock) lock(ctx context.Context, name string) (unlock func(), err error) {
	for {
		l.mu.Lock()
		free, held := l.held[name]
		if !held {
			break
		}
		l.mu.Unlock()
		select {
		case <-free:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = map[string]chan struct{}{}
	}
	free := make(chan struct{})
	l.held[name] = free
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.held, name)
		close(free)
	}, nil
}
