package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// A Kind is one of the six kinds of values.
type Kind uint8

// The kinds of JSON.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// String returns the name of the kind as schemas have it: null, boolean, number, string, array or object.
func (k Kind) String() string {
	names := [...]string{"null", "boolean", "number", "string", "array", "object"}
	if int(k) >= len(names) {
		return fmt.Sprintf("Kind(%d)", uint8(k))
	}
	return names[k]
}

// A Value is an evaluated part of an environment. It is small, immutable and safe for concurrent use; parts that
// several places of a document name are shared, never copied. The zero Value is null.
//
// A value is known or unknown, and independently secret or not. Every printed form of a Value is redacted: a secret
// is "[secret]", a whole subtree as one, and an unknown is "[unknown]". [Value.Reveal] is the one way to the text of
// secrets.
type Value struct {
	d    *datum       // nil: null
	def  *syntax.Expr // the expression that made the value; nil for what the host or a partial result made
	over *slot        // the layers in which the value overrides others; nil if it overrides nothing
}

// datum is the shared part of a value. Its text and its parts lie behind pointers of their own, because package fmt
// prints what the first pointer of a struct leads to when it holds a value where no method can be called.
type datum struct {
	kind         Kind
	secret       bool
	unknown      bool
	bool         bool
	secretBelow  bool  // it or a part of it is secret
	unknownBelow bool  // it or a part of it is unknown
	failed       bool  // it or a part of it is unknown, and not only because a call is not performed
	depth        int32 // of nesting: 0 for a scalar, 1 for an array of scalars
	size         int   // 16 bytes a node and the bytes of its text; shared parts count each time; at most math.MaxInt
	text         *string
	*parts
}

// parts are what a datum holds that is not a known scalar.
type parts struct {
	items  []Value        // of an array; of an object, in the order of keys
	keys   []string       // of an object, ascending
	schema *schema.Schema // of an unknown: what it may become; nil: anything
}

var (
	noText  = ""
	noParts = parts{}
	null    = &datum{size: nodeSize, text: &noText, parts: &noParts}
)

func (v Value) data() *datum {
	if v.d == nil {
		return null
	}
	return v.d
}

// Kind returns the kind of the value. An unknown value has the kind that its schema prescribes, or Null if its
// schema leaves that open.
func (v Value) Kind() Kind { return v.data().kind }

// Known reports whether the value itself is known. Parts of a known array or object may be unknown.
func (v Value) Known() bool { return !v.data().unknown }

// Secret reports whether the value itself is secret. Parts of an array or object that is not secret may be.
func (v Value) Secret() bool { return v.data().secret }

// Len returns the number of elements of an array or members of an object, 0 for anything else.
func (v Value) Len() int { return len(v.data().items) }

// Index returns element i of an array, or the value of member i of an object in ascending order of keys. It panics if
// i is out of range, as indexing a slice does.
func (v Value) Index(i int) Value { return v.data().items[i] }

// Member returns the member of an object with that name.
func (v Value) Member(name string) (Value, bool) {
	d := v.data()
	if i, ok := slices.BinarySearch(d.keys, name); ok && d.kind == Object {
		return d.items[i], true
	}
	return Value{}, false
}

// Lookup returns the value at a path such as `app.hosts[0]` or `app["a.b"]`. It is false if the path does not parse or
// leads nowhere. The empty path is the value itself. Parts of an unknown value are unknown.
func (v Value) Lookup(path string) (Value, bool) {
	if path == "" {
		return v, true
	}
	p, err := syntax.ParsePath(path)
	if err != nil {
		return Value{}, false
	}
	for _, a := range p {
		var ok bool
		if v, ok = v.step(a); !ok {
			return Value{}, false
		}
	}
	return v, true
}

