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
	u := &unplayed{left: []branch{{}}}
	u.more.L = &u.mu
	var players sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		players.Go(func() {
			for b, some := u.take(); some; b, some = u.take() {
				s := &Script{Prefix: b.prefix}
				run(s)
				u.played(b.turns(s.points, budget, one))
			}
		})
	}
	players.Wait()
	return u.traces
}

// A branch is where a trace leaves one that was played.
type branch struct {
	prefix []int
	spent  int
}

// turns returns where other traces leave the one that the branch has led to.
func (b branch) turns(points []choicePoint, budget, one int) []branch {
	var turns []branch
	for i := len(b.prefix); i < len(points); i++ {
		for c := 1; c < points[i].n; c++ {
			next := branch{append(pad(b.prefix, i), c), b.spent + points[i].cost}
			if next.spent < budget || next.spent == budget && sampled(next.prefix, one) {
				turns = append(turns, next)
			}
		}
	}
	return turns
}

// unplayed are the branches that nobody has played yet.
type unplayed struct {
	mu     sync.Mutex
	more   sync.Cond // there are other branches, or there will be no more
	left   []branch
	busy   int // how many are being played
	traces int // how many were
}

// take returns a branch to play; false if there is none, and no trace that is being played can lead to one.
func (u *unplayed) take() (branch, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for len(u.left) == 0 {
		if u.busy == 0 {
			return branch{}, false
		}
		u.more.Wait()
	}
	last := len(u.left) - 1
	b := u.left[last]
	u.left = u.left[:last]
	u.busy++
	return b, true
}

// played takes in where a trace has led to.
func (u *unplayed) played(turns []branch) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.left = append(u.left, turns...)
	u.busy--
	u.traces++
	u.more.Broadcast()
}

// pad returns the first n choices of a trace that begins so.
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
