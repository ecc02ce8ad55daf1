package eval

import (
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// A statement is what one document writes for a value, or for something that the value is a part of.
type statement struct {
	env   *env
	expr  *syntax.Expr // nil if the document could not be read
	part  syntax.Path  // of what expr stands for
	final bool
	place place // of the value in this layer; the zero place if it is ignored
	role  LayerRole
}

// contributions returns what an environment and those that it imports write for a path, highest first and each once.
func (x *explainer) contributions(e *env, path syntax.Path) []statement {
	g := gathering{explainer: x, path: path, counted: map[*env]bool{}, ignored: map[*env]bool{}}
	g.count(e)
	counted := map[*syntax.Expr]bool{} // what counts further down is not ignored
	for _, w := range g.all {
		counted[w.expr] = counted[w.expr] || w.role == ""
	}
	return slices.DeleteFunc(g.all, func(w statement) bool { return w.role == RoleIgnored && counted[w.expr] })
}

// A gathering gathers what documents write for a path.
type gathering struct {
	*explainer
	path             syntax.Path
	all              []statement
	counted, ignored map[*env]bool // environments that have been looked at
}

// count gathers from an environment whose values count.
func (g *gathering) count(e *env) {
	g.counted[e] = true
	names, isPart := g.path, false
	if i := slices.IndexFunc(g.path, syntax.Accessor.IsIndex); i >= 0 {
		names, isPart = g.path[:i], true
	}
	layers := g.layersAt(e, names)
	if isPart && len(layers) > 0 {
		layers = layers[:1] // arrays do not merge
	}
	counting := map[*env]layer{}
	for _, l := range layers {
		counting[l.from] = l
	}
	for _, from := range append([]*env{e}, e.mergedImports()...) {
		l, counts := counting[from]
		delete(counting, from)
		switch {
		case counts && from == e:
			g.all = append(g.all, ownStatement(e, l, g.path)...)
		case counts && !g.counted[from]:
			g.count(from)
		case !counts && len(counting) > 0: // a lower layer is final
			g.ignore(from, from != e)
		}
	}
}

// ignore gathers from an environment whose values are ignored, and perhaps from what it imports, as far as the text alone
// shows it.
func (g *gathering) ignore(e *env, imports bool) {
	if g.ignored[e] || !e.usable() {
		return
	}
	for _, w := range ownStatement(e, layer{}, g.path) {
		if len(w.part) == 0 {
			w.role = RoleIgnored
			g.all = append(g.all, w)
		}
	}
	if !imports {
		return
	}
	g.ignored[e] = true
	for _, merged := range e.mergedImports() {
		g.ignore(merged, true)
	}
}

// layersAt returns the layers of a property of an environment that are not ignored.
func (x *explainer) layersAt(e *env, names syntax.Path) (layers []layer) {
	s := e.slot
	for _, a := range names {
		s = x.memberSlot(s, a.Name)
	}
	for {
		l, st := x.layer(x.task, s, len(layers))
		if st != present {
			x.waits = x.waits || st == waiting
			return layers
		}
		layers = append(layers, l)
	}
}

// memberSlot is the slot of a member, even of one for which a single layer is all there is.
func (x *explainer) memberSlot(s *slot, key string) *slot {
	if p := s.children[key]; p.slot != nil && p.slot.parent == s {
		return p.slot
	}
	return &slot{
		env: s.env, parent: s, key: key, depth: s.depth + 1, finals: s.finalBelow(key), performed: x.performing,
	}
}

// ownStatement returns what the document of an environment itself writes for a path, if it does.
func ownStatement(e *env, l layer, path syntax.Path) []statement {
	if !e.usable() {
		return []statement{{env: e, part: path, place: l.place}}
	}
	w := statement{env: e, expr: e.doc.Values, part: path, place: l.place}
	for w.unwrap(); w.expr != nil && len(w.part) > 0; w.unwrap() {
		switch a := w.part[0]; {
		case w.expr.Kind == syntax.Mapping && !a.IsIndex():
			w.expr = w.expr.Member(a.Name)
		case w.expr.Kind == syntax.List && a.IsIndex() && a.Index < len(w.expr.Items):
			w.expr = w.expr.Items[a.Index]
		default:
			return []statement{w}
		}
		w.part = w.part[1:]
	}
	if w.expr == nil {
		return nil
	}
	return []statement{w}
}

// unwrap takes the calls of fn::final off what is written.
func (w *statement) unwrap() {
	for w.expr != nil && w.expr.Kind == syntax.Final {
		w.expr, w.final = w.expr.Call.Arg, true
	}
}

// assignRoles says which of the contributions count.
func (x *explainer) assignRoles(all []statement) {
	role := RoleValue
	for i := range all {
		if all[i].role != "" {
			continue
		}
		all[i].role = role
		if role == RoleOverridden {
			continue
		}
		shape, ok := x.shape(x.task, all[i].place)
		x.waits = x.waits || !ok
		hides := ok && x.class(shape) == notObject
		switch {
		case hides && role == RoleMerged:
			all[i].role, role = RoleOverridden, RoleOverridden
		case hides:
			role = RoleOverridden
		default:
			role = RoleMerged
		}
	}
}
