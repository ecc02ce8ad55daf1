package yamltext

import "sync"

// Document is the text of one environment and the tree of its nodes. It is immutable and safe for
// concurrent use.
type Document struct {
	// Root is the node of the whole document; nil if there is nothing in it but comments, or if it
	// cannot be read. A document that is "null" has a scalar root.
	Root *Node

	text       string
	nodes      []Node      // in the order of the text
	parents    []int32     // of each node, by its place in nodes; -1 for the root
	directives []directive // in the order of the text
	limits     Limits
	unreadable bool // it has an error other than "alias-cycle"

	index  func() *index
	layout func() (*layout, error)
}

// Limits bounds what Parse accepts. A limit of zero is none.
type Limits struct {
	Bytes int // of the text
	Depth int // of collections in each other, through aliases too; never more than 10 000
	Nodes int // keys count, and what an alias stands for counts again wherever it is used
}

// maxDepth bounds the depth of every document, because reading recurses.
const maxDepth = 10_000

// Parse reads one document. The document is never nil; what is wrong with it is in the issues.
// It has no Root if it has an error, but for the error "alias-cycle", which leaves everything
// else of the document in place. Cost grows linearly with the text.
func Parse(src []byte, limits Limits) (*Document, []Issue) {
	d := &Document{text: string(src), limits: limits}
	issues := d.read(limits)
	d.unreadable = d.Root == nil && len(issues) > 0
	return d, issues
}

// read reads the text into the tree, and returns what is wrong with it.
func (d *Document) read(limits Limits) []Issue {
	if limits.Depth <= 0 || limits.Depth > maxDepth {
		limits.Depth = maxDepth
	}
	d.index = sync.OnceValue(func() *index { return newIndex(d.text) })
	d.layout = sync.OnceValues(func() (*layout, error) { return newLayout(d) })

	if limits.Bytes > 0 && len(d.text) > limits.Bytes {
		issue := newIssue("document-too-large", "document has more than %d bytes", limits.Bytes)
		return []Issue{*issue.at(d.index().span(0, len(d.text)))}
	}
	issue := d.checkCharacters()
	if issue == nil {
		issue = d.checkDirectives()
	}
	if issue != nil {
		return []Issue{*issue}
	}
	tree, issue := d.load(limits.Depth)
	if issue != nil {
		return []Issue{*issue}
	}
	return d.build(tree, limits)
}

// Text returns the text of the document.
func (d *Document) Text() string {
	return d.text
}

// Bytes returns a copy of the text of the document.
func (d *Document) Bytes() []byte {
	return []byte(d.text)
}

// body returns the text without a byte-order mark.
func (d *Document) body() string {
	return d.text[d.bodyStart():]
}

// bodyStart returns the number of bytes of the byte-order mark, if there is one.
func (d *Document) bodyStart() int {
	if len(d.text) >= len(byteOrderMark) && d.text[:len(byteOrderMark)] == byteOrderMark {
		return len(byteOrderMark)
	}
	return 0
}
