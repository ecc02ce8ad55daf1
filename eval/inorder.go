package eval

import (
	"context"
	"iter"
)

// waitingResults bounds how many results wait for their turn. It is what one slow item may hold up, and what memory they
// take.
const waitingResults = 64

// inOrder does something to each item, several at a time, and returns the results in the order of the items. No result is
// kept after its turn. When the context ends no other item begins but one, whose result tells of it. Who breaks off the
// sequence ends the context of those that are under way, and waits for them.
func inOrder[Item, Result any](ctx context.Context, items []Item, atATime int, do func(context.Context, Item) Result) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		ctx, stop := context.WithCancel(ctx)
		waiting := make(chan chan Result, waitingResults)
		go func() {
			defer close(waiting)
			begin(ctx, items, atATime, do, waiting)
		}()
		defer func() {
			stop()
			for result := range waiting {
				<-result
			}
		}()
		for result := range waiting {
			if !yield(<-result) {
				return
			}
		}
	}
}

// begin begins with one item after the other, as soon as there is room.
func begin[Item, Result any](ctx context.Context, items []Item, atATime int, do func(context.Context, Item) Result, waiting chan<- chan Result) {
	room := make(chan struct{}, atATime)
	for _, item := range items {
		result := make(chan Result, 1)
		waiting <- result
		room <- struct{}{}
		over := ctx.Err() != nil
		go func() {
			result <- do(ctx, item)
			<-room
		}()
		if over {
			return
		}
	}
}
