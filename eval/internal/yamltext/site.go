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
	key        int     // column of the key or dash, -1 if there is none
	below      columns // of what is written below it
	inPlace    bool    // a block collection may stand where the value stands
	movesUp    bool    // the value is a block collection below its key, whose line text must begin on
}

// site returns the site of a node in block context, behind its anchor, and its tag if that is kept.
func (e *editor) site(n *Node, keepTag bool) site {
	p := e.places[n.index]
	behind, begin := e.properties(n, keepTag)
	s := site{begin: begin, end: p.end}
	switch n.role {
	case rootRole:
		s.at, s.key, s.below = e.documentBegin(), -1, columns{text: e.pen.step}
	case itemRole:
		s.at, s.key = p.lead+1, e.indent(p.lead)
		s.below = e.pen.behind(s.key)
	default:
		s.at, s.key = p.lead+1, e.indent(e.memberBegin(&e.nodes[e.parents[n.index]], 0))
		s.below = e.pen.below(s.key)
	}
	if behind >= 0 {
		s.at = behind
	}
	first := n.role == rootRole && s.at == e.bodyStart()
	ownLine := begin < p.end && e.startsLine(begin) && (first || e.breaks(s.at, begin))
	s.inPlace = ownLine || n.role == itemRole && behind < 0 && strings.Trim(e.text[s.at:begin], " ") == ""
	s.movesUp = ownLine && n.Style == Block && n.role != rootRole
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

// inFlow reports whether a node is part of a flow collection.
func (d *Document) inFlow(n *Node) bool {
	return n.role != rootRole && d.nodes[d.parents[n.index]].Style == Flow
}
