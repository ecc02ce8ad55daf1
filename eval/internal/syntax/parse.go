package syntax

import (
	"strings"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

func (p *parser) newExpr(kind Kind, n *yamltext.Node, parent *Expr, key string, index int) *Expr {
	if len(p.slab) == cap(p.slab) {
		p.slab = make([]Expr, 0, min(1024, max(16, 2*p.made)))
	}
	p.slab = append(p.slab, Expr{
		Kind: kind, ID: int32(p.made), at: int32(index), Doc: p.doc, Node: n, Inner: noInner, parent: parent, key: key,
	})
	p.made++
	return &p.slab[len(p.slab)-1]
}

// expr reads the expression that a node holds, which stands in parent under key or at index.
func (p *parser) expr(n *yamltext.Node, parent *Expr, key string, index int) *Expr {
	t := target(n)
	if t == nil {
		return p.newExpr(Bad, n, parent, key, index)
	}
	if e, ok := p.shared[t]; ok {
		return e
	}
	e := p.newExpr(Bad, t, parent, key, index)
	if p.shared != nil {
		p.shared[t] = e
	}
	switch t.Kind {
	case yamltext.Mapping:
		p.mappingExpr(e)
	case yamltext.List:
		e.Kind = List
		e.Inner = &Inner{Items: make([]*Expr, len(t.Content))}
		for i, item := range t.Content {
			e.Items[i] = p.expr(item, e, "", i)
		}
	default:
		p.scalarExpr(e)
	}
	if t.Kind != yamltext.Scalar {
		if issue := yamltext.TagIssue(t); issue != nil {
			p.resolved(t, issue)
		}
	}
	return e
}

func (p *parser) scalarExpr(e *Expr) {
	scalar, ok := p.scalar(e.Node)
	if !ok {
		return
	}
	switch scalar.Kind {
	case yamltext.Null:
		e.Kind = Null
	case yamltext.Bool:
		e.Kind, e.Bool = Bool, scalar.Bool
	case yamltext.Number:
		e.Kind, e.Text = Number, scalar.Text
	default:
		p.stringExpr(e, scalar.Text)
	}
}

// maxTextErrors bounds what is reported of one string.
const maxTextErrors = 100

func (p *parser) stringExpr(e *Expr, text string) {
	parts, literal, errs := ParseText(text)
	for _, err := range errs[:min(len(errs), maxTextErrors)] {
		p.reportPart(e, err)
	}
	switch {
	case errs != nil:
	case parts == nil:
		e.Kind, e.Text = String, literal
	case IsReference(parts):
		e.Kind, e.Parts = Ref, parts
	default:
		e.Kind, e.Parts = Template, parts
	}
	for _, part := range e.Parts {
		p.noteEnvironment(part.Path)
	}
}

// noteEnvironment remembers an environment that a reference names.
func (p *parser) noteEnvironment(path Path) {
	if name, ok := EnvironmentOf(path); ok {
		if p.doc.Environments == nil {
			p.doc.Environments = map[string]bool{}
		}
		p.doc.Environments[name] = true
	}
}

// EnvironmentOf returns the canonical name of the environment that a path of the form environments.p.e names. It is
// false if the path has another form or the name is not valid.
func EnvironmentOf(path Path) (string, bool) {
	if len(path) < 3 || path[0].Name != "environments" || path[1].IsIndex() || path[2].IsIndex() {
		return "", false
	}
	return CanonicalName(path[1].Name + "/" + path[2].Name)
}

func (p *parser) mappingExpr(e *Expr) {
	entries := p.properties(e.Node)
	pairs := entries.pairs
	called := 0
	for _, pair := range pairs {
		if HasFunctionPrefix(pair.key) {
			called++
		}
	}
	if called == 1 && len(pairs) == 1 {
		p.call(e, pairs[0])
		return
	}
	e.Kind = Mapping
	e.Inner = &Inner{Members: make([]Member, 0, len(pairs))}
	for _, pair := range pairs {
		if HasFunctionPrefix(pair.key) {
			p.report(pair.keyNode, "call-not-alone", "function "+Quote(pair.key)+" stands beside other keys",
				"give it a mapping of its own")
			continue
		}
		p.addMember(e, pair)
	}
	sortMembers(e, entries)
	if called > 0 {
		e.Kind, e.Inner = Bad, noInner
	}
}

func (p *parser) addMember(e *Expr, pair pair) {
	e.Members = append(e.Members, Member{
		Key: pair.key, KeyNode: pair.keyNode, Value: p.expr(pair.value, e, pair.key, -1),
	})
}

// HasFunctionPrefix reports whether a key begins as the names of functions do, in whatever case.
func HasFunctionPrefix(key string) bool {
	return len(key) >= 4 && strings.EqualFold(key[:4], "fn::")
}
