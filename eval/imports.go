package eval

import (
	"fmt"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// settle loads environments and all that they import, breadth first. Which environments count, and which item closes
// a cycle, is decided on the whole graph.
func (o *operation) settle(level []*env) {
	o.fetch(level)
	for o.io.busy() && o.ctx.Err() == nil {
		o.receive()
		if o.discovered || !o.io.busy() {
			o.fetch(level)
		}
	}
	if o.ctx.Err() == nil {
		o.admit(level)
	}
}

// fetch starts to load what is reachable from start, breadth first in the order of the lists, as long as it would count
// as far as is known by now.
func (o *operation) fetch(start []*env) {
	count := len(o.order)
	seen := map[*env]bool{}
	for lists := [][]*env{start}; len(lists) > 0; lists = lists[1:] {
		for _, e := range lists[0] {
			if seen[e] {
				continue
			}
			seen[e] = true
			switch {
			case e.admitted:
			case count > o.limits.Imports:
				return // whatever comes later does not count either
			default:
				count++
			}
			if !e.asked {
				o.load(e)
			}
			if e.doc != nil && (!e.doc.Broken() || e.isRoot()) {
				lists = append(lists, o.imported(e))
			}
		}
	}
}

// imported returns the environments that the items of a document name, each once.
func (o *operation) imported(e *env) []*env {
	if e.imported == nil {
		seen := map[string]bool{}
		for i := range e.doc.Imports {
			if name := e.doc.Imports[i].Name; !seen[name] {
				seen[name] = true
				e.imported = append(e.imported, o.named(e, name))
			}
		}
	}
	return e.imported
}

// An arrival is an environment that is met on the way along imports and references.
type arrival struct {
	env  *env
	from *env        // nil for the root
	mark syntax.Mark // where that names it
}

// admit decides, once everything is loaded, which environments count and what each of them imports.
func (o *operation) admit(level []*env) {
	var queue []arrival
	for _, e := range level {
		a := arrival{env: e}
		if len(e.references) > 0 {
			a.mark = e.references[0]
			a.from = o.envs[a.mark.Doc.Name]
		}
		queue = append(queue, a)
	}
	visited := map[*env]bool{}
	for len(queue) > 0 {
		a := queue[0]
		queue = queue[1:]
		e := a.env
		if visited[e] || e.slot != nil {
			continue
		}
		visited[e] = true
		if !o.admitOne(e, a.mark) {
			continue
		}
		if !e.isRoot() {
			e.rootName = o.rootNameFrom(a.from, e)
		}
		if e.usable() {
			queue = append(queue, o.addImports(e)...)
		}
	}
	for e := range visited {
		o.link(e)
	}
	for e := range visited {
		e.layer()
	}
}

// addImports makes the edges from an environment to those that it imports, and returns these unless that closes a cycle.
func (o *operation) addImports(e *env) (arrivals []arrival) {
	for i := range e.doc.Imports {
		item := &e.doc.Imports[i]
		imported := o.named(e, item.Name)
		closes := o.closesCycle(e, imported)
		e.imports = append(e.imports, importEdge{item, imported, closes})
		if closes {
			o.reportImportCycle(e, imported, item)
			continue
		}
		imported.references = append(imported.references, item.Mark)
		arrivals = append(arrivals, arrival{imported, e, item.Mark})
	}
	return arrivals
}

// admitOne admits an environment if the budget allows.
func (o *operation) admitOne(e *env, mark syntax.Mark) bool {
	if e.admitted {
		return true
	}
	if len(o.order) > o.limits.Imports {
		e.refused = true
		if !o.overflow {
			o.overflow = true
			o.report(mark, "too-many-imports", fmt.Sprintf("more than %d environments", o.limits.Imports), "")
		}
		return false
	}
	e.admitted = true
	o.order = append(o.order, e)
	return true
}

// rootNameFrom is the root environment as e sees it: an anonymous root leaves that role to those that it names.
func (o *operation) rootNameFrom(from, e *env) string {
	if !o.request.anonymous {
		return o.root.name
	}
	if from == nil || from == o.root || o.root.doc.Environments[e.name] {
		return e.name
	}
	return from.rootName
}

// closesCycle adds the edge from one environment to another, unless that would let the first import itself.
func (o *operation) closesCycle(from, to *env) bool {
	if _, back := o.reach[to][from]; back || from == to {
		return true
	}
	if to.doc == nil {
		return false // it imports nothing
	}
	direct, reached := o.reach[from][to]
	if !reached {
		gain := []*env{to}
		for e := range o.reach[to] {
			gain = append(gain, e)
		}
		o.extend(from, gain)
		for e, below := range o.reach {
			if _, above := below[from]; above {
				o.extend(e, gain)
			}
		}
	}
	if !direct {
		o.reach[from][to] = true
		from.direct = append(from.direct, to)
	}
	return false
}

func (o *operation) extend(e *env, gain []*env) {
	if o.reach[e] == nil {
		o.reach[e] = map[*env]bool{}
	}
	for _, g := range gain {
		if _, reached := o.reach[e][g]; !reached {
			o.reach[e][g] = false
		}
	}
}

func (o *operation) reportImportCycle(from, to *env, item *syntax.Import) {
	ends := [2]*env{from, to}
	message := o.importCycles[ends]
	if message == "" {
		names := []string{quoted(to.name)}
		for _, e := range o.importPath(to, from) {
			names = append(names, quoted(e.name))
		}
		message = "environment imports itself: " + chainText(append(names, quoted(to.name)))
		o.importCycles[ends] = message
	}
	o.report(item.Mark, "import-cycle", message, "")
}

// importPath is a shortest way from one environment to another along their imports, without the first.
func (o *operation) importPath(from, to *env) []*env {
	if from == to {
		return nil
	}
	before := map[*env]*env{from: nil}
	queue := []*env{from}
	for len(queue) > 0 && before[to] == nil {
		e := queue[0]
		queue = queue[1:]
		for _, next := range e.direct {
			if _, seen := before[next]; !seen {
				before[next] = e
				queue = append(queue, next)
			}
		}
	}
	var path []*env
	for e := to; e != from && e != nil; e = before[e] {
		path = append(path, e)
	}
	slices.Reverse(path)
	return path
}
