package eval

import (
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// breakCycles is called when nothing can go on: no task is ready and no answer is under way. Then some of the tasks
// that wait need one another. Each such group is reported once, its values become unknown, and what waits for them
// goes on.
func (o *operation) breakCycles(goal *task) {
	groups := stronglyConnected(goal)
	if len(groups) == 0 {
		o.stalled = true // a defect of the evaluator; the operation ends
		return
	}
	for _, group := range groups {
		o.reportCycle(group)
		for _, t := range group {
			t.state = done
			t.value = Value{d: unknownDatum(nil, false), def: t.definition()}
			p := unknownPlace()
			t.place = &p
		}
	}
	for _, group := range groups {
		for _, t := range group {
			o.complete(t)
		}
	}
}

// A need is how one property needs another: by a reference, or because that is a part of it.
type need struct {
	on   *syntax.Expr
	mark syntax.Mark // of the reference; without a node for a part
}

// needsIn lists what the properties of a group need of one another.
func needsIn(group []*task) map[*syntax.Expr][]need {
	member := map[*task]bool{}
	for _, t := range group {
		member[t] = true
	}
	needs := map[*syntax.Expr][]need{}
	for _, t := range group {
		if all := t.needs(member); len(all) > 0 {
			needs[t.property()] = append(needs[t.property()], all...)
		}
	}
	return needs
}

// needs lists what the property of a task needs of those of a group.
func (t *task) needs(group map[*task]bool) (all []need) {
	from := t.property()
	if from.Doc == nil {
		return nil
	}
	for _, w := range t.waits() {
		for _, on := range w.on.named(group, map[*task]bool{}) {
			if to := on.property(); from != to || w.mark.Node != nil {
				all = append(all, need{to, w.mark})
			}
		}
	}
	return all
}

// reportCycle reports a group: a shortest cycle through its first property.
func (o *operation) reportCycle(group []*task) {
	needs := needsIn(group)
	properties := make([]*syntax.Expr, 0, len(needs))
	for e, ns := range needs {
		properties = append(properties, e)
		slices.SortStableFunc(ns, o.compareNeeds)
	}
	slices.SortFunc(properties, o.compareExprs)
	if len(properties) == 0 {
		o.report(o.rootMark(), "cycle", "a value needs itself", "")
		return
	}
	cycle := o.shortestCycle(properties[0], needs)
	mark := properties[0].Mark()
	if i := slices.IndexFunc(cycle, func(n need) bool { return n.mark.Node != nil }); i >= 0 {
		mark = cycle[i].mark
	}
	o.report(mark, "cycle", "value needs itself: "+o.cycleText(properties[0], cycle), o.inheritedHint(properties[0], cycle)).
		Path = exprPath(properties[0])
}

// named returns the task, or the nearest tasks of a group behind it, that belong to a property: what layers make of a
// property that no document writes has no name.
func (t *task) named(group, seen map[*task]bool) []*task {
	if !group[t] || seen[t] {
		return nil
	}
	seen[t] = true
	if t.property().Doc != nil {
		return []*task{t}
	}
	var named []*task
	for _, w := range t.waits() {
		named = append(named, w.on.named(group, seen)...)
	}
	return named
}

// property is the property that a task belongs to.
func (t *task) property() *syntax.Expr { return t.definition().Property() }

// definition is the expression that a task evaluates.
func (t *task) definition() *syntax.Expr {
	if t.expr != nil {
		return t.expr
	}
	if t.slot != nil {
		if e := t.slot.definition(place{slot: t.slot}); e != nil {
			return e
		}
	}
	return emptyMapping
}

func (o *operation) compareExprs(a, b *syntax.Expr) int {
	if a.Doc == nil || b.Doc == nil {
		return 0
	}
	if c := o.compareMarks(a.Mark(), b.Mark()); c != 0 {
		return c
	}
	return strings.Compare(a.Path(), b.Path())
}

func (o *operation) compareNeeds(a, b need) int {
	if c := o.compareExprs(a.on, b.on); c != 0 {
		return c
	}
	if a.mark.Node == nil || b.mark.Node == nil {
		return 0
	}
	return o.compareMarks(a.mark, b.mark)
}

// shortestCycle is a shortest way from a property back to itself.
func (o *operation) shortestCycle(first *syntax.Expr, needs map[*syntax.Expr][]need) []need {
	type arrival struct {
		from *syntax.Expr
		by   need
	}
	before := map[*syntax.Expr]arrival{}
	queue := []*syntax.Expr{first}
	for len(queue) > 0 {
		from := queue[0]
		queue = queue[1:]
		for _, n := range needs[from] {
			if _, seen := before[n.on]; seen {
				continue
			}
			before[n.on] = arrival{from, n}
			queue = append(queue, n.on)
		}
	}
	var cycle []need
	for at := first; ; {
		a, ok := before[at]
		if !ok {
			return cycle
		}
		cycle = append(cycle, a.by)
		if at = a.from; at == first {
			slices.Reverse(cycle)
			return cycle
		}
	}
}

// maxShown bounds what a message about a cycle names.
const maxShown = 20

func (o *operation) cycleText(first *syntax.Expr, cycle []need) string {
	names := []string{propertyName(first, first)}
	for _, n := range cycle {
		names = append(names, propertyName(n.on, first))
	}
	return chainText(names)
}

// chainText shows names that lead to one another, without some in the middle if there are many.
func chainText(names []string) string {
	if len(names) > maxShown {
		names = append(append(names[:maxShown-2:maxShown-2], "…"), names[len(names)-1])
	}
	return strings.Join(names, " -> ")
}

// propertyName names a property as seen from the document of another.
func propertyName(e, from *syntax.Expr) string {
	if e.Doc != nil && from.Doc != e.Doc {
		return quoted(e.Path()) + " of " + quoted(e.Doc.Name)
	}
	return quoted(e.Path())
}

// inheritedHint tells how to name the value that a property overrides and cannot see by its own name.
func (o *operation) inheritedHint(first *syntax.Expr, cycle []need) string {
	if len(cycle) != 1 || first.Doc == nil {
		return ""
	}
	e := o.envOf(first.Doc)
	path, err := syntax.ParsePath(first.Path())
	if err != nil || e == nil {
		return ""
	}
	for _, edge := range slices.Backward(e.imports) {
		if edge.merges() && edge.env.slot != nil && o.declares(edge.env, path) {
			inherited := `imports["` + edge.item.Written + `"]`
			for _, a := range path {
				inherited = syntax.JoinPath(inherited, a.Name)
			}
			return "use ${" + inherited + "} for the inherited value"
		}
	}
	return ""
}

// declares reports whether a path of names leads to a value of an environment, as far as nothing has to be evaluated.
func (o *operation) declares(e *env, path syntax.Path) bool {
	p := place{slot: e.slot}
	for _, a := range path {
		shape, ok := o.shape(nil, p)
		if !ok || a.IsIndex() || o.class(shape) != isObject {
			return false
		}
		var st status
		if p, st = o.member(nil, shape, a.Name); st != present {
			return false
		}
	}
	return true
}
