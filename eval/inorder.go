package eval

import (
	"context"
	"iter"
)

// waitingResults bounds how many results wait for their turn: what one slow environment may hold up, and the memory that
// they take.
const waitingResults = 64

type outcome[Result any] struct {
	result Result
	err    error
}

// inOrder does something to each environment, several at a time, and yields what comes of it in the order of the names.
// Nothing is kept after its turn. When the context ends no other one begins but one, whose error tells of it. Who breaks
// off the sequence ends the context of those that are under way, and waits for them.
func inOrder[Result any](ctx context.Context, names []string, atATime int, do func(context.Context, string) (Result, error)) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		waiting := make(chan chan outcome[Result], waitingResults)
		go func() {
			defer close(waiting)
			begin(ctx, names, atATime, do, waiting)
		}()
		defer func() {
			stop()
			for result := range waiting {
				<-result
			}
		}()
		for result := range waiting {
			if o := <-result; !yield(o.result, o.err) {
				return
			}
		}
	}
}

// begin begins with one environment after the other, as soon as there is room.
func begin[Result any](ctx context.Context, names []string, atATime int, do func(context.Context, string) (Result, error), waiting chan<- chan outcome[Result]) {
	room := make(chan struct{}, atATime)
	for _, name := range names {
		result := make(chan outcome[Result], 1)
		waiting <- result
		room <- struct{}{}
		over := ctx.Err() != nil
		go func() {
			r, err := do(ctx, name)
			result <- outcome[Result]{r, err}
			<-room
		}()
		if over {
			return
		}
	}
}
