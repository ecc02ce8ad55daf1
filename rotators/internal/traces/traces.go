// Package traces plays every way in which a rotation can go, for tests: a trace is one choice at each of its steps.
package traces

import (
	"fmt"
	"hash/fnv"
	"runtime"
	"sync"
)

// A Script replays a prefix of choices, then takes the first of each, and remembers what else could have been chosen.
type Script struct {
	Prefix []int // of choices; empty in the trace in which nothing goes wrong

	points []choicePoint
}

type choicePoint struct{ n, cost int }

// Pick returns a number below n. A trace may have choices other than 0 up to a budget of such costs.
func (s *Script) Pick(n, cost int) int {
	i := len(s.points)
	s.points = append(s.points, choicePoint{n, cost})
	if i < len(s.Prefix) {
		return s.Prefix[i]
	}
	return 0
}

// Explore calls run for every sequence of choices whose costs are within the budget. Of those that use it up, only a
// sample is taken: one of so many. It returns how many traces there were. Run is called by several goroutines.
func Explore(budget, one int, run func(*Script)) int {
	type branch struct {
		prefix []int
		spent  int
	}
	var mu sync.Mutex
	stack, busy, traces := []branch{{}}, 0, 0
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for {
				mu.Lock()
				if len(stack) == 0 {
					idle := busy == 0
					mu.Unlock()
					if idle {
						return
					}
					runtime.Gosched()
					continue
				}
				b := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				busy++
				mu.Unlock()
				s := &Script{Prefix: b.prefix}
				run(s)
				mu.Lock()
				traces++
				for i := len(b.prefix); i < len(s.points); i++ {
					for c := 1; c < s.points[i].n; c++ {
						next := branch{append(append([]int{}, pad(b.prefix, i)...), c), b.spent + s.points[i].cost}
						if next.spent < budget || next.spent == budget && sampled(next.prefix, one) {
							stack = append(stack, next)
						}
					}
				}
				busy--
				mu.Unlock()
			}
		}()
	}
	wait.Wait()
	return traces
}

func pad(prefix []int, n int) []int {
	padded := make([]int, n)
	copy(padded, prefix)
	return padded
}

func sampled(prefix []int, one int) bool {
	h := fnv.New32a()
	fmt.Fprint(h, prefix)
	return h.Sum32()%uint32(one) == 0
}
