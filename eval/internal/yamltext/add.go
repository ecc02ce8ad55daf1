package yamltext

import "strings"

// add adds a member to a mapping, or an item to a list.
func (e *editor) add(n *Node, key string, v *Value) ([]splice, error) {
	if n.Style == Flow {
		return e.addInFlow(n, key, v)
	}
	first := e.firstMember(n)
	column := e.indent(first)
	var w written
	if n.Kind == Mapping {
		w = e.pen.member(key, v, column, Readable)
	} else {
		w = e.pen.item(v, column)
	}
	if e.other && n.Kind == Mapping {
		text := e.inPlace(w, column, first) + e.pen.lineEnd + strings.Repeat(" ", column)
		return []splice{{first, first, text}}, nil
	}
	at := lineEnd(e.text, e.places[n.index].end)
	return []splice{{at, at, e.lines(w, at)}}, nil
}

// addInFlow adds to a flow collection.
func (e *editor) addInFlow(n *Node, key string, v *Value) ([]splice, error) {
	text := flowText(v)
	if n.Kind == Mapping {
		text = keyString(key, Readable) + ": " + text
	}
	p := e.places[n.index]
	if end := e.tokens[p.last-1].kind; end != ']' && end != '}' || n.Kind == Mapping && end == ']' || e.isPair(n) {
		return nil, refuse(singlePair, e.Span(n))
	}
	if len(n.Content) == 0 {
		_, begin := e.properties(n, true)
		return []splice{{begin + 1, begin + 1, text}}, nil
	}
	last := n.Content[len(n.Content)-1]
	at := e.places[last.index].end
	comma := ", "
	if last.absent() { // a comma right behind a colon belongs to the key for some readers
		comma = " , "
	}
	return []splice{{at, at, comma + text}}, nil
}

// isPair reports whether a flow mapping is a single pair without braces.
func (e *editor) isPair(n *Node) bool {
	if n.Kind != Mapping || n.Style != Flow {
		return false
	}
	_, begin := e.properties(n, true)
	return e.text[begin] != '{' || len(n.Content) == 2 && e.memberBegin(n, 0) == begin
}
