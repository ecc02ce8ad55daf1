package yamltext

import "strings"

// habits returns a pen that writes as the document does: its first line end, the indentation that is
// commonest below its keys, and its way with lists.
func (d *Document) habits(l *layout) pen {
	p := pen{lineEnd: "\n", step: 2}
	if i := strings.IndexAny(d.text, "\r\n"); i >= 0 {
		p.lineEnd = d.text[i:nextLine(d.text, i)]
	}
	steps, lists := map[int]int{}, map[bool]int{}
	for i := range d.nodes {
		n := &d.nodes[i]
		if n.role != valueRole || n.Style != Block {
			continue
		}
		mapping := &d.nodes[d.parents[i]]
		if l.places[i].lead < 0 || !d.breaks(l.places[i].lead, l.memberBegin(n, 0)) {
			continue
		}
		step := d.indent(l.memberBegin(n, 0)) - d.indent(l.memberBegin(mapping, 0))
		if n.Kind == List {
			lists[step == 0]++
		}
		if step > 0 {
			if steps[step]++; steps[step] > steps[p.step] {
				p.step = step
			}
		}
	}
	p.flatLists = lists[true] > lists[false]
	return p
}

// memberBegin returns where member or item i of a collection begins, with its indicator.
func (l *layout) memberBegin(n *Node, i int) int {
	if n.Kind == Mapping {
		i *= 2
	}
	p := l.places[n.Content[i].index]
	if p.lead >= 0 {
		return p.lead
	}
	return p.begin
}
