package yamltext

import "strings"

// pen writes values as text, in the habits of a document.
type pen struct {
	lineEnd   string
	step      int  // blanks by which a block is indented below its key
	flatLists bool // a list is not indented below its key
	quoted    bool // no string over several lines
}

// written is a value as text in block context: what stands on the line of its key, and the lines below
// that, with their indentation. A block collection has lines only.
type written struct {
	head  string
	lines []string
	open  bool // the last line needs a line end, because that belongs to a string
}

// columns are the blanks before what is written below a key or a dash.
type columns struct {
	mapping, list, text int
}

// below returns the columns below a key.
func (p *pen) below(key int) columns {
	c := columns{mapping: key + p.step, list: key + p.step, text: key + p.step}
	if p.flatLists {
		c.list = key
	}
	return c
}

// behind returns the columns behind a dash.
func (p *pen) behind(dash int) columns {
	return columns{mapping: dash + 2, list: dash + 2, text: dash + p.step}
}

// write writes a value in block context, a string in the quotes of the node before it.
func (p *pen) write(v *Value, c columns, before *Node) written {
	switch {
	case v.Kind == Scalar && p.isLiteral(v, before):
		return p.literal(v.Text, c.text)
	case v.Kind == Scalar:
		return written{head: scalarText(v, before, false)}
	case len(v.Items) == 0 || v.Writing == OneLine:
		return written{head: flowText(v)}
	case v.Kind == Mapping:
		return p.mapping(v, c.mapping)
	default:
		return p.list(v, c.list)
	}
}

func (p *pen) mapping(v *Value, column int) written {
	var w written
	for i, item := range v.Items {
		w.add(p.member(v.Keys[i], item, column, v.Writing))
	}
	return w
}

// member writes a member of a mapping: lines only.
func (p *pen) member(key string, v *Value, column int, w Writing) written {
	value := p.write(v, p.below(column), nil)
	line := strings.Repeat(" ", column) + keyString(key, w) + ":"
	if value.head != "" {
		line += " " + value.head
	}
	return written{lines: append([]string{line}, value.lines...), open: value.open}
}

func (p *pen) list(v *Value, column int) written {
	var w written
	for _, item := range v.Items {
		w.add(p.item(item, column))
	}
	return w
}

// item writes an item of a list: lines only.
func (p *pen) item(v *Value, column int) written {
	value := p.write(v, p.behind(column), nil)
	if value.head == "" {
		value.head, value.lines = value.lines[0][column+2:], value.lines[1:]
	}
	line := strings.Repeat(" ", column) + "- " + value.head
	return written{lines: append([]string{line}, value.lines...), open: value.open}
}

func (w *written) add(more written) {
	w.lines = append(w.lines, more.lines...)
	w.open = more.open
}

func (p *pen) isLiteral(v *Value, before *Node) bool {
	if p.quoted || v.Writing != Readable || !isLiteral(v.Text) {
		return false
	}
	return before == nil || before.Style != SingleQuoted && before.Style != DoubleQuoted
}

// literal writes a string over several lines.
func (p *pen) literal(s string, column int) written {
	body, open := strings.CutSuffix(s, "\n")
	w := written{head: "|-", open: open}
	if open {
		w.head = "|"
	}
	for line := range strings.SplitSeq(body, "\n") {
		if line != "" {
			line = strings.Repeat(" ", column) + line
		}
		w.lines = append(w.lines, line)
	}
	return w
}

// scalarText writes a scalar on one line, a string in the quotes of the node before it.
func scalarText(v *Value, before *Node, flow bool) string {
	switch {
	case v.Writing == Verbatim:
		return v.Text
	case v.Writing == Quoted:
		return doubleQuoted(v.Text)
	case isPlain(v.Text), !flow && referencePattern.MatchString(v.Text) && isPrintable(v.Text):
		return v.Text
	case before != nil && before.Style == SingleQuoted && isPrintable(v.Text):
		return singleQuoted(v.Text)
	default:
		return doubleQuoted(v.Text)
	}
}

// flowText writes a value on one line, as it can stand in flow collections.
func flowText(v *Value) string {
	if v.Kind == Scalar {
		return scalarText(v, nil, true)
	}
	parts := make([]string, len(v.Items))
	for i, item := range v.Items {
		parts[i] = flowText(item)
		if v.Kind == Mapping {
			parts[i] = keyString(v.Keys[i], v.Writing) + ": " + parts[i]
		}
	}
	text := strings.Join(parts, ", ")
	if v.Kind == Mapping {
		return "{" + text + "}"
	}
	return "[" + text + "]"
}

// keyString writes a key of a mapping that is written in some way.
func keyString(key string, w Writing) string {
	if isPlainKey(key, w) {
		return key
	}
	return doubleQuoted(key)
}
