package yamltext

import "strings"

// replace puts a value in place of a node. An anchor stays.
func (e *editor) replace(n *Node, v *Value) ([]splice, error) {
	if p := e.places[n.index]; n.Anchor != "" && n.Tag != "" && e.tokens[p.first].kind == tagToken {
		return nil, refuse(tagFirst, e.Span(n))
	}
	return e.put(n, v, false)
}

// empty removes all members of a collection. Its anchor and tag stay.
func (e *editor) empty(n *Node) ([]splice, error) {
	return e.put(n, &Value{Kind: n.Kind}, true)
}

// put writes a value where a node stands.
func (e *editor) put(n *Node, v *Value, keepTag bool) ([]splice, error) {
	noValue := n.role == valueRole && e.places[n.index].lead < 0
	switch {
	case e.inFlow(n) && noValue && e.hasLongKey(n):
		return nil, refuse(longKey, e.Span(n))
	case e.inFlow(n):
		return e.putInFlow(n, v, keepTag, noValue), nil
	case noValue:
		return nil, refuse(noColon, e.Span(n))
	default:
		return e.putInBlock(n, v, e.site(n, keepTag)), nil
	}
}

// hasLongKey reports whether the key of a value covers several lines.
func (e *editor) hasLongKey(n *Node) bool {
	key := e.places[e.keyOf(n).index]
	return strings.ContainsAny(e.text[key.begin:key.end], "\r\n")
}

// putInBlock writes a value in block context. A text is a scalar, a flow collection or a literal: it
// begins on the line of its key. A block collection begins below it, or in place.
func (e *editor) putInBlock(n *Node, v *Value, s site) []splice {
	w := e.pen.write(v, s.below, n)
	isText, isBlockScalar := w.head != "", n.Style == Literal || n.Style == Folded
	header := e.places[n.index].header
	switch {
	case isText && s.begin == s.end: // nothing is there
		return e.withLines(splice{s.at, s.at, " " + w.head}, w)
	case isText && isBlockScalar: // a comment behind the header stays
		return e.overHeader(splice{s.begin, header, w.head}, s.end, w)
	case isText && !s.movesUp:
		return e.withLines(splice{s.begin, s.end, w.head}, w)
	case isText && e.hasComment(s.at, s.begin): // it stays between the key and what was below it
		return append(e.withLines(splice{s.at, s.at, " " + w.head}, w), e.withLine(s.begin, s.end))
	case isText:
		return e.withLines(splice{s.at, s.end, " " + w.head}, w)
	case s.inPlace && s.begin == s.end: // nothing is there behind a dash
		return []splice{{s.at, s.at, " " + e.inPlace(w, s.below.mapping, s.at)}}
	case s.inPlace && (!isBlockScalar || e.isRest(header)):
		return []splice{e.overBlock(n, v, s)}
	case isBlockScalar:
		return e.overHeader(e.cut(s.at, s.begin, header), s.end, w)
	default:
		return e.withLines(e.cut(s.at, s.begin, s.end), w)
	}
}

// putInFlow writes a value on the line.
func (e *editor) putInFlow(n *Node, v *Value, keepTag, noValue bool) []splice {
	behind, begin := e.properties(n, keepTag)
	text, end := flowText(v), e.places[n.index].end
	if v.Kind == Scalar {
		text = scalarText(v, n, true)
	}
	switch {
	case begin < end:
		return []splice{{begin, end, text}}
	case noValue: // {k}
		return []splice{{end, end, ": " + text}}
	case behind >= 0:
		return []splice{{behind, behind, " " + text}}
	default: // {k: }
		return []splice{{end, end, " " + text}}
	}
}

// overHeader puts the lines of a value in place of the content of a block scalar.
func (e *editor) overHeader(s splice, end int, w written) []splice {
	content := lineEnd(e.text, s.end)
	end = max(content, end)
	return []splice{s, {content, end, e.lines(w, end)}}
}

// overBlock puts a block collection in place of what has a line of its own, or stands behind a dash.
func (e *editor) overBlock(n *Node, v *Value, s site) splice {
	column, shift := e.indent(s.begin), 0
	if n.Kind == List && v.Kind == Mapping && n.role == valueRole && column == s.key {
		shift = e.pen.step // the list is not indented below its key, but a mapping must be
	}
	column += shift
	w := e.pen.write(v, columns{mapping: column, list: column}, nil)
	end := s.end
	if w.open && e.isRest(end) {
		end = lineEnd(e.text, end)
	}
	return splice{s.begin, end, strings.Repeat(" ", shift) + e.inPlace(w, column, end)}
}

// writeDocument writes into a document in which there is nothing.
func (e *editor) writeDocument(v *Value) []splice {
	w := e.pen.write(v, columns{text: e.pen.step}, nil)
	if w.head != "" {
		w.lines = append([]string{w.head}, w.lines...)
	}
	at := len(e.text)
	if n := len(e.tokens); n > 0 && e.tokens[n-1].kind == endToken {
		at = e.tokens[n-1].begin
	}
	if e.lineStart(at) < at { // the last line has text
		return []splice{{at, at, e.lines(w, at)}}
	}
	return []splice{{at, at, strings.Join(w.lines, e.pen.lineEnd) + e.pen.lineEnd}}
}
