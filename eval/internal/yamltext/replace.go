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

func (e *editor) put(n *Node, v *Value, keepTag bool) ([]splice, error) {
	noValue := n.role == valueRole && e.places[n.index].lead < 0
	switch {
	case e.inFlow(n):
		return e.putInFlow(n, v, keepTag, noValue), nil
	case noValue:
		return nil, refuse(noColon, e.Span(n))
	}
	s := e.site(n, keepTag)
	w := e.pen.write(v, s.below, n)
	if w.head == "" {
		return e.putBlock(n, v, s, w), nil
	}
	return e.putText(n, s, w), nil
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

// putText writes a value that begins on the line of its key: a scalar, a flow collection, or the header
// of a literal with its lines.
func (e *editor) putText(n *Node, s site, w written) []splice {
	p := e.places[n.index]
	onLine := s.begin < s.end && (s.ownLine || !e.breaks(s.at, s.begin))
	switch {
	case s.begin == s.end: // nothing is there
		return e.withLines(splice{s.at, s.at, " " + w.head}, w)
	case n.Style == Literal || n.Style == Folded: // header and content, a comment between them stays
		content := lineEnd(e.text, p.header)
		return []splice{
			{s.begin, p.header, w.head},
			{content, max(content, s.end), e.lines(w, max(content, s.end))},
		}
	case n.Style != Block || onLine && !s.ownLine || n.role == rootRole && s.ownLine:
		return e.withLines(splice{s.begin, s.end, w.head}, w)
	case e.hasComment(s.at, s.begin): // they stay between key and collection
		return append(e.withLines(splice{s.at, s.at, " " + w.head}, w), e.withLine(s.begin, s.end))
	default: // moves up to the key
		return e.withLines(splice{s.at, s.end, " " + w.head}, w)
	}
}

// putBlock writes a block collection.
func (e *editor) putBlock(n *Node, v *Value, s site, w written) []splice {
	p := e.places[n.index]
	isBlockScalar := n.Style == Literal || n.Style == Folded
	commented := isBlockScalar && !e.isRest(p.header)
	switch {
	case s.inPlace && s.begin == s.end: // nothing behind a dash
		return []splice{{s.at, s.at, " " + e.inPlace(w, s.below.mapping, s.at)}}
	case s.inPlace && !commented:
		return []splice{e.block(n, v, s)}
	case isBlockScalar: // a comment behind the header stays behind the key
		content := lineEnd(e.text, p.header)
		return []splice{
			e.cut(s.at, s.begin, p.header),
			{content, max(content, s.end), e.lines(w, max(content, s.end))},
		}
	default: // below the key, behind a comment
		return e.withLines(e.cut(s.at, s.begin, s.end), w)
	}
}

// block replaces what has a line of its own, or stands behind a dash, by a block collection that begins
// there.
func (e *editor) block(n *Node, v *Value, s site) splice {
	column := e.indent(s.begin)
	shift := 0
	if n.Kind == List && v.Kind == Mapping && n.role == valueRole && column < s.below.mapping && n.Style == Block &&
		column == s.below.mapping-e.pen.step {
		shift = e.pen.step // the list is not indented, but a mapping must be
	}
	column += shift
	w := e.pen.write(v, columns{mapping: column, list: column, text: column}, nil)
	end := s.end
	if w.open && e.isRest(end) {
		end = lineEnd(e.text, end)
	}
	return splice{s.begin, end, strings.Repeat(" ", shift) + e.inPlace(w, column, end)}
}

// inPlace returns the text of a block collection whose first line begins at its column already.
func (e *editor) inPlace(w written, column, at int) string {
	lines := w
	lines.lines = w.lines[1:]
	return w.lines[0][column:] + e.lines(lines, at)
}

// withLines adds the lines of a value at the end of the line that a splice ends on.
func (e *editor) withLines(s splice, w written) []splice {
	if len(w.lines) == 0 {
		return []splice{s}
	}
	at := lineEnd(e.text, s.end)
	if e.isRest(s.end) { // no comment: nothing stays on the line
		s.end = at
	}
	return []splice{s, {at, at, e.lines(w, at)}}
}

// cut deletes a value and the blanks before it.
func (e *editor) cut(at, begin, end int) splice {
	begin = at + len(strings.TrimRight(e.text[at:begin], " \t"))
	if e.isRest(end) {
		end = lineEnd(e.text, end)
	}
	return splice{begin, end, ""}
}

// withLine deletes a collection with its line, or up to the comment behind it.
func (e *editor) withLine(begin, end int) splice {
	if !e.isRest(end) {
		comment := strings.TrimLeft(e.text[end:], " \t")
		return splice{begin, len(e.text) - len(comment), ""}
	}
	return e.wholeLines(begin, end)
}

// wholeLines deletes the lines from that of one byte to that of another. If the last of them has no line
// end, then the one before them goes instead.
func (e *editor) wholeLines(begin, end int) splice {
	begin = e.lineStart(begin)
	if !e.isLast(end) {
		return splice{begin, nextLine(e.text, end), ""}
	}
	if !e.other {
		before := strings.TrimSuffix(strings.TrimSuffix(e.text[:begin], "\n"), "\r")
		if strings.HasSuffix(e.text[:begin], "\r") {
			before = e.text[:begin-1]
		}
		begin = max(len(before), e.bodyStart())
	}
	return splice{begin, len(e.text), ""}
}

// hasComment reports whether a comment stands between two bytes.
func (e *editor) hasComment(from, to int) bool {
	for _, c := range e.comments {
		if c.begin >= from && c.begin < to {
			return true
		}
	}
	return false
}

// writeDocument writes into a document in which there is nothing.
func (e *editor) writeDocument(v *Value) []splice {
	w := e.pen.write(v, columns{text: e.pen.step}, nil)
	at := len(e.text)
	if n := len(e.tokens); n > 0 && e.tokens[n-1].kind == endToken {
		at = e.tokens[n-1].begin
	}
	if w.head != "" {
		w.lines = append([]string{w.head}, w.lines...)
	}
	text := strings.Join(w.lines, e.pen.lineEnd)
	switch {
	case e.lineStart(at) < at: // the last line has text
		text = e.pen.lineEnd + text
		if w.open {
			text += e.pen.lineEnd
		}
	default:
		text += e.pen.lineEnd
	}
	return []splice{{at, at, text}}
}
