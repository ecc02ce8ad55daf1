package yamltext

import (
	"slices"
	"strings"
)

// remove removes a member or an item that is not the only one. Comments above it stay, one behind it
// goes.
func (e *editor) remove(n *Node) ([]splice, error) {
	parent := &e.nodes[e.parents[n.index]]
	i := slices.Index(parent.Content, n)
	if parent.Kind == Mapping {
		i /= 2
	}
	begin, end, last := e.memberBegin(parent, i), e.places[n.index].end, i == parent.length()-1
	switch {
	case e.inFlow(n) && last:
		return []splice{e.fromBefore(parent, i, end)}, nil
	case e.inFlow(n):
		return []splice{{begin, e.memberBegin(parent, i+1), ""}}, nil
	case last || e.startsLine(begin):
		return []splice{e.wholeLines(begin, end)}, nil
	}
	// The first one, behind a dash: the next one moves up.
	next := e.memberBegin(parent, i+1)
	if e.hasComment(end, next) {
		return nil, refuse(commentBetween, e.Span(n))
	}
	return []splice{{begin, next, ""}}, nil
}

// fromBefore deletes from the end of the member or item before one of a flow collection. A blank stays
// where its value is absent.
func (e *editor) fromBefore(parent *Node, i, end int) splice {
	before := parent.Content[i-1]
	if parent.Kind == Mapping {
		before = parent.Content[2*i-1]
	}
	blank := ""
	at := e.places[before.index].end
	if before.absent() || strings.HasSuffix(e.text[:at], ":") {
		blank = " "
	}
	return splice{at, end, blank}
}
