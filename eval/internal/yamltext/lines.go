package yamltext

import (
	"sort"
	"strings"
)

// lineStart returns where the line that holds a byte begins.
func (d *Document) lineStart(offset int) int {
	return max(strings.LastIndexAny(d.text[:offset], "\r\n")+1, d.bodyStart())
}

// startsLine reports whether nothing but blanks stands before a byte on its line.
func (d *Document) startsLine(offset int) bool {
	return strings.Trim(d.text[d.lineStart(offset):offset], " ") == ""
}

// isRest reports whether nothing but blanks stands from a byte on to the end of its line.
func (d *Document) isRest(offset int) bool {
	return strings.Trim(d.text[offset:lineEnd(d.text, offset)], " \t") == ""
}

// breaks reports whether a line ends between two bytes.
func (d *Document) breaks(from, to int) bool {
	return from < to && strings.ContainsAny(d.text[from:to], "\r\n")
}

// indent returns how many characters stand before a byte on its line.
func (d *Document) indent(offset int) int {
	return d.index().pos(offset).Column - 1
}

// hasComment reports whether a comment begins between two bytes.
func (l *layout) hasComment(from, to int) bool {
	i := sort.Search(len(l.comments), func(i int) bool { return l.comments[i].begin >= from })
	return i < len(l.comments) && l.comments[i].begin < to
}

// lines returns lines to be put below the line that ends at a byte.
func (e *editor) lines(w written, at int) string {
	var b strings.Builder
	for _, line := range w.lines {
		b.WriteString(e.pen.lineEnd)
		b.WriteString(line)
	}
	if w.open && at == len(e.text) {
		b.WriteString(e.pen.lineEnd)
	}
	return b.String()
}

// inPlace returns lines the first of which begins at its column already.
func (e *editor) inPlace(w written, column, at int) string {
	first := w.lines[0][column:]
	w.lines = w.lines[1:]
	return first + e.lines(w, at)
}

// withLines adds the lines of a value at the end of the line that a splice ends on, behind a comment.
func (e *editor) withLines(s splice, w written) []splice {
	if len(w.lines) == 0 {
		return []splice{s}
	}
	at := lineEnd(e.text, s.end)
	if e.isRest(s.end) {
		s.end = at
	}
	return []splice{s, {at, at, e.lines(w, at)}}
}

// cut deletes what stands on the line of its key, with the blanks around it.
func (e *editor) cut(at, begin, end int) splice {
	begin = at + len(strings.TrimRight(e.text[at:begin], " \t"))
	if e.isRest(end) {
		end = lineEnd(e.text, end)
	}
	return splice{begin, end, ""}
}

// withLine deletes a collection with its line, or up to the comment behind it.
func (e *editor) withLine(begin, end int) splice {
	if e.isRest(end) {
		return e.wholeLines(begin, end)
	}
	comment := strings.TrimLeft(e.text[end:], " \t")
	return splice{begin, len(e.text) - len(comment), ""}
}

// wholeLines deletes the lines from that of one byte to that of another. If the last of them has no line
// end, then the one before them goes instead.
func (e *editor) wholeLines(begin, end int) splice {
	begin = e.lineStart(begin)
	switch {
	case lineEnd(e.text, end) < len(e.text):
		return splice{begin, nextLine(e.text, end), ""}
	case e.other || begin == e.bodyStart():
	case strings.HasSuffix(e.text[:begin], "\r\n"):
		begin -= 2
	default:
		begin--
	}
	return splice{begin, len(e.text), ""}
}
