package eval

import "github.com/escapement-go/escapement/eval/internal/syntax"

// A task is one piece of memoised work: the value of an expression, the shape of a reference, the value of a slot.
//
// Tasks run by recursion. One that cannot go on, because another task is not done, an answer from outside has not come
// or the recursion is deep enough, registers with what it needs and is run again, from its beginning, when that is
// there. What it computed in between is memoised in other tasks. So waiting takes no goroutine, a chain of references
// no stack, and the result does not depend on the order in which answers come.
type task struct {
	kind      taskKind
	state     taskState
	performed bool  // computed in the perform phase
	counted   bool  // its step has been counted
	asked     bool  // its call is under way
	again     bool  // known, but what it checks is not known yet
	missing   int32 // how many things it waits for
	env       *env
	expr      *syntax.Expr
	slot      *slot
	links     *links  // nil as long as it has none
	value     Value   // the result, but for a shape
	place     *place  // the result of taskShape
	answer    *answer // of the call that it performs; nil before
}

// links are the tasks that one waits for, as of when it stopped, and the tasks that wait for it.
type links struct {
	waits   []wait
	waiters []*task
}

func (t *task) link() *links {
	if t.links == nil {
		t.links = &links{}
	}
	return t.links
}

// waits returns what the task waited for when it stopped.
func (t *task) waits() []wait {
	if t.links == nil {
		return nil
	}
	return t.links.waits
}

// A wait is a task that another one needs, and the reference by which it needs it.
type wait struct {
	on   *task
	mark syntax.Mark
}

type taskKind uint8

const (
	taskValue   taskKind = iota // the value of expr in env
	taskShape                   // where the reference expr in env leads
	taskSlot                    // the value of slot
	taskLoad                    // the environment env is loaded, with its imports
	taskGoal                    // all that the operation was asked for
	taskDue                     // the answer whether anything is due at the call expr
	taskInquiry                 // the answer to the inquiry of the call expr
)

type taskState uint8

const (
	idle taskState = iota
	queued
	running
	blocked
	done
)

// maxRecursion is how deep tasks run within one another before the next one is queued instead.
const maxRecursion = 400

// A scheduler runs tasks.
type scheduler struct {
	ready   []*task // taken from the end
	depth   int
	steps   int
	spent   bool        // the budget of steps is used up
	again   []*task     // done, but to be looked at again when calls are performed
	stalled bool        // nothing can go on, which must not happen
	at      syntax.Mark // the reference that is being followed
}

// isDone reports whether the result of a task stands in this phase: what depends on a call is computed anew when calls
// are performed.
func (o *operation) isDone(t *task) bool {
	if t.state != done {
		return false
	}
	if !o.performing || t.performed || t.kind == taskLoad {
		return true
	}
	stands := !t.value.data().unknownBelow && !t.again
	if t.kind == taskShape {
		stands = t.place.expr != nil
	}
	if !stands {
		t.state = idle
	}
	return stands
}

// need reports whether dep is done. If it is not, t is run again when it is. A nil t asks without consequences.
func (o *operation) need(t, dep *task) bool {
	if o.isDone(dep) {
		return true
	}
	if t == nil || o.stopped() {
		return false
	}
	if dep.state == idle {
		if o.depth < maxRecursion {
			o.execute(dep)
		} else {
			dep.state = queued
			o.ready = append(o.ready, dep)
		}
	}
	if dep.state == done {
		return true
	}
	dep.link().waiters = append(dep.links.waiters, t)
	t.link().waits = append(t.links.waits, wait{dep, o.at})
	t.missing++
	return false
}

func (o *operation) execute(t *task) {
	t.state = running
	if t.links != nil {
		t.links.waits = t.links.waits[:0]
	}
	o.depth++
	at := o.at
	o.at = syntax.Mark{}
	finished := o.compute(t)
	o.at = at
	o.depth--
	switch {
	case finished:
		o.complete(t)
	case o.stopped():
		t.state = idle
	default:
		t.state = blocked
		if t.missing == 0 {
			o.push(t)
		}
	}
}

func (o *operation) push(t *task) {
	t.state = queued
	o.ready = append(o.ready, t)
}

func (o *operation) complete(t *task) {
	t.state = done
	t.performed = o.performing
	if t.links == nil {
		return
	}
	waiters := t.links.waiters
	t.links = nil
	for _, w := range waiters {
		o.arrived(w)
	}
}

// arrived tells a task that one of the things it waits for is there.
func (o *operation) arrived(t *task) {
	t.missing--
	if t.missing == 0 && t.state == blocked {
		o.push(t)
	}
}

func (o *operation) compute(t *task) (finished bool) {
	switch t.kind {
	case taskValue:
		t.value, finished = o.evalExpr(t)
		if finished {
			o.countTask(t)
		}
	case taskShape:
		var p place
		if p, finished = o.followRef(t); finished {
			t.place = &p
		}
	case taskSlot:
		t.value, finished = o.evalSlot(t)
	case taskLoad:
		finished = t.env.loadedWithImports
	case taskGoal:
		finished = o.evalGoal(t)
	case taskDue:
		finished = o.evalDue(t)
	case taskInquiry:
		finished = o.evalInquiry(t)
	}
	return finished
}

// drive runs a goal to its end.
func (o *operation) drive(goal *task) {
	o.execute(goal)
	for goal.state != done && !o.stopped() {
		switch {
		case len(o.ready) > 0:
			t := o.ready[len(o.ready)-1]
			o.ready = o.ready[:len(o.ready)-1]
			if t.state == queued {
				o.execute(t)
			}
		case o.io.busy():
			o.receive()
		case len(o.wanted) > 0:
			o.loadWanted()
		case o.rotateNext():
		default:
			o.breakCycles(goal)
		}
	}
}

// countTask counts the steps of a task: the evaluation of an expression and of the literals directly in it.
func (o *operation) countTask(t *task) {
	if t.counted {
		return
	}
	t.counted = true
	n := 1
	for _, item := range t.expr.Items {
		if isLiteral(item) {
			n++
		}
	}
	for i := range t.expr.Members {
		if isLiteral(t.expr.Members[i].Value) {
			n++
		}
	}
	o.count(n)
}

// count counts steps.
func (o *operation) count(n int) {
	if n > o.limits.Steps-o.steps {
		o.spent = true
		return
	}
	o.steps += n
}

// bytesPerStep is how much data makes a step where functions, calls and strings with interpolations take or produce it:
// so the budget bounds their work and memory too.
const bytesPerStep = 64

func (o *operation) countBytes(n int) { o.count(n / bytesPerStep) }
