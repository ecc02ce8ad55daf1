package eval

import (
	"context"
	"maps"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// A Graph shows what opening an environment takes: the environments that it imports or refers to, the calls of providers
// and rotators that its values need, and what these calls need of one another. Its order is always the same. Of very many
// calls the last ones are shown without what they need.
type Graph struct {
	Nodes       []GraphNode // environments first, the root the very first
	Edges       []GraphEdge // each once
	Diagnostics Diagnostics // all of the operation, warnings included
}

// A GraphNode is an environment, or the call of a provider or rotator.
type GraphNode struct {
	Kind        GraphNodeKind
	Environment string // canonical name; of a call, that of the document that holds it
	Name        string // of the provider or rotator
	Path        string // of the call below "values"
	Range       Range  // of the call
	Missing     bool   // the environment could not be loaded, or nothing needs it
}

// A GraphNodeKind says what a node is.
type GraphNodeKind string

// The kinds of nodes.
const (
	EnvironmentNode GraphNodeKind = "environment"
	ProviderNode    GraphNodeKind = "provider"
	RotatorNode     GraphNodeKind = "rotator"
)

// A GraphEdge leads from one node to another, by their indices.
type GraphEdge struct {
	From, To int // indices of Nodes
	Kind     GraphEdgeKind
}

// A GraphEdgeKind says why there is an edge.
type GraphEdgeKind string

// The kinds of edges.
const (
	ImportsEdge  GraphEdgeKind = "imports"
	UnmergedEdge GraphEdgeKind = "imports-unmerged" // with merge: false
	CycleEdge    GraphEdgeKind = "imports-cycle"    // an import that contributes nothing, since it closes a cycle
	RefersEdge   GraphEdgeKind = "refers"           // by ${environments…}
	HoldsEdge    GraphEdgeKind = "holds"            // from an environment to a call in its document
	NeedsEdge    GraphEdgeKind = "needs"            // from a call to another, or to an environment, that its inputs come from
)

// Graph returns the graph of an environment. Like Check it calls nothing.
//
// The graph is never nil: it holds what could be found out. Errors are those of Open.
func (e *Evaluator) Graph(ctx context.Context, name string) (*Graph, error) {
	g := &grapher{calls: map[Range]int{}, environments: map[string]int{}, drawn: map[GraphEdge]bool{}}
	env, err := e.evaluate(ctx, request{verb: checking, name: name, gather: func(o *operation, _ *task) bool {
		o.quietly(func() { g.draw(o) })
		return true
	}})
	if len(g.Nodes) == 0 {
		g.environment(env.Name, true)
	}
	g.Diagnostics = env.Diagnostics
	return &g.Graph, err
}

// A grapher draws a graph when everything has been evaluated.
type grapher struct {
	Graph
	environments map[string]int // nodes by name
	calls        map[Range]int  // nodes by their places
	drawn        map[GraphEdge]bool
	found        map[[2]string]bool // of the call at hand: whether the value at a path of an environment comes from a call
}

// maxFollowed bounds the values that are looked at for what calls need of one another.
const maxFollowed = 20_000

func (g *grapher) draw(o *operation) {
	for _, e := range o.order {
		g.environment(e.name, !e.usable())
	}
	for _, e := range o.order {
		if e.usable() {
			g.neighbours(e)
		}
	}
	type call struct {
		node int
		env  *env
		expr *syntax.Expr
	}
	var calls []call
	for _, e := range o.order {
		for _, expr := range e.called() {
			calls = append(calls, call{g.call(e, expr), e, expr})
		}
	}
	explained := 0
	for _, c := range calls {
		x := &explainer{operation: o, seen: map[string]bool{}, upToCalls: true}
		g.found = map[[2]string]bool{}
		for _, m := range mentions(c.expr.Call.Inputs) {
			if !g.need(c.node, x.refer(c.env, m, nil).To) {
				g.needEnvironment(c.node, c.env, m.part.Path)
			}
			if explained++; explained+len(x.seen) > maxFollowed {
				return
			}
		}
		explained += len(x.seen)
	}
}

// environment returns the node of an environment.
func (g *grapher) environment(name string, missing bool) int {
	n, ok := g.environments[name]
	if !ok {
		n = len(g.Nodes)
		g.environments[name] = n
		g.Nodes = append(g.Nodes, GraphNode{Kind: EnvironmentNode, Environment: name, Missing: missing})
	}
	return n
}

// edge adds an edge once.
func (g *grapher) edge(from, to int, kind GraphEdgeKind) {
	if e := (GraphEdge{from, to, kind}); !g.drawn[e] {
		g.drawn[e] = true
		g.Edges = append(g.Edges, e)
	}
}

// neighbours adds what an environment imports and refers to.
func (g *grapher) neighbours(e *env) {
	from := g.environment(e.name, false)
	for _, edge := range e.imports {
		kind := ImportsEdge
		switch {
		case edge.closes:
			kind = CycleEdge
		case !edge.item.Merge:
			kind = UnmergedEdge
		}
		g.edge(from, g.environment(edge.env.name, true), kind)
	}
	for _, name := range slices.Sorted(maps.Keys(e.doc.Environments)) {
		g.edge(from, g.environment(name, true), RefersEdge)
	}
}

// called returns the calls of providers and rotators in a document that have been evaluated, in the order of the text.
func (e *env) called() (calls []*syntax.Expr) {
	if !e.usable() || e.doc.Values == nil {
		return nil
	}
	seen := map[*syntax.Expr]bool{}
	e.doc.Values.Walk(func(expr *syntax.Expr) {
		isCall := expr.Kind == syntax.Open || expr.Kind == syntax.Rotate
		if t := e.cells[expr.ID].task; isCall && t != nil && t.state == done && !seen[expr] {
			seen[expr] = true
			calls = append(calls, expr)
		}
	})
	slices.SortFunc(calls, func(a, b *syntax.Expr) int {
		return a.Mark().Span().Begin.Byte - b.Mark().Span().Begin.Byte
	})
	return calls
}

// call adds the node of a call.
func (g *grapher) call(e *env, expr *syntax.Expr) int {
	kind := ProviderNode
	if expr.Kind == syntax.Rotate {
		kind = RotatorNode
	}
	n := len(g.Nodes)
	at := markRange(expr.Mark())
	g.calls[at] = n
	g.Nodes = append(g.Nodes, GraphNode{
		Kind: kind, Environment: e.name, Name: expr.Call.Plugin, Path: expr.Path(), Range: at,
	})
	g.edge(g.environment(e.name, false), n, HoldsEdge)
	return n
}

// need adds edges to the calls that a value comes from. It is false if it comes from none.
func (g *grapher) need(from int, value *Explanation) (found bool) {
	if value == nil {
		return false
	}
	key := [2]string{value.Environment, value.Path}
	if value.Repeated {
		return g.found[key]
	}
	for _, l := range value.Layers {
		if n, ok := g.calls[l.Range]; ok && l.Role != RoleOverridden && l.Role != RoleIgnored {
			g.edge(from, n, NeedsEdge)
			found = true
			continue
		}
		for _, r := range l.References {
			found = g.need(from, r.To) || found
		}
	}
	g.found[key] = found
	return found
}

// needEnvironment adds an edge to another environment that a reference names.
func (g *grapher) needEnvironment(from int, e *env, path syntax.Path) {
	name := ""
	switch {
	case path[0].Name == "imports" && len(path) > 1:
		name, _ = syntax.CanonicalName(path[1].Name)
	case path[0].Name == "environments":
		name, _ = syntax.EnvironmentOf(path)
	}
	if n, ok := g.environments[name]; ok && name != e.name {
		g.edge(from, n, NeedsEdge)
	}
}
