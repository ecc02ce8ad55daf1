package yamltext

import "strings"

// add adds a member to a mapping, or an item to a list, behind the last one.
func (e *editor) add(s step) ([]splice, error) {
	if s.node.Style == Flow {
		return e.addInFlow(s)
	}
	first := e.memberBegin(s.node, 0)
	column := e.indent(first)
	if s.node.Kind == List {
		return e.addBelow(s.node, e.pen.item(s.value, column)), nil
	}
	w := e.pen.member(s.key, s.value, column, s.keys)
	if !e.other {
		return e.addBelow(s.node, w), nil
	}
	text := e.inPlace(w, column, first) + e.pen.lineEnd + strings.Repeat(" ", column)
	return []splice{{first, first, text}}, nil
}

// addBelow adds lines below the last line of a collection, behind a comment on it.
func (e *editor) addBelow(n *Node, w written) []splice {
	at := lineEnd(e.text, e.places[n.index].end)
	return []splice{{at, at, e.lines(w, at)}}
}

func (e *editor) addInFlow(s step) ([]splice, error) {
	n, text := s.node, flowText(s.value)
	if n.Kind == Mapping {
		text = keyString(s.key, s.keys) + ": " + text
	}
	if e.isPair(n) {
		return nil, refuse(singlePair, e.Span(n))
	}
	if len(n.Content) == 0 {
		_, bracket := e.properties(n, true)
		return []splice{{bracket + 1, bracket + 1, text}}, nil
	}
	last := n.Content[len(n.Content)-1]
	at := e.places[last.index].end
	comma := ", "
	if last.absent() || strings.HasSuffix(e.text[:at], ":") { // right behind a colon, some readers take a comma for a part of the key
		comma = " , "
	}
	return []splice{{at, at, comma + text}}, nil
}

// isPair reports whether a flow mapping is the single pair of "[a: b]", which has no braces. If the key
// of one is a mapping in braces, then both begin at the same place.
func (e *editor) isPair(n *Node) bool {
	if n.Kind != Mapping {
		return false
	}
	_, begin := e.properties(n, true)
	return e.text[begin] != '{' || len(n.Content) > 0 && e.memberBegin(n, 0) == begin
}
