package awstest

import (
	"fmt"
	"runtime/debug"
)

// A Waiting is a run that is about to take a step.
type Waiting struct {
	Name   string // as given to Schedule.Go
	Action string // such as CreateAccessKey or Save; start before the first step
	Steps  int    // how many steps it has been allowed before
}

// A Schedule runs several goroutines one step at a time: only one of them runs at any moment, and whenever it comes to
// its next call or save, a function decides who goes on.
type Schedule struct {
	sim    *Simulator
	choose func([]Waiting) int
	lanes  []*lane
	events chan *lane // a lane that has come to its next step, or its end
}

// A lane is one goroutine of a schedule.
type lane struct {
	Waiting
	schedule *Schedule
	proceed  chan struct{}
	over     bool
	panicked any
}

// Schedule returns a schedule in which choose picks, by index, who of the waiting goes on. There is always one at least,
// in the order of [Schedule.Go]. An index out of range counts as the first. While choose runs, nothing else does, so it
// may change the account and the clock.
func (s *Simulator) Schedule(choose func(waiting []Waiting) int) *Schedule {
	return &Schedule{sim: s, choose: choose, events: make(chan *lane)}
}

// Go adds a run that f performs. It begins in [Schedule.Wait], and is over as in [RunToCrash]. What f uses must belong to
// r: a step of another run is not scheduled.
func (d *Schedule) Go(name string, f func(r *Run) error) {
	l := &lane{Waiting: Waiting{Name: name, Action: "start"}, schedule: d, proceed: make(chan struct{})}
	d.lanes = append(d.lanes, l)
	r := &Run{sim: d.sim, name: name, lane: l, after: -1}
	go func() {
		<-l.proceed
		defer func() {
			if p := recover(); p != nil {
				l.panicked = fmt.Sprintf("%v\n%s", p, debug.Stack())
			}
			l.over = true
			d.events <- l
		}()
		_, _ = RunToCrash(r, func() error { return f(r) })
	}()
}

// Wait lets the runs go on in the order that choose decides until all of them are over. A panic of one of them, other
// than a crash, is repeated here.
func (d *Schedule) Wait() {
	waiting := append([]*lane(nil), d.lanes...)
	for len(waiting) > 0 {
		shown := make([]Waiting, len(waiting))
		for i, l := range waiting {
			shown[i] = l.Waiting
		}
		i := d.choose(shown)
		if i < 0 || i >= len(waiting) {
			i = 0
		}
		l := waiting[i]
		l.Steps++
		l.proceed <- struct{}{}
		if <-d.events; l.over {
			waiting = append(waiting[:i:i], waiting[i+1:]...)
		}
		if l.panicked != nil {
			panic(l.panicked)
		}
	}
}

// wait holds the goroutine until it is chosen. A nil lane never waits.
func (l *lane) wait(action string) {
	if l == nil {
		return
	}
	l.Action = action
	l.schedule.events <- l
	<-l.proceed
}

// Interleavings calls run once for every sequence of choices that it can make, at most limit times, and returns how
// often that was. In each call choose(n) returns a number from 0 to n-1; different calls of run see different answers.
// Limit zero means no limit. The number of orders grows fast with the number of steps: a Schedule that asks for a choice
// only where it matters, such as before saves and calls that change something, enumerates far more with it.
func Interleavings(limit int, run func(choose func(n int) int)) int {
	var path, width []int
	for count := 1; ; count++ {
		depth := 0
		run(func(n int) int {
			if depth == len(path) {
				path, width = append(path, 0), append(width, max(1, n))
			}
			depth++
			return path[depth-1]
		})
		last := len(path) - 1
		for last >= 0 && path[last]+1 >= width[last] {
			last--
		}
		if last < 0 || count == limit {
			return count
		}
		path, width = path[:last+1], width[:last+1]
		path[last]++
	}
}
