package yamltext

import "strings"

// layout is where everything of a document stands. It is made when it is first needed.
type layout struct {
	tokens   []token // without comments
	comments []token
	places   []place // of each node, by its place in the document's nodes
}

// place is where one node stands, in bytes of the text.
type place struct {
	begin, end  int // with anchor and tag; empty for an absent value, right behind what is before it
	inner       int // where the node begins without its anchor; end if nothing is left of it
	lead        int // the "-" of an item, the "?" of a key, the ":" of a value; -1 if there is none
	header      int // end of a block scalar's header
	first, last int // the node's tokens: from the first, up to but not including the last
}

// newLayout fits the tokens of a document to its tree. Since the tree comes from one library and the
// tokens from another, every disagreement about structure or text shows, and is an error.
func newLayout(d *Document) (*layout, error) {
	tokens, err := tokenize(d)
	if err != nil {
		return nil, err
	}
	l := &layout{places: make([]place, len(d.nodes))}
	for _, t := range tokens {
		if t.kind == commentToken {
			l.comments = append(l.comments, t)
		} else {
			l.tokens = append(l.tokens, t)
		}
	}
	f := &fitter{doc: d, layout: l, end: d.bodyStart()}
	if !f.document() {
		at := len(d.text)
		if f.i < len(l.tokens) {
			at = l.tokens[f.i].begin
		}
		return nil, &misfitError{d.index().pos(at)}
	}
	return l, nil
}

// fitter walks tree and tokens side by side. Its methods report whether the two agree.
type fitter struct {
	doc *Document
	*layout
	i   int // next token
	end int // byte at which the last token before it ends
}

// document fits the whole tree.
func (f *fitter) document() bool {
	f.accept(startToken)
	if f.doc.Root != nil && !f.node(f.doc.Root, -1) {
		return false
	}
	f.accept(endToken)
	return f.i == len(f.tokens)
}

// peek returns the kind of the next token, 0 at the end.
func (f *fitter) peek() tokenKind {
	if f.i == len(f.tokens) {
		return 0
	}
	return f.tokens[f.i].kind
}

// accept takes the next token if it is of a kind.
func (f *fitter) accept(kind tokenKind) bool {
	if f.peek() != kind {
		return false
	}
	f.end = f.tokens[f.i].end
	f.i++
	return true
}

// acceptText takes the next token if it is of a kind and means text.
func (f *fitter) acceptText(kind tokenKind, text string) bool {
	return f.peek() == kind && f.tokens[f.i].text == text && f.accept(kind)
}

// node fits a node and everything in it. Lead is the byte of the indicator that leads to it.
func (f *fitter) node(n *Node, lead int) bool {
	p := &f.places[n.index]
	p.lead, p.first = lead, f.i
	own, ok := f.properties(n)
	if !ok || !f.value(n, p) {
		return false
	}
	p.last = f.i
	p.begin, p.inner, p.end = f.beginOf(p.first), f.beginOf(own), f.end
	return f.beginsRight(n, p)
}

// beginOf returns where token i of the node that ends here begins. If the node has no such token, then
// nothing is left of it from there on.
func (f *fitter) beginOf(i int) int {
	if i < f.i {
		return f.tokens[i].begin
	}
	return f.end
}

// beginsRight compares a node's begin with that of its first token. The tree does not know where an
// absent value is, nor exactly where a mapping begins whose first key is absent or led by "?".
func (f *fitter) beginsRight(n *Node, p *place) bool {
	if p.first == p.last {
		return true
	}
	t := f.tokens[p.first]
	if n.Kind == Mapping && (t.kind == '?' || t.kind == ':') {
		return true
	}
	return f.doc.index().offset(n.Line, n.Column) == t.begin
}

// properties fits a node's anchor and tag, in either order, and returns the token after the anchor.
func (f *fitter) properties(n *Node) (own int, ok bool) {
	own = f.i
	anchor, tag := n.Anchor != "", n.Tag != ""
	for anchor || tag {
		switch {
		case anchor && f.name('&', n.Anchor):
			anchor, own = false, f.i
		case tag && f.tag(n.Tag):
			tag = false
		default:
			return own, false
		}
	}
	return own, true
}

