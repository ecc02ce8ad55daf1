package awsget

import (
	"sync"
	"sync/atomic"
)

// atOnce is how many calls of one Open run at a time.
const atOnce = 8

// Each calls do with 0 to n-1, several at once, until one call says that there is no point in going on. A panic of do is
// repeated here.
func Each(n int, do func(i int) (goOn bool)) {
	var running sync.WaitGroup
	var over atomic.Bool
	var panicked atomic.Pointer[any]
	slots := make(chan struct{}, atOnce)
	one := func(i int) {
		defer func() {
			if r := recover(); r != nil {
				over.Store(true)
				panicked.CompareAndSwap(nil, &r)
			}
			<-slots
		}()
		if !do(i) {
			over.Store(true)
		}
	}
	for i := range n {
		slots <- struct{}{}
		if over.Load() {
			break
		}
		running.Go(func() { one(i) })
	}
	running.Wait()
	if r := panicked.Load(); r != nil {
		panic(*r)
	}
}
