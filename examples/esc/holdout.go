package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"
)

// oneWish is how long a signal that comes again is the same wish: what is typed reaches all processes of a terminal, and
// programs that have started others pass it on to them.
const oneWish = time.Second

// holdOut keeps from being ended half-way what is brought to safety when the context ends. That is by an output that nobody
// reads any more, and by signals that come twice, as they do when a terminal is closed. Who insists can interrupt it once
// more.
func holdOut(ctx context.Context) {
	again := make(chan os.Signal, 1) // nobody reads it: that there is one is enough
	signal.Notify(again, slices.Concat(endingSignals, []os.Signal{syscall.SIGPIPE})...)
	context.AfterFunc(ctx, func() {
		time.Sleep(oneWish)
		signal.Reset(os.Interrupt)
	})
}