// name fits the indicator of an anchor or alias with its name right behind it.
func (f *fitter) name(kind tokenKind, name string) bool {
	return f.accept(kind) && f.i < len(f.tokens) && f.tokens[f.i].begin == f.end &&
		f.acceptText(wordToken, name)
}

// tag fits a tag. One that a directive abbreviates, or that is written in full or with escapes, need
// not be written as it reads.
func (f *fitter) tag(tag string) bool {
	if f.peek() != tagToken {
		return false
	}
	written := f.tokens[f.i].text
	other := len(f.doc.directives) > 0 || strings.ContainsAny(written, "<%")
	if written != tag && (!other || strings.ContainsAny(written, " \t")) {
		return false
	}
	return f.accept(tagToken)
}

// value fits a node without its anchor and tag.
func (f *fitter) value(n *Node, p *place) bool {
	switch {
	case n.Kind == Alias:
		return f.name('*', n.Value)
	case n.Kind == List && n.Style == Flow:
		return f.flowList(n)
	case n.Kind == List:
		return f.blockList(n)
	case n.Kind == Mapping && n.Style == Flow && f.braced(n):
		return f.flowMapping(n)
	case n.Kind == Mapping:
		return f.pairs(n)
	default:
		return f.scalar(n, p)
	}
}

func (f *fitter) scalar(n *Node, p *place) bool {
	switch n.Style {
	case SingleQuoted:
		return f.acceptText(singleToken, n.Value)
	case DoubleQuoted:
		return f.acceptText(doubleToken, n.Value)
	case Literal, Folded:
		kind := literalToken
		if n.Style == Folded {
			kind = foldedToken
		}
		if !f.accept(kind) {
			return false
		}
		p.header = f.end
		return f.acceptText(contentToken, n.Value)
	default:
		return n.absent() || f.acceptText(wordToken, n.Value)
	}
}

func (f *fitter) blockList(n *Node) bool {
	for _, item := range n.Content {
		if !f.accept('-') || !f.node(item, f.tokens[f.i-1].begin) {
			return false
		}
	}
	return true
}

func (f *fitter) flowList(n *Node) bool {
	if !f.accept('[') {
		return false
	}
	for i, item := range n.Content {
		if i > 0 && !f.accept(',') || !f.node(item, -1) {
			return false
		}
	}
	f.accept(',')
	return f.accept(']')
}

// braced reports whether a flow mapping has braces. The single pair of "[a: b]" has none; if its key
// is a mapping in braces, then both begin at the same place.
func (f *fitter) braced(n *Node) bool {
	if f.peek() != '{' {
		return false
	}
	pair := len(n.Content) == 2 && n.Content[0].Line == n.Line && n.Content[0].Column == n.Column
	return !pair
}

func (f *fitter) flowMapping(n *Node) bool {
	if !f.accept('{') {
		return false
	}
	for i := 0; i < len(n.Content); i += 2 {
		if i > 0 && !f.accept(',') || !f.pair(n.Content[i], n.Content[i+1]) {
			return false
		}
	}
	f.accept(',')
	return f.accept('}')
}

// pairs fits the members of a mapping without braces.
func (f *fitter) pairs(n *Node) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if !f.pair(n.Content[i], n.Content[i+1]) {
			return false
		}
	}
	return true
}

func (f *fitter) pair(key, value *Node) bool {
	if !f.node(key, f.indicator('?')) {
		return false
	}
	if p := &f.places[key.index]; p.first == p.last && p.lead < 0 && f.peek() == ':' {
		at := f.tokens[f.i].begin // an absent key has nothing before it: it stands at its colon
		p.begin, p.inner, p.end = at, at, at
	}
	return f.node(value, f.indicator(':'))
}

// indicator takes an indicator, if it is next, and returns its place, or -1.
func (f *fitter) indicator(kind tokenKind) int {
	if !f.accept(kind) {
		return -1
	}
	return f.tokens[f.i-1].begin
}
