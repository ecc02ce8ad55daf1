package yamltext

import "unicode/utf8"

// Value is a tree to be written. Its texts are what a reader of YAML is to find: nothing in them is
// escaped or doubled before.
type Value struct {
	Kind    Kind // Scalar, List or Mapping
	Writing Writing
	Text    string   // of a scalar
	Keys    []string // of a mapping, in the order in which they are written
	Items   []*Value // of a list or a mapping
}

// Writing says how a value is written.
type Writing uint8

// The ways of writing.
const (
	// Readable is a string, plain where every reader takes it for one, in the quotes of the value
	// before it or in double ones, or over several lines; or a collection in block style, where it can
	// be.
	Readable Writing = iota
	// Verbatim is a plain scalar by its text: a number, a boolean, null, or base64.
	Verbatim
	// Quoted is a string in double quotes, or a collection like a Readable one, in whose keys only
	// letters, digits, "_" and "-" go without quotes.
	Quoted
	// OneLine is a collection in flow style.
	OneLine
)

// check refuses what cannot be written anywhere.
func (e *Edit) check() error {
	for _, part := range e.Path {
		switch part := part.(type) {
		case string:
			if !utf8.ValidString(part) {
				return refuse(notUTF8, Span{})
			}
		case int:
			if part < 0 {
				return refuse(noSuchItem, Span{})
			}
		default:
			return refuse(scalarOnPath, Span{})
		}
	}
	if e.Value == nil {
		if len(e.Path) == 0 {
			return refuse(noDocument, Span{})
		}
		return nil
	}
	return e.Value.check(maxDepth)
}

func (v *Value) check(depth int) error {
	switch {
	case v == nil || depth == 0 || v.Kind > Mapping,
		v.Kind != Mapping && len(v.Keys) > 0,
		v.Kind == Mapping && len(v.Keys) != len(v.Items),
		v.Kind == Scalar && len(v.Items) > 0:
		return refuse(badValue, Span{})
	case !utf8.ValidString(v.Text):
		return refuse(notUTF8, Span{})
	}
	seen := make(map[string]bool, len(v.Keys))
	for _, k := range v.Keys {
		if !utf8.ValidString(k) {
			return refuse(notUTF8, Span{})
		}
		if seen[k] {
			return refuse(badValue, Span{})
		}
		seen[k] = true
	}
	for _, item := range v.Items {
		if err := item.check(depth - 1); err != nil {
			return err
		}
	}
	return nil
}

// equals reports whether a node already means the value. An alias never does: what it names may change.
func (v *Value) equals(n *Node) bool {
	if n.Kind != v.Kind || len(n.Content) != len(v.Items)+len(v.Keys) {
		return false
	}
	switch v.Kind {
	case Scalar:
		return v.equalsScalar(n)
	case List:
		for i, item := range v.Items {
			if !item.equals(n.Content[i]) {
				return false
			}
		}
		return true
	default:
		old, ok := members(n)
		for i, item := range v.Items {
			if !ok || old[v.Keys[i]] == nil || !item.equals(old[v.Keys[i]]) {
				return false
			}
		}
		return ok
	}
}

// equalsScalar compares what two scalars mean. Where that is an error, only the same text is equal.
func (v *Value) equalsScalar(n *Node) bool {
	old, ok := meaning(n)
	if !ok {
		return v.Writing == Verbatim && n.Style == Plain && n.Tag == "" && n.Value == v.Text
	}
	if v.Writing != Verbatim {
		return old == stringOf(v.Text)
	}
	r, ok := meaning(&Node{Value: v.Text})
	return ok && old == r
}

// meaning returns what a scalar means. It fails if that is an error, or takes long to work out.
func meaning(n *Node) (Resolved, bool) {
	r, issue := Resolve(n, 1000, 1_000_000)
	return r, issue == nil || issue.Warning
}
