package eval

import (
	"context"
	"errors"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
	"github.com/escapement-go/escapement/schema"
)

// A Place is what stands at a position of a text.
type Place struct {
	Kind  PlaceKind // PlaceNothing if nothing is known about it
	Range Range     // of what stands there
	Path  string    // where that is in the document, such as `values.db["fn::join"][1]`
	About string    // what it is for, in a sentence or two; may be empty

	// Reference is the path of the interpolation at the position, up to the name at the position; "" for none.
	Reference string
	// Definition is where the value is written that a reference or an import leads to; no range if that is not known.
	Definition Range

	Value  Value          // as Check knows it, redacted when printed; unknown where there is none
	Schema *schema.Schema // of the values that may stand there; nil if nothing says so
}

// A PlaceKind says what stands at a position.
type PlaceKind string

// The kinds of places.
const (
	PlaceNothing   PlaceKind = ""
	PlaceKey       PlaceKind = "key"       // of the document, or of the argument of a function
	PlaceProperty  PlaceKind = "property"  // the key of a value
	PlaceFunction  PlaceKind = "function"  // the key of a call
	PlaceImport    PlaceKind = "import"    // the name of an imported environment
	PlaceReference PlaceKind = "reference" // a name or an index in an interpolation
	PlaceValue     PlaceKind = "value"     // anything else that is written for a value
)

// At says what stands at a position of the text of an environment: what it is, what a reference leads to, the value, and
// what a provider or rotator says about it. The name is that of the environment, "" for a text without one; the text need
// not be saved. Lines and columns count from 1, columns in code points. The Place is never nil.
//
// At calls no provider, rotator or crypter. What is wrong with the text is no error: errors are those of [Evaluator.Complete].
func (e *Evaluator) At(ctx context.Context, name string, src []byte, line, column int) (*Place, error) {
	found := &Place{Value: unknownValue(nil, false)}
	name, err := nameOrNone(name)
	if err != nil {
		return found, err
	}
	offset := yamltext.NewLines(string(src)).Offset(line, column)
	err = e.still(ctx, name, src, func(o *operation, t *task) bool {
		p := placer{operation: o, task: t, found: &Place{Value: unknownValue(nil, false)}}
		done := p.look(offset)
		found = p.found
		return done
	})
	return found, err
}

// nameOrNone is the canonical name of an environment that need not have one.
func nameOrNone(name string) (string, error) {
	if name == "" {
		return anonymousName, nil
	}
	return canonicalName(name)
}

// still evaluates a text as far as that goes without calls, and gathers what there is to know. What is wrong with the text
// is no error.
func (e *Evaluator) still(ctx context.Context, name string, src []byte, gather func(*operation, *task) bool) error {
	req := request{verb: checking, still: true, text: src, given: true, name: name, gather: gather}
	req.anonymous = name == anonymousName
	_, err := e.evaluate(ctx, req)
	if _, ok := errors.AsType[Diagnostics](err); ok {
		return nil
	}
	return err
}

// A placer finds out what stands at a position of the root, on behalf of a task which is run again if anything has to be
// waited for.
type placer struct {
	*operation
	task  *task
	found *Place
}

// look says what stands at a byte. It is false if that has to be waited for.
func (p *placer) look(offset int) bool {
	doc := p.root.doc
	spot, ok := doc.Spot(offset)
	if !ok || spot.Node == doc.Source.Root && spot.Expr == nil {
		return true
	}
	path := doc.Source.PathOf(spot.Node)
	p.found.Range = markRange(syntax.Mark{Doc: doc, Node: spot.Node})
	switch {
	case spot.Import != nil:
		return p.imported(spot.Import)
	case spot.Expr == nil || len(path) < 2:
		return p.outside(spot, path)
	}
	return p.inside(spot, path)
}

// outside describes what stands outside of "values".
func (p *placer) outside(spot syntax.Spot, path []any) bool {
	if key, ok := lastKey(path); ok && spot.Key {
		p.found.Kind, p.found.Path = PlaceKey, key
		if len(path) == 1 {
			p.found.About = topLevelKeys[key]
		}
	}
	return true
}

func lastKey(path []any) (string, bool) {
	if len(path) == 0 {
		return "", false
	}
	key, ok := path[len(path)-1].(string)
	return key, ok
}

// imported describes an item of "imports".
func (p *placer) imported(item *syntax.Import) bool {
	p.found.Kind, p.found.Path = PlaceImport, "imports"
	base := syntax.Path{{Name: "imports", Index: -1}, {Name: item.Name, Index: -1}}
	return p.follow(p.reference(base), base)
}

// inside describes what stands in "values".
func (p *placer) inside(spot syntax.Spot, path []any) bool {
	e := spot.Expr
	p.found.Path = exprPath(e)
	x := p.expected(p.root.doc.Source, path)
	p.found.Schema, p.found.About = x.schema, aboutOf(x.schema)
	key, isKey := lastKey(path)
	switch {
	case spot.Part >= 0:
		return p.referred(e, e.Parts[spot.Part], spot.Accessor)
	case isKey && spot.Key && e.Call != nil && e.Call.KeyNode == spot.Node:
		p.found.Kind, p.found.About = PlaceFunction, p.functionNames()[key]
	case spot.Key && p.found.About != "":
		p.found.Kind = PlaceKey
	case spot.Key:
		p.found.Kind = PlaceProperty
	default:
		p.found.Kind = PlaceValue
	}
	return p.value(e)
}

// value says what an expression yields: of a property, what is there after merging.
func (p *placer) value(e *syntax.Expr) bool {
	at := place{env: p.root, expr: e}
	if names := e.Names(); e.Property() == e && len(names) > 0 {
		path := make(syntax.Path, len(names))
		for i, name := range names {
			path[i] = syntax.Accessor{Name: name, Index: -1}
		}
		var ok bool
		if at, ok = (walker{operation: p.operation, task: p.task, env: p.root, expr: p.reference(path), path: path}).from(
			place{slot: p.root.slot}, 0); !ok {
			return false
		}
	}
	v, ok := p.eval(p.task, at)
	p.found.Value = v
	return ok
}

// referred describes an accessor of an interpolation.
func (p *placer) referred(e *syntax.Expr, part syntax.Part, accessor int) bool {
	path := part.Path[:accessor+1]
	a := path[accessor]
	p.found.Kind, p.found.Reference = PlaceReference, path.String()
	p.found.Schema, p.found.About = nil, ""
	p.found.Range = markRange(e.PartMark(int(a.From), int(a.To)))
	if path[0].Name == "environments" && len(path) < 3 {
		return true
	}
	return p.follow(e, path)
}

// follow says what a path leads to.
func (p *placer) follow(e *syntax.Expr, path syntax.Path) bool {
	at, ok := p.resolve(p.task, p.root, e, path)
	if !ok || at.failed() {
		return ok
	}
	if at.slot != nil && !at.slot.bag {
		if _, st := p.layer(p.task, at.slot, 0); st == waiting {
			return false
		}
	}
	p.found.Definition = definition(at.slot.definition(at))
	v, ok := p.eval(p.task, at)
	p.found.Value = v
	if d := v.data(); d.unknown && !d.secret {
		p.found.Schema, p.found.About = d.schema, aboutOf(d.schema)
	}
	return ok
}
