package eval

import "slices"

// stronglyConnected returns the groups of tasks that wait for one another, by Tarjan's algorithm without recursion.
func stronglyConnected(goal *task) [][]*task {
	g := grouper{marks: map[*task]*grouping{}}
	g.enter(goal)
	for len(g.path) > 0 {
		at := g.path[len(g.path)-1]
		if waits := at.task.waits(); at.next < len(waits) {
			on := waits[at.next].on
			at.next++
			g.follow(at, on)
			continue
		}
		g.path = g.path[:len(g.path)-1]
		if len(g.path) > 0 {
			above := g.path[len(g.path)-1]
			above.low = min(above.low, at.low)
		}
		if at.low == at.index {
			g.leave(at)
		}
	}
	return g.groups
}

// A grouper is the state of stronglyConnected.
type grouper struct {
	marks  map[*task]*grouping
	path   []*grouping // from the goal to the task that is looked at
	stack  []*task     // those that belong to no group yet
	groups [][]*task
}

// A grouping is what is known of a task.
type grouping struct {
	task  *task
	index int  // in the order in which tasks are met, from 1
	low   int  // the lowest index of those on the stack that it waits for
	place int  // on the stack
	left  bool // the stack
	next  int  // of its waits, to be looked at
}

func (g *grouper) enter(t *task) {
	index := len(g.marks) + 1
	m := &grouping{task: t, index: index, low: index, place: len(g.stack)}
	g.marks[t] = m
	g.path, g.stack = append(g.path, m), append(g.stack, t)
}

// follow looks at a task that another one waits for.
func (g *grouper) follow(from *grouping, on *task) {
	switch to := g.marks[on]; {
	case on.state == done:
	case to == nil:
		g.enter(on)
	case !to.left:
		from.low = min(from.low, to.index)
	}
}

// leave takes a task, and those met after it that wait for it, off the stack.
func (g *grouper) leave(first *grouping) {
	group := slices.Clone(g.stack[first.place:])
	g.stack = g.stack[:first.place]
	for _, member := range group {
		g.marks[member].left = true
	}
	if len(group) > 1 || waitsForItself(first.task) {
		g.groups = append(g.groups, group)
	}
}

func waitsForItself(t *task) bool {
	return slices.ContainsFunc(t.waits(), func(w wait) bool { return w.on == t })
}
