package schema

import (
	"encoding/json"
	"slices"
)

// A node is a place in data. Nodes are made as they are looked at, once each, so that a node stands for its path.
type node struct {
	parent *node
	name   string // in an object
	index  int    // in an array
	data   any    // without the marks of unmark
	kind   kinds  // one kind, or numberKind; 0: unknown
	secret bool   // as a part of a secret is, too

	names    []string // of an object, ascending
	children []node   // of an object in the order of names
	open     bool     // names and children are made
}

func newNode(v any) *node {
	n := &node{}
	n.put(v)
	return n
}

func (n *node) put(v any) {
	var secret bool
	n.data, secret = unmark(v)
	n.kind = kindOf(n.data)
	n.secret = n.secret || secret
	if u, ok := n.data.(Unknown); ok && u.Of != nil && u.Of.Secret {
		n.secret = true
	}
}

// expand makes the children.
func (n *node) expand() []node {
	if n.open {
		return n.children
	}
	n.open = true
	switch data := n.data.(type) {
	case []any:
		n.children = make([]node, len(data))
		for i, v := range data {
			n.children[i] = node{parent: n, index: i, secret: n.secret}
			n.children[i].put(v)
		}
	case map[string]any:
		n.names = sortedKeys(data)
		n.children = make([]node, len(data))
		for i, name := range n.names {
			n.children[i] = node{parent: n, name: name, secret: n.secret}
			n.children[i].put(data[name])
		}
	}
	return n.children
}

// cost is how many steps reading the text of a number takes, beyond the first.
func (n *node) cost() int {
	text, _ := n.data.(json.Number)
	return len(text) / stepBytes
}

// has tells whether an object has a member of that name.
func (n *node) has(name string) bool {
	_, ok := n.data.(map[string]any)[name]
	return ok
}

// kept returns the data with the mark of a secret, if it is or is part of one.
func (n *node) kept() any {
	if n.secret {
		return SecretData(n.data)
	}
	return n.data
}

// key is the last element of the path. A name in a secret object is a secret itself.
func (n *node) key() any {
	switch {
	case n.parent.kind == arrayKind:
		return n.index
	case n.parent.secret:
		return redacted
	}
	return n.name
}

// path leads from the top to n.
func (n *node) path() []any {
	var path []any
	for ; n.parent != nil; n = n.parent {
		path = append(path, n.key())
	}
	slices.Reverse(path)
	return path
}