func (v Value) step(a syntax.Accessor) (Value, bool) {
	d := v.data()
	if !a.IsIndex() {
		member, ok := v.Member(a.Name)
		if !ok && d.unknown {
			return v.unknownPart(d.schema.Property(a.Name))
		}
		return member, ok
	}
	if d.unknown {
		return v.unknownPart(d.schema.Element(a.Index))
	}
	if v.Kind() != Array || a.Index >= v.Len() {
		return Value{}, false
	}
	return v.Index(a.Index), true
}

// unknownPart is a part of an unknown value, as its schema describes it.
func (v Value) unknownPart(s *schema.Schema, step schema.Step) (Value, bool) {
	if step != schema.Defined && step != schema.Undeclared {
		return Value{}, false
	}
	return Value{d: unknownBecause(v.d, s, v.d.secret), def: v.def}, true
}

// All returns the elements of an array with their indices (int), or the members of an object with their names
// (string) in ascending order. Other values have none.
func (v Value) All() iter.Seq2[any, Value] {
	return func(yield func(any, Value) bool) {
		d := v.data()
		for i, item := range d.items {
			var key any = i
			if d.kind == Object {
				key = d.keys[i]
			}
			if !yield(key, item) {
				return
			}
		}
	}
}

// Plain returns the value as plain data: nil, bool, json.Number, string, []any and map[string]any, with a
// [schema.Secret] in the place of every secret and a [schema.Unknown] in the place of every unknown. Shared parts are
// shared in the result, so it must not be changed.
func (v Value) Plain() any {
	return plainer{}.plain(v.data())
}

// Reveal returns the value as plain data with the text of its secrets. It fails if any part is unknown.
func (v Value) Reveal() (any, error) {
	if v.data().unknownBelow {
		return nil, errUnknown
	}
	return plainer{reveal: true}.plain(v.data()), nil
}

var errUnknown = errors.New("the value is not wholly known; see the diagnostics")

// plainer turns data into plain Go values. Parts that are shared stay shared.
type plainer struct {
	reveal bool
	done   map[*datum]any
}

func (p plainer) plain(d *datum) any {
	switch {
	case d.unknown && !d.secret, d.unknown && !p.reveal:
		return schema.Unknown{Of: unknownSchema(d)}
	case d.secret && !p.reveal:
		if d.kind == String {
			return schema.NewSecret(*d.text)
		}
		return schema.SecretData(plainer{reveal: true}.plain(d))
	}
	switch d.kind {
	case Bool:
		return d.bool
	case Number:
		return json.Number(*d.text)
	case String:
		return *d.text
	case Array, Object:
		return p.container(d)
	}
	return nil
}

func (p plainer) container(d *datum) any {
	if p.done == nil {
		p.done = map[*datum]any{}
	} else if v, ok := p.done[d]; ok {
		return v
	}
	if d.kind == Array {
		list := make([]any, len(d.items))
		for i, item := range d.items {
			list[i] = p.plain(item.data())
		}
		p.done[d] = list
		return list
	}
	object := make(map[string]any, len(d.items))
	for i, item := range d.items {
		object[d.keys[i]] = p.plain(item.data())
	}
	p.done[d] = object
	return object
}

// unknownSchema is the schema of an unknown, with the mark of a secret where the flag says more than the schema.
func unknownSchema(d *datum) *schema.Schema {
	if !d.secret || d.schema != nil && d.schema.Secret {
		return d.schema
	}
	s := schema.Schema{}
	if d.schema != nil {
		s = *d.schema
	}
	s.Secret = true
	return &s
}

// MarshalJSON returns the value as JSON without white space, redacted.
func (v Value) MarshalJSON() ([]byte, error) {
	w := jsonWriter{}
	w.value(v)
	return w.buf, nil
}

// String returns the value as redacted JSON.
func (v Value) String() string {
	b, _ := v.MarshalJSON()
	return string(b)
}

// Format prints the value as redacted JSON, whatever the verb.
func (v Value) Format(f fmt.State, _ rune) { io.WriteString(f, v.String()) }

// LogValue makes a log show the value as redacted JSON.
func (v Value) LogValue() slog.Value { return slog.StringValue(v.String()) }
