// Package yamltext reads the YAML of one environment document into nodes with exact positions.
//
// Text goes in as bytes and comes out as a [Document]: a tree of [Node] values, in which every node
// knows where it begins. Where it ends is worked out only when somebody asks, because most documents
// have no diagnostic to print. Reading and finding ranges rest on two independent libraries: one
// builds the tree, the tokens of the other are fitted to it, and whatever they disagree about is
// not guessed.
//
// [Document.Edit] changes values, adds and removes them, without moving another byte: it splices text
// into the ranges that it found, and reads the result with both libraries before anybody else sees it.
//
// What a scalar means is decided by [Resolve] from its text, its style and its explicit tag.
package yamltext

// Kind says what a node is.
type Kind uint8

// The kinds of nodes.
const (
	Scalar Kind = iota
	List
	Mapping
	Alias
)

// String names a collection in the words of diagnostics: an "array" or an "object".
func (k Kind) String() string {
	switch k {
	case List:
		return "array"
	case Mapping:
		return "object"
	case Alias:
		return "alias"
	default:
		return "scalar"
	}
}

// Style says how a node is written.
type Style uint8

// The styles of nodes. Scalars have one of the first five, collections one of the last two.
const (
	Plain Style = iota
	SingleQuoted
	DoubleQuoted
	Literal
	Folded
	Block
	Flow
)

// Node is one node of a document. Nodes belong to their document and must not be changed.
type Node struct {
	Kind  Kind
	Style Style
	role  role
	index int32 // place in the document's nodes, which are in the order of the text

	Value   string  // scalar: its text, unquoted and unfolded; alias: the anchor it names
	Tag     string  // explicit tag such as "!!str", "!name" or "!"; "" if there is none
	Anchor  string  // name of the anchor; "" if there is none
	Target  *Node   // alias: the anchored node, nil if that contains the alias
	Content []*Node // list: items; mapping: key, value, key, value…

	Line, Column int // where the node begins, from 1; columns count code points after a byte-order mark
}

// role says what a node is to its parent.
type role uint8

const (
	rootRole role = iota
	itemRole
	keyRole
	valueRole
)

// absent reports whether nothing is written for the node, anchor and tag apart.
func (n *Node) absent() bool {
	return n.Kind == Scalar && n.Style == Plain && n.Value == ""
}
