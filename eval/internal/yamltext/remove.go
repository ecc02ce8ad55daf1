package yamltext

import "strings"

// remove removes a member or an item that is not the only one.
func (e *editor) remove(n *Node) ([]splice, error) {
	parent := &e.nodes[e.parents[n.index]]
	count, i := len(parent.Content), 0
	for parent.Content[i] != n {
		i++
	}
	if parent.Kind == Mapping {
		count, i = count/2, i/2
	}
	begin, end, last := e.memberBegin(parent, i), e.places[n.index].end, i == count-1
	switch {
	case e.inFlow(n) && last: // from the end of the one before it
		before := &e.nodes[parent.Content[len(parent.Content)*i/count-1].index]
		blank := ""
		if before.absent() {
			blank = " "
		}
		return []splice{{e.places[before.index].end, end, blank}}, nil
	case e.inFlow(n): // up to the next one
		return []splice{{begin, e.memberBegin(parent, i+1), ""}}, nil
	case e.startsLine(begin):
		return []splice{e.wholeLines(begin, end)}, nil
	case last:
		return nil, refuse(noLineOfItsOwn, e.Span(n))
	}
	// The first one, behind a dash: the next one moves up.
	next := e.memberBegin(parent, i+1)
	switch {
	case e.hasComment(end, next):
		return nil, refuse(commentBetween, e.Span(n))
	case !e.startsLine(next):
		return nil, refuse(noLineOfItsOwn, e.Span(n))
	}
	return []splice{{begin, next, ""}}, nil
}

// startsLine reports whether nothing but blanks stands before a byte on its line.
func (e *editor) startsLine(offset int) bool {
	return strings.Trim(e.text[e.lineStart(offset):offset], " ") == ""
}
