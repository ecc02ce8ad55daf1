package yamltext

import "strings"

// editor turns steps into splices of one document.
type editor struct {
	*Document
	*layout
	pen pen
	attempt
}

// attempt is a way to make an edit.
type attempt struct {
	quoted bool // no string is written over several lines
	other  bool // what is added goes first instead of last; the file's last line leaves its line end
}

// attempts are the ways that are tried after the usual one.
var attempts = []attempt{{quoted: true}, {other: true}, {quoted: true, other: true}}

// splices returns what a step does to the text.
func (e *editor) splices(s step) ([]splice, error) {
	switch s.kind {
	case writeStep:
		return e.writeDocument(s.value), nil
	case replaceStep:
		return e.replace(s.node, s.value)
	case addStep:
		return e.add(s)
	case emptyStep:
		return e.empty(s.node)
	default:
		return e.remove(s.node)
	}
}

// site is where a value stands, and where another one may stand.
type site struct {
	at         int     // insertion point: the end of ":", "-" or "---", or of the anchor behind it
	begin, end int     // what is written behind it; equal if that is nothing
	below      columns // of what is written below it
	inPlace    bool    // a block collection may stand where the value stands
	ownLine    bool    // the value stands on a line below its key
}

// site returns the site of a node in block context, behind its anchor, and its tag if that is kept.
func (e *editor) site(n *Node, keepTag bool) site {
	p := e.places[n.index]
	behind, begin := e.properties(n, keepTag)
	s := site{begin: begin, end: p.end}
	switch n.role {
	case rootRole:
		s.at, s.below = e.documentBegin(), columns{text: e.pen.step}
	case itemRole:
		s.at, s.below = p.lead+1, e.pen.behind(e.indent(p.lead))
	default:
		parent := &e.nodes[e.parents[n.index]]
		s.at, s.below = p.lead+1, e.pen.below(e.indent(e.memberBegin(parent, 0)))
	}
	if behind >= 0 {
		s.at = behind
	}
	s.ownLine = s.begin < s.end && strings.TrimLeft(e.text[e.lineStart(s.begin):s.begin], " ") == "" &&
		(e.breaks(s.at, s.begin) || n.role == rootRole && s.at == e.bodyStart())
	s.inPlace = s.ownLine || n.role == itemRole && behind < 0 && strings.Trim(e.text[s.at:s.begin], " ") == ""
	return s
}

// documentBegin returns the end of "---", or the beginning of the text if there is none.
func (e *editor) documentBegin() int {
	if len(e.tokens) > 0 && e.tokens[0].kind == startToken {
		return e.tokens[0].end
	}
	return e.bodyStart()
}

// properties returns the end of a node's anchor, or of its tag if that is kept, -1 if there are none,
// and where the rest begins.
func (e *editor) properties(n *Node, keepTag bool) (end, rest int) {
	p := e.places[n.index]
	end = -1
	anchor, tag := n.Anchor != "", keepTag && n.Tag != ""
	for i := p.first; ; i++ {
		switch {
		case anchor && e.tokens[i].kind == '&':
			anchor = false
			i++ // its name
		case tag && e.tokens[i].kind == tagToken:
			tag = false
		case i < p.last:
			return end, e.tokens[i].begin
		default:
			return end, p.end
		}
		end = e.tokens[i].end
	}
}

// lineStart returns where the line that holds a byte begins.
func (d *Document) lineStart(offset int) int {
	return max(strings.LastIndexAny(d.text[:offset], "\r\n")+1, d.bodyStart())
}

// isLast reports whether the line that holds a byte has no line end.
func (d *Document) isLast(offset int) bool {
	return lineEnd(d.text, offset) == len(d.text)
}

// isRest reports whether nothing but blanks stands from a byte on to the end of its line.
func (d *Document) isRest(offset int) bool {
	return strings.Trim(d.text[offset:lineEnd(d.text, offset)], " \t") == ""
}

// inFlow reports whether a node is part of a flow collection.
func (d *Document) inFlow(n *Node) bool {
	return n.role != rootRole && d.nodes[d.parents[n.index]].Style == Flow
}

// lines returns lines to be put below the line that ends at a byte.
func (e *editor) lines(w written, at int) string {
	var b strings.Builder
	for _, line := range w.lines {
		b.WriteString(e.pen.lineEnd)
		b.WriteString(line)
	}
	if w.open && at == len(e.text) {
		b.WriteString(e.pen.lineEnd)
	}
	return b.String()
}
