package yamltext

import "strings"

// Span returns the range of a node: an anchor and a tag belong to it. A value for which nothing is
// written has the range of its key, an item that of its dash. Scalars and aliases are cheap; the
// first collection or block scalar of a document costs a second reading of the text.
func (d *Document) Span(n *Node) Span {
	if n == nil {
		return Span{}
	}
	x := d.index()
	f := d.form(n)
	switch {
	case f.end >= 0 && f.absent:
		return d.absentSpan(n, f)
	case f.end >= 0:
		return x.span(f.begin, f.end)
	}
	if l, err := d.layout(); err == nil && d.owns(n) {
		p := &l.places[n.index]
		return x.span(p.begin, p.end)
	}
	return x.span(f.begin, d.lineTail(f.begin))
}

// PartSpan returns the range of the bytes from, up to but not including to, of a scalar's Value. It
// is exact for plain scalars on one line, and for quoted ones on one line in which no escape stands
// before the part; otherwise it is the range of the whole scalar.
func (d *Document) PartSpan(n *Node, from, to int) Span {
	if n == nil || n.Kind != Scalar || from < 0 || to < from || to > len(n.Value) {
		return d.Span(n)
	}
	f := d.form(n)
	if f.absent || f.end < 0 || strings.ContainsAny(d.text[f.value:f.end], "\r\n") {
		return d.Span(n)
	}
	switch n.Style {
	case Plain:
		return d.index().span(f.value+from, f.value+to)
	case SingleQuoted, DoubleQuoted:
		text := d.text[f.value+1 : f.end-1]
		if from > len(text) || strings.IndexByte(text[:from], escapeOf(n.Style)) >= 0 {
			return d.Span(n)
		}
		return d.index().span(f.value+1+from, f.value+1+from+quotedLen(text[from:], n.Style, to-from))
	default:
		return d.Span(n)
	}
}

// TagSpan returns the range of the explicit tag of a node, or that of the node if it has none.
func (d *Document) TagSpan(n *Node) Span {
	if n == nil || n.Tag == "" {
		return d.Span(n)
	}
	i := d.index().offset(n.Line, n.Column)
	if strings.HasPrefix(d.text[i:], "&") {
		i = propertyEnd(d.text, i)
		for i < len(d.text) && isSpace(d.text[i]) {
			i++
		}
	}
	if !strings.HasPrefix(d.text[i:], "!") {
		return d.Span(n)
	}
	return d.index().span(i, propertyEnd(d.text, i))
}

// owns reports whether a node is one of the document's.
func (d *Document) owns(n *Node) bool {
	return int(n.index) < len(d.nodes) && &d.nodes[n.index] == n
}

// absentSpan returns the range to blame for a value that is not written.
func (d *Document) absentSpan(n *Node, f form) Span {
	x := d.index()
	switch {
	case f.end > f.begin: // only an anchor or a tag is written
		return x.span(f.begin, f.end)
	case n.role == valueRole && d.owns(n):
		if key := d.keyOf(n); !key.absent() {
			return d.Span(key)
		}
	case n.role == itemRole && strings.HasSuffix(d.text[:f.begin], "-"):
		return x.span(f.begin-1, f.begin)
	case n.role == keyRole && strings.HasPrefix(d.text[f.begin:], ":"):
		return x.span(f.begin, f.begin+1)
	}
	return x.span(f.begin, f.begin)
}

// keyOf returns the key of a value: the last node before it that has the same parent.
func (d *Document) keyOf(value *Node) *Node {
	i := value.index - 1
	for d.parents[i] != d.parents[value.index] {
		i = d.parents[i]
	}
	return &d.nodes[i]
}
