package syntax

import (
	"slices"
	"strconv"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// A Kind says what an expression is.
type Kind uint8

const (
	Bad      Kind = iota // an expression with a document error; its value is unknown
	Null                 // a literal
	Bool                 // a literal, in Bool
	Number               // a literal, in Text
	String               // a literal, in Text, "$$" reduced
	Template             // text with interpolations, in Parts
	Ref                  // a reference, in Parts[0]
	List                 // Items
	Mapping              // Members
	Secret               // fn::secret; Call.Arg is its plaintext
	Cipher               // fn::secret; Call.Arg is its envelope
	Open                 // fn::open of provider Call.Plugin; Call.Inputs
	Rotate               // fn::rotate of rotator Call.Plugin; Call.Inputs, Call.State
	Final                // fn::final of Call.Arg
	Validate             // fn::validate; Call.Schema, Call.Value
	Func                 // any other function, Call.Name of Call.Arg
)

// An Expr is what a document writes for a value. It is immutable. An alias is the anchored expression itself, so the
// expressions of a document form a graph without cycles.
type Expr struct {
	Kind  Kind
	Bool  bool
	ID    int32 // from 0, dense within the document
	at    int32 // its index in parent; -1 for a member
	Doc   *Document
	Node  *yamltext.Node // of the value; of a call, the mapping that holds it
	Text  string
	Parts []Part
	*Inner

	parent *Expr  // the expression that it is first written in; nil for the mapping under "values"
	key    string // its key there; "" for an item
}

// Inner is what an expression has that holds others. Those that hold none share one that is empty.
type Inner struct {
	Items   []*Expr
	Members []Member // in ascending order of keys
	Call    *Call
	index   map[string]int // of Members by key, if there are many
}

var noInner = &Inner{}

// NewMapping returns a mapping without members that stands in no document.
func NewMapping() *Expr { return &Expr{Kind: Mapping, Inner: noInner} }

// A Member is a property of a mapping.
type Member struct {
	Key     string
	KeyNode *yamltext.Node
	Value   *Expr
}

// A Call is a call of a function.
type Call struct {
	Name       string         // the function as in the table, such as "fn::open" for every provider
	Key        string         // as it is written, such as "fn::open::aws-login"
	KeyNode    *yamltext.Node // the key
	Arg        *Expr          // the whole argument
	Plugin     string         // of fn::open and fn::rotate
	PluginMark Mark           // where Plugin is written
	Inputs     *Expr          // of fn::open and fn::rotate
	State      *Expr          // of fn::rotate; nil if absent
	Schema     *Expr          // of fn::validate
	Value      *Expr          // of fn::validate
}

// Member returns the member of a mapping with that key.
func (e *Expr) Member(key string) *Expr {
	if m := e.findMember(key); m != nil {
		return m.Value
	}
	return nil
}

// KeyMark returns the place of a member's key, or of the mapping if there is no such member.
func (e *Expr) KeyMark(key string) Mark {
	if m := e.findMember(key); m != nil {
		return Mark{Doc: e.Doc, Node: m.KeyNode}
	}
	return e.Mark()
}

func (e *Expr) findMember(key string) *Member {
	if e.index != nil {
		if i, ok := e.index[key]; ok {
			return &e.Members[i]
		}
		return nil
	}
	lo, hi := 0, len(e.Members)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if e.Members[mid].Key < key {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(e.Members) && e.Members[lo].Key == key {
		return &e.Members[lo]
	}
	return nil
}

// Mark returns the place of the expression.
func (e *Expr) Mark() Mark { return Mark{Doc: e.Doc, Node: e.Node} }

// PartMark returns the place of a part of the expression's string, bytes from to to of its decoded text.
func (e *Expr) PartMark(from, to int) Mark {
	return Mark{Doc: e.Doc, Node: e.Node, From: int32(from), To: int32(to)}
}

// Path returns the document path of the expression without its first name, "values". Of long names and paths it shows
// the beginning, and "…".
func (e *Expr) Path() string {
	var b strings.Builder
	for _, step := range e.steps() {
		if b.Len() > maxShown {
			b.WriteString("…")
			break
		}
		step.print(&b)
	}
	return b.String()
}

// Property returns the nearest expression around e, or e itself, that is a property: that is reached from "values"
// through mappings alone.
func (e *Expr) Property() *Expr {
	property := e
	for at := e; at.parent != nil; at = at.parent {
		if at.parent.Call != nil || at.at >= 0 {
			property = at.parent
		}
	}
	return property
}

// Within reports whether the expression is written inside another, or is that other one.
func (e *Expr) Within(outer *Expr) bool {
	for at := e; at != nil; at = at.parent {
		if at == outer {
			return true
		}
	}
	return false
}

type step struct {
	name  string
	index int // -1 for a name
}

// steps lists how the expression is reached from "values". The argument of a call is reached by the function's key.
func (e *Expr) steps() []step {
	var steps []step
	for at := e; at.parent != nil; at = at.parent {
		steps = append(steps, step{at.key, int(at.at)})
	}
	slices.Reverse(steps)
	return steps
}

func (s step) print(b *strings.Builder) {
	if s.index >= 0 {
		b.WriteString("[" + strconv.Itoa(s.index) + "]")
		return
	}
	name := Path{{Name: Shorten(s.name), Index: -1}}.String()
	if b.Len() > 0 && !strings.HasPrefix(name, "[") {
		b.WriteByte('.')
	}
	b.WriteString(name)
}

// A Mark is a place in a document: a node, or bytes From to To of the text of a scalar. It is resolved to a span only
// when it is printed.
type Mark struct {
	Doc      *Document
	Node     *yamltext.Node
	From, To int32 // To is 0 for the whole node
}

// Span returns the range of the place in the text.
func (m Mark) Span() yamltext.Span {
	if m.To > 0 {
		return m.Doc.Source.PartSpan(m.Node, int(m.From), int(m.To))
	}
	return m.Doc.Source.Span(m.Node)
}

// Walk calls visit for the expression and everything written in it.
func (e *Expr) Walk(visit func(*Expr)) {
	visit(e)
	for _, item := range e.Items {
		item.Walk(visit)
	}
	for i := range e.Members {
		e.Members[i].Value.Walk(visit)
	}
	if e.Call != nil && e.Call.Arg != nil {
		e.Call.Arg.Walk(visit)
	}
}

// Lookup returns the property at a path of the document's own values, as far as mappings and lists are written out:
// the innermost of them that the path leads to. It is nil if the first name is not defined.
func (d *Document) Lookup(path Path) *Expr {
	e := d.Values
	for _, a := range path {
		next := (*Expr)(nil)
		switch {
		case e == nil:
		case e.Kind == Mapping && !a.IsIndex():
			next = e.Member(a.Name)
		case e.Kind == List && a.IsIndex() && a.Index < len(e.Items):
			next = e.Items[a.Index]
		}
		if next == nil {
			break
		}
		e = next
	}
	if e == d.Values {
		return nil
	}
	return e
}

// HoldsSecret reports whether a secret is written in the expression.
func (e *Expr) HoldsSecret() (holds bool) {
	e.Walk(func(e *Expr) { holds = holds || e.Kind == Secret || e.Kind == Cipher })
	return holds
}

// Names returns the names by which a property is reached from "values".
func (e *Expr) Names() (names []string) {
	for _, step := range e.steps() {
		names = append(names, step.name)
	}
	return names
}

// Find returns the expression at a path of the document as it is written, in which the argument of a call is reached by
// the function's name. It is nil if there is none.
func (d *Document) Find(path Path) *Expr {
	e := d.Values
	for _, a := range path {
		switch {
		case e == nil:
			return nil
		case e.Call != nil && e.Call.Key == a.Name:
			e = e.Call.Arg
		case e.Kind == Mapping && !a.IsIndex():
			e = e.Member(a.Name)
		case e.Kind == List && a.IsIndex() && a.Index < len(e.Items):
			e = e.Items[a.Index]
		default:
			return nil
		}
	}
	return e
}
