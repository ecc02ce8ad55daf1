package main

// An automaton finds many texts at once in a stream of bytes, in time linear in the stream, as Aho and Corasick showed. Its
// states are the beginnings of the texts: it is in that of the longest one with which the stream ends at the moment.
type automaton struct {
	nodes []node // the first one is the empty beginning
	first [256]int32
}

type node struct {
	child, sibling int32 // 0: none
	fail           int32 // the longest other beginning with which this one ends
	depth          int32 // its length
	match          int32 // the length of the longest text with which it ends; 0: none
	char           byte  // its last byte
}

func newAutomaton(texts []string) *automaton {
	a := &automaton{nodes: make([]node, 1)}
	for _, text := range texts {
		a.add(text)
	}
	a.link()
	return a
}

func (a *automaton) add(text string) {
	at := int32(0)
	for i := range len(text) {
		next := a.childOf(at, text[i])
		if next == 0 {
			next = int32(len(a.nodes))
			a.nodes = append(a.nodes, node{sibling: a.nodes[at].child, depth: int32(i + 1), char: text[i]})
			a.nodes[at].child = next
			if at == 0 {
				a.first[text[i]] = next
			}
		}
		at = next
	}
	a.nodes[at].match = int32(len(text))
}

func (a *automaton) childOf(at int32, char byte) int32 {
	if at == 0 {
		return a.first[char]
	}
	for next := a.nodes[at].child; next != 0; next = a.nodes[next].sibling {
		if a.nodes[next].char == char {
			return next
		}
	}
	return 0
}

// link sets fail and match, of shorter beginnings first.
func (a *automaton) link() {
	queue := []int32{0}
	for i := 0; i < len(queue); i++ {
		parent := queue[i]
		for at := a.nodes[parent].child; at != 0; at = a.nodes[at].sibling {
			n := &a.nodes[at]
			if parent != 0 {
				n.fail = a.step(a.nodes[parent].fail, n.char)
			}
			n.match = max(n.match, a.nodes[n.fail].match)
			queue = append(queue, at)
		}
	}
}

// step returns the state behind a byte.
func (a *automaton) step(at int32, char byte) int32 {
	for at != 0 {
		if next := a.childOf(at, char); next != 0 {
			return next
		}
		at = a.nodes[at].fail
	}
	return a.first[char]
}

// begins reports whether a text begins with a byte that has these bits on top.
func (a *automaton) begins(bits, n int) bool {
	for char := bits << (8 - n); char < (bits+1)<<(8-n); char++ {
		if a.first[char] != 0 {
			return true
		}
	}
	return false
}
